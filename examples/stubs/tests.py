"""Tests of `report.py` without a network, a clock or a database: stand-ins are what it imports, and nothing is patched.

    exocet run examples/stubs/tests.py
"""

import io
import json
import sys
import time
import types
import unittest
import urllib.request

import exocet


class Service:
    """A stand-in for `urllib.request`."""

    def __init__(self, skies):
        self.skies = skies
        self.asked = []

    def urlopen(self, address):
        self.asked.append(address)
        town = address.rpartition("/")[2]
        if town not in self.skies:
            raise OSError("no answer")
        return io.StringIO(json.dumps({"sky": self.skies[town]}))


class Clock:
    """A stand-in for `time`, which stands still until it is set."""

    now = 1000.0

    def time(self):
        return self.now


class Database:
    """A stand-in for `psycopg`, which nobody needs to have for these tests. It knows the two statements."""

    def __init__(self):
        self.seen = []

    def connect(self, address):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def execute(self, statement, values):
        if statement.startswith("INSERT"):
            self.seen.append(values)
        return [(sky,) for town, _, sky in reversed(self.seen) if town == values[0]]


class Report(unittest.TestCase):
    def setUp(self):
        self.service, self.clock, self.database = Service({"Oslo": "clear"}), Clock(), Database()
        # What isn't named here can't be imported: an import that is new fails the tests.
        self.mapper = exocet.emptyMapper.withOverrides({
            "json": json,
            "psycopg": self.database,
            "sys": types.ModuleType("sys"),
            "time": self.clock,
            "urllib.request": self.service,
        })
        self.before = dict(sys.modules)
        self.report = exocet.loadNamed("report", self.mapper)

    def tearDown(self):
        self.assertEqual(self.mapper.unused(), [], "there is a stand-in that nothing asks for")

    def test_the_service_says_what_the_weather_is(self):
        self.assertEqual(self.report.report("Oslo"), "Oslo: clear")
        self.assertEqual(self.service.asked, ["https://weather.example/Oslo"])
        self.assertEqual(self.database.seen, [("Oslo", 1000.0, "clear")])

    def test_a_report_is_kept_for_ten_minutes(self):
        for now, sky, expected in (1000.0, "clear", "clear"), (1599.0, "rain", "clear"), (1600.0, "rain", "rain"):
            self.clock.now, self.service.skies["Oslo"] = now, sky
            self.assertEqual(self.report.report("Oslo"), f"Oslo: {expected}")
        self.assertEqual(len(self.service.asked), 2)

    def test_each_test_has_a_fresh_module(self):
        self.assertEqual(self.report.reports, {})
        self.report.report("Oslo")
        self.assertEqual(exocet.loadNamed("report", self.mapper).reports, {})

    def test_where_the_service_fails_the_past_is_told(self):
        self.report.report("Oslo")
        self.clock.now += 3600
        self.service.skies.clear()
        self.assertEqual(self.report.report("Oslo"), "Oslo: clear, when it was last seen")
        self.assertEqual(self.report.report("Rome"), "Rome: nobody knows")

    def test_without_a_driver_there_is_no_past(self):
        denied = exocet.ExclusiveMapper(self.mapper, ["psycopg"])
        report = exocet.loadNamed("report", denied)
        self.assertEqual(report.report("Oslo"), "Oslo: clear")
        self.assertEqual(report.report("Rome"), "Rome: nobody knows")
        self.assertEqual(self.database.seen, [])

    def test_without_the_service_it_cannot_be_loaded(self):
        with self.assertRaises(ModuleNotFoundError) as caught:
            exocet.loadNamed("report", exocet.ExclusiveMapper(self.mapper, ["urllib"]))
        self.assertEqual(caught.exception.name, "urllib.request")

    def test_no_other_module_sees_the_stand_ins(self):
        self.report.report("Oslo")
        self.assertEqual(dict(sys.modules), self.before)
        self.assertIs(sys.modules["urllib.request"], urllib.request)
        self.assertIsNot(urllib.request.urlopen, self.report.urlopen)
        real = exocet.loadNamed("report", exocet.pep302Mapper)
        self.assertIs(real.time, time)
        self.assertIs(self.report.time, self.clock)


if __name__ == "__main__":
    unittest.main()
