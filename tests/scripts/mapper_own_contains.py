# contains never imports: a mapper's own contains is asked, and its lookup only where there is none.
# file: real.py
# | raise RuntimeError("not to be run")
# file: pk/__init__.py
# | raise RuntimeError("not to be run")
# file: pk/part.py
# > [True, True, True, False, False, True] []
# > [False] []
# > [True, True, True, False] []
# > [True, False, False, False] []
# > [True, False] ['contains yes', 'contains no']
# > [True, True] ['contains yes']
# > [False] ['lookup yes']
# > [True, False] ['contains yes', 'contains no']
# > [True, False] ['contains yes', 'contains no']
# > [True, False] ['contains yes', 'contains no']
# > [False, True] []
# > [True] ['lookup yes']
# > [True, False, True] []
# > False False
import exocet
import sys

calls = []

class Own:
    def lookup(self, name):
        calls.append("lookup " + name)
        return name
    def contains(self, name):
        calls.append("contains " + name)
        return name == "yes"

class Sub(exocet.IMapper):
    def lookup(self, name):
        calls.append("lookup " + name)
        raise ModuleNotFoundError(name, name=name)

class SubOwn(Sub):
    def contains(self, name):
        calls.append("contains " + name)
        return name == "yes"

def ask(mapper, *names):
    print([mapper.contains(name) for name in names], calls)
    calls.clear()

ask(exocet.pep302Mapper, "real", "pk", "pk.part", "absent", "pk.absent", "sys")
ask(exocet.emptyMapper, "real")
ask(exocet.pep302Mapper.withOverrides({"pk.part": None, "fake": 0}), "real", "pk.part", "fake", "absent")
ask(exocet.ExclusiveMapper(exocet.pep302Mapper, ["pk"]), "real", "pk", "pk.part", "pk.absent")
ask(exocet.withOverrides(Own(), {}), "yes", "no")
ask(exocet.withOverrides(Own(), {"no": 1}), "yes", "no")
ask(Sub(), "yes")
ask(SubOwn(), "yes", "no")
ask(SubOwn().withOverrides({}), "yes", "no")
ask(exocet.CallableMapper(Own().lookup, Own().contains), "yes", "no")
ask(exocet.CallableMapper(Own().lookup, contains=lambda name: name == "no"), "yes", "no")
ask(exocet.CallableMapper(Own().lookup), "yes")
ask(exocet.redirect(exocet.pep302Mapper, {"old": "real", "older": "absent"}), "old", "older", "real")
print("real" in sys.modules, "pk" in sys.modules)
