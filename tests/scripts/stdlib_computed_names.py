# A name that is computed, and imported by the library, belongs to whoever called the library; a name in a source to that source's module.
# file: outside.py
# | word = "outside"
# file: asks.py
# | import bdb, code, contextlib, functools, importlib, io, pkgutil, profile, pydoc, sys, timeit, trace, types, unittest, unittest.mock
# | def by_import(): return __import__("outside")
# | def by_builtins(): return __import__("builtins").__import__("outside")
# | def by_importlib(): return importlib.import_module("outside")
# | def by_importlib_import(): return importlib.__import__("outside")
# | def by_pkgutil(): return pkgutil.resolve_name("outside")
# | def by_pydoc(): return pydoc.locate("outside")
# | def by_map(): return next(map(importlib.import_module, ["outside"]))
# | def by_partial():
# |     class Lazy(types.ModuleType): part = property(functools.partial(__import__, "outside"))
# |     sys.modules["lazy_part"] = Lazy("lazy_part")
# |     try:
# |         from lazy_part import part
# |     finally:
# |         del sys.modules["lazy_part"]
# |     return part
# | def by_timeit():
# |     seen = []
# |     timeit.timeit("pass", setup="import outside; seen.append(outside)", number=1, globals={"seen": seen})
# |     return seen[0]
# | def by_timeit_alone(): return timeit.Timer("pass", setup="import outside; raise Exception(outside)").timeit(1)
# | def by_code():
# |     space = {}
# |     with contextlib.redirect_stderr(io.StringIO()): code.InteractiveInterpreter(space).runsource("import outside")
# |     return space.get("outside")
# | def run(runner):
# |     space = {}
# |     runner("import outside", space, space)
# |     return space.get("outside")
# | def by_bdb(): return run(bdb.Bdb().run)
# | def by_profile(): return run(profile.Profile(lambda: 0.0).runctx)
# | def by_trace(): return run(trace.Trace(count=0, trace=0).runctx)
# | def by_patch():
# |     with unittest.mock.patch("outside.word", "patched", create=True): return importlib.import_module("outside")
# file: coding.py
# | got = "x".encode("cp500").decode("cp500").encode("cp437"), len("xy".encode("utf-16-le")) // 2
# file: sets.py
# | import shared
# | exec("setup()", vars(shared))
# file: shared.py
# | def maker():
# |     def load():
# |         import colorsys
# |         return colorsys
# |     return load
# | def setup():
# |     global kept
# |     kept = maker()
# > all of them: stand-in
# > nothing was imported: True
# > denied: all of them
# > realm: all of them fresh, True
# > what the library asks for itself is its own: b'x' 2
# > what a shared module keeps: True
import exocet
import sys

class StandIn:
    word = "stand-in"

ALL = [name for name in dir(exocet.loadNamed("asks", exocet.pep302Mapper)) if name.startswith("by_")]

def ask(asks, name):
    try: return getattr(asks, name)()
    except Exception as error: return error.args[0] if type(error) is Exception else error

stand_in = StandIn()
asks = exocet.loadNamed("asks", exocet.pep302Mapper.withOverrides({"outside": stand_in}))
wrong = [(name, got) for name in ALL if (got := ask(asks, name)) is not stand_in]
print("all of them: stand-in" if not wrong else wrong)
print("nothing was imported:", "outside" not in sys.modules)

asks = exocet.loadNamed("asks", exocet.ExclusiveMapper(exocet.pep302Mapper, ["outside"]))
QUIET = "by_code", "by_pydoc"  # These swallow the error.
wrong = [(name, got) for name in ALL if not (isinstance(got := ask(asks, name), ImportError) or name in QUIET and got is None)]
print("denied: all of them" if not wrong else wrong)

realm = exocet.Realm(["asks", "outside"])
asks, fresh = realm.loadNamed("asks"), realm.loadNamed("outside")
wrong = [(name, got) for name in ALL if (got := ask(asks, name)) is not fresh]
print("realm: all of them fresh," if not wrong else wrong, "outside" not in sys.modules)

denies = exocet.ExclusiveMapper(exocet.pep302Mapper, ["encodings", "colorsys"])
print("what the library asks for itself is its own:", *exocet.loadNamed("coding", denies).got)

# What runs in the globals of a shared module changes nothing for its other users.
import shared
exocet.loadNamed("sets", denies)
print("what a shared module keeps:", shared.kept().__name__ == "colorsys")
