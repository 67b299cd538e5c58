# What the library finds by a name, it finds in the realm on whose behalf it looks.
# file: svc/__init__.py
# file: svc/handlers.py
# | import logging
# | seen = []
# | class Keeping(logging.Handler):
# |     def emit(self, record): seen.append(record.getMessage())
# file: svc/app.py
# | import contextlib, dataclasses, doctest, importlib, importlib.abc, importlib.util, inspect, io, logging, logging.config, sys, types, typing, unittest, unittest.mock
# | from svc import handlers
# | def logs():
# |     logging.config.dictConfig({"version": 1, "handlers": {"keep": {"class": "svc.handlers.Keeping"}}, "root": {"handlers": ["keep"], "level": "INFO"}})
# |     logging.getLogger("svc").info("started")
# |     logging.getLogger().handlers.clear()
# |     return handlers.seen
# | def patches():
# |     with unittest.mock.patch("svc.handlers.seen", "patched"): return handlers.seen
# | def tests():
# |     suite = unittest.defaultTestLoader.loadTestsFromName("svc.cases")
# |     return unittest.TextTestRunner(stream=io.StringIO()).run(suite).wasSuccessful()
# | def modules():
# |     frame = sys._getframe()
# |     return inspect.getmodule(frame) is sys.modules["svc.app"], inspect.getmodule(handlers.Keeping) is handlers
# | TEXT = "from __future__ import annotations\nimport dataclasses, typing\n@dataclasses.dataclass\nclass Record:\n    size: int\n    other: typing.ClassVar[Record] = None\n"
# | class Conjuring(importlib.abc.MetaPathFinder, importlib.abc.Loader):
# |     def find_spec(self, name, path=None, target=None):
# |         if name == "conjured": return importlib.util.spec_from_loader(name, self)
# |     def create_module(self, spec): return None
# |     def exec_module(self, module): exec(TEXT, module.__dict__)
# | def conjures():
# |     sys.meta_path.insert(0, Conjuring())
# |     import conjured
# |     return [field.name for field in dataclasses.fields(conjured.Record)], typing.get_type_hints(conjured.Record)["size"].__name__
# | def by_hand():
# |     module = sys.modules["by_hand"] = types.ModuleType("by_hand")
# |     exec(TEXT, module.__dict__)
# |     return [field.name for field in dataclasses.fields(module.Record)], inspect.getmodule(module.Record) is module
# | def renamed():
# |     class Public: pass
# |     Public.__module__ = "svc.handlers"
# |     return inspect.getmodule(Public) is handlers
# | def lazily():
# |     spec = importlib.util.find_spec("svc.lazy")
# |     spec.loader = importlib.util.LazyLoader(spec.loader)
# |     module = sys.modules["svc.lazy"] = importlib.util.module_from_spec(spec)
# |     spec.loader.exec_module(module)
# |     before = list(handlers.seen)
# |     return before[-1:] != ["lazy ran"], module.answer, handlers.seen[-1]
# | def doctests():
# |     module = types.ModuleType("documented", ">>> 1 + 1\n2\n>>> print('x')\nx\n")
# |     with contextlib.redirect_stdout(io.StringIO()): return tuple(doctest.testmod(module))
# | def listed(): return "svc.handlers" in list(sys.modules), "json" in sys.modules.copy()
# file: svc/lazy.py
# | from svc import handlers
# | handlers.seen.append("lazy ran")
# | answer = 42
# file: svc/cases.py
# | import unittest
# | from svc import handlers
# | class Case(unittest.TestCase):
# |     def test(self): self.assertEqual(handlers.seen, ["started"])
# > logs ['started']
# > patches patched
# > tests True
# > modules (True, True)
# > conjures (['size'], 'int')
# > by_hand (['size'], True)
# > renamed True
# > lazily (True, 42, 'lazy ran')
# > doctests (0, 2)
# > listed (True, True)
# > outside: []
import exocet
import sys

app = exocet.Realm("svc").loadNamed("svc.app")
for name in "logs", "patches", "tests", "modules", "conjures", "by_hand", "renamed", "lazily", "doctests", "listed":
    try: print(name, getattr(app, name)())
    except Exception as error: print(name, type(error).__name__, error)
print("outside:", [name for name in sys.modules if name.partition(".")[0] in ("svc", "conjured", "by_hand")])
