# A realm's modules have a sys.modules, sys.meta_path, sys.path_hooks and sys.path of their own: what they do with them
# works in the realm and nowhere else.
# file: pk/__init__.py
# file: pk/plain.py
# | import sys
# | import pk
# | early = [name for name in ("sys", "builtins", "__main__") if name in sys.modules]
# | seen = len(early) == 3 and sys.modules["pk"] is pk and sys.modules[__name__].__name__
# file: pk/replaced.py
# | import sys
# | class Lazy:
# |     answer = 42
# | sys.modules[__name__] = Lazy()
# file: pk/found.py
# | import sys
# | class Finder:
# |     def find_spec(self, name, path=None, target=None):
# |         if name == "pk.made" or name == "conjured":
# |             from importlib.util import spec_from_loader
# |             return spec_from_loader(name, self)
# |     def create_module(self, spec):
# |         return None
# |     def exec_module(self, module):
# |         exec("import pk.plain as plain\nword = plain.seen + '!'", module.__dict__)
# | sys.meta_path.append(Finder())
# | from pk import made
# | import conjured
# | word = made.word, conjured.word
# file: pk/hooked.py
# | import sys
# | class Finder:
# |     def find_spec(self, name, target=None):
# |         if name == "hooked":
# |             from importlib.util import spec_from_loader
# |             return spec_from_loader(name, self)
# |     def create_module(self, spec):
# |         return None
# |     def exec_module(self, module):
# |         module.word = "hooked"
# | def hook(entry):
# |     if entry != "somewhere":
# |         raise ImportError("not mine")
# |     return Finder()
# | sys.path_hooks.append(hook)
# | sys.path.append("somewhere")
# | from hooked import word
# file: pk/blocked.py
# | import sys
# | sys.modules["pk.gone"] = None
# | try:
# |     import pk.gone
# | except ModuleNotFoundError as error:
# |     name = error.name
# | sys.modules["outside"] = "stand-in"
# | import outside
# | first = outside
# | del sys.modules["outside"]
# | import outside
# | second = outside.__name__
# file: pk/gone.py
# file: pk/written.py
# | import sys
# | sys.exocet_test = 1
# | from sys import modules, path
# | tables = modules is sys.modules, path is sys.path, "sys" in modules, modules["sys"] is sys
# | kind = type(sys).__mro__[1].__name__
# file: pk/anew.py
# | import sys, outside
# | shared = sys.modules.pop("outside")
# | sys.modules["accelerator"] = None
# | import outside
# | fresh = outside
# | sys.modules["outside"] = shared
# | import outside
# | differs = fresh is not shared and outside is shared, fresh.fast, shared.fast
# | del sys.modules["sys"]
# | import sys as again
# | kept = again is sys and again.modules is sys.modules
# file: outside.py
# | try:
# |     from accelerator import fast
# | except ImportError:
# |     fast = False
# file: accelerator.py
# | fast = True
# > pk.plain
# > 42 42 True
# > ('pk.plain!', 'pk.plain!')
# > hooked
# > pk.gone stand-in outside
# > (True, True, True, True) module 1
# > (True, False, True) True
# > nothing outside: True True True True
# > other realm: 1 3 False
import exocet
import sys

tables = [sys.modules, sys.meta_path, sys.path_hooks, sys.path]
kept = [dict(sys.modules), list(sys.meta_path), list(getattr(sys, "path_hooks", [])), list(sys.path)]
realm = exocet.Realm("pk")
print(realm.loadNamed("pk.plain").seen)
lazy = realm.loadNamed("pk.replaced")
print(lazy.answer, realm.loadNamed("pk").replaced.answer, realm.modules["pk.replaced"] is lazy)
print(realm.loadNamed("pk.found").word)
print(realm.loadNamed("pk.hooked").word)
blocked = realm.loadNamed("pk.blocked")
print(blocked.name, blocked.first, blocked.second)
written = realm.loadNamed("pk.written")
print(written.tables, written.kind, sys.exocet_test)
del sys.exocet_test
print(realm.loadNamed("pk.anew").differs, realm.modules["pk.anew"].kept)
names = {name for name in set(sys.modules) - set(kept[0]) if name.partition(".")[0] in ("pk", "conjured", "hooked")}
print("nothing outside:", not names, sys.meta_path == kept[1], list(getattr(sys, "path_hooks", [])) == kept[2], sys.path == kept[3])

other = exocet.Realm("pk")
other.loadNamed("pk.plain")
print("other realm:", len(other.meta_path), len([name for name in other.modules if name in ("pk", "pk.plain", "sys")]),
      "somewhere" in other.path)
