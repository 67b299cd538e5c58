"""The plugins, each with a stub in place of what it imports: `exocet run --path plugins tests.py`."""

import unittest

import exocet


class Clock:
    """Stands for `time`, at a fixed hour."""

    def __init__(self, hour):
        self.tm_hour = hour

    def localtime(self):
        return self


class HelloTest(unittest.TestCase):
    def test_it_knows_the_hour(self):
        for hour, reply in [(9, "Good morning, Ann!"), (15, "Good day, Ann!")]:
            hello = exocet.loadNamed("hello", exocet.emptyMapper.withOverrides({"time": Clock(hour)}))
            self.assertEqual(hello.reply("Ann"), reply)


if __name__ == "__main__":
    unittest.main()
