// The playground's examples. Each has an `app.py`, which is loaded, and a `mapper.py`, which makes the mapper.

export interface Example {
  title: string;
  about: string;
  files: Record<string, string>;
}

const text = (lines: string) => lines.replace(/^\n/, "");

export const examples: Record<string, Example> = {
  override: {
    title: "Override",
    about: "The module imports `time` and `greetings`. It gets a stopped clock and the real greetings. Nothing is patched, and no other module is affected.",
    files: {
      "app.py": text(`
import time
import greetings

print(greetings.hello("world"), "at", time.ctime())
`),
      "greetings.py": text(`
def hello(name):
    return f"Hello, {name}"
`),
      "mapper.py": text(`
import exocet


class StoppedClock:
    @staticmethod
    def ctime():
        return "noon"


mapper = exocet.pep302Mapper.withOverrides({"time": StoppedClock})
`),
    },
  },
  plugins: {
    title: "Plugins",
    about: "Plugins are listed without being imported. Each is loaded under a mapper that resolves `api` to an object of its own. One plugin fails, and the others go on.",
    files: {
      "app.py": text(`
import exocet


class Api:
    def __init__(self, name):
        self.name = name

    def register(self, what):
        print(f"{self.name} registers {what}")


for handle in exocet.getModule("plugins").iterModules():
    own = exocet.emptyMapper.withOverrides({"api": Api(handle.name)})
    try:
        handle.load(own)
    except Exception as error:
        print(f"{handle.name} is left out: {error}")
`),
      "plugins/__init__.py": "",
      "plugins/greeting.py": 'import api\n\napi.register("a greeting")\n',
      "plugins/farewell.py": 'import api\n\napi.register("a farewell")\n',
      "plugins/broken.py": "import api\nimport sockets\n",
      "mapper.py": "import exocet\n\nmapper = exocet.pep302Mapper\n",
    },
  },
  generations: {
    title: "Plugins that are replaced",
    about: "The modules in `live/` are plugins. Edit one, and a new generation takes the place of the old one, which stays at work if the new one doesn't load. `counter` passes its count on.",
    files: {
      "app.py": text(`
import exocet

# This page does the same, and polls when you have typed.
plugins = exocet.Plugins(package="live")
plugins.load()
for reply in plugins.call_all("reply", "Ann"):
    print(reply.plugin, "says", reply.result)
`),
      "live/greeting.py": 'def reply(name):\n    return f"hello {name}"\n',
      "live/counter.py": text(`
count = 0


def reply(name):
    global count
    count += 1
    return f"{name}, this is call {count}"


def save_state():
    return count


def load_state(state):
    global count
    count = state
`),
      "mapper.py": "import exocet\n\nmapper = exocet.pep302Mapper\n",
    },
  },
  stubs: {
    title: "Stubs for a test",
    about: "The module under test sends mail. The test loads it with a stub in place of `smtp`, which records what would have been sent.",
    files: {
      "app.py": text(`
import smtp


def invite(names):
    for name in names:
        smtp.send(f"{name}@example.org", "You are invited")
    return len(names)


assert invite(["ann", "bob"]) == 2
print("what was sent:", smtp.sent)
`),
      "smtp.py": 'raise RuntimeError("nobody sends mail from a test")\n',
      "mapper.py": text(`
import exocet


class FakeSmtp:
    def __init__(self):
        self.sent = []

    def send(self, to, text):
        self.sent.append((to, text))


mapper = exocet.pep302Mapper.withOverrides({"smtp": FakeSmtp()})
`),
    },
  },
  denied: {
    title: "Denied import",
    about: "A policy allows the modules that its rules name and denies the rest. The error reports the rule and the importing module.",
    files: {
      "app.py": text(`
import math

print("allowed:", math.gcd(12, 18))

try:
    import random
except ImportError as error:
    print(error)

import report
`),
      "report.py": "import secrets_of_the_house\n",
      "secrets_of_the_house.py": "keys = ['under the mat']\n",
      "mapper.py": text(`
import exocet

policy = exocet.PolicyMapper(exocet.pep302Mapper, {
    "default": "deny",
    "rule": [
        {"deny": "random", "why": "results can be repeated"},
        {"allow": ["math", "report"]},
    ],
})

mapper = exocet.Realm(["app", "report"], policy)
`),
    },
  },
  versions: {
    title: "Two versions of one library",
    about: "Two realms hold two versions of one library, side by side in one interpreter. Each module imports the version of its realm.",
    files: {
      "app.py": text(`
import old, new

print("the old one says", old.answer())
print("the new one says", new.answer())
print("are they the same?", old.colour is new.colour)
`),
      "user.py": text(`
import colour


def answer():
    return colour.name(), colour.version
`),
      "v1/colour.py": 'version = 1\n\n\ndef name():\n    return "grey"\n',
      "v2/colour.py": 'version = 2\n\n\ndef name():\n    return "gray"\n',
      "mapper.py": text(`
import exocet

root = exocet.getModule("user").filePath.rpartition("/")[0]


def user_of(version):
    realm = exocet.Realm(path=[f"{root}/{version}", root])
    return realm.loadNamed("user")


mapper = exocet.emptyMapper.withOverrides({"old": user_of("v1"), "new": user_of("v2")})
`),
    },
  },
};
