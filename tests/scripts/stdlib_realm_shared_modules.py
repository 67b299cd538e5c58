# A realm's `sys.modules` has the shared modules that are loaded, as far as the realm's mapper passes them through.
# file: app.py
# | import sys
# | from unittest import mock
# | def shown(*names): return [name in sys.modules for name in names]
# | def drop(name):
# |     del sys.modules[name]
# |     import colorsys
# |     return name in sys.modules
# file: twin.py
# > [True, True, True, True]
# > [False, False, False]
# > False True
# > stand-in
# > [True, True]
import sys
import twin
import exocet

mapper = exocet.ExclusiveMapper(exocet.pep302Mapper.withOverrides({"nturl2path": "stand-in"}), ["sched"])
realm = exocet.Realm(mapper=mapper, path=[entry for entry in sys.path if "script" not in entry])
app = realm.loadNamed("app")
print(app.shown("unittest.mock", "unittest", "re", "posixpath" if "posixpath" in sys.modules else "os"))
import nturl2path
import sched

# What is denied, what is overridden, and what is the realm's own and not loaded yet.
print(app.shown("sched", "nturl2path", "twin"))
# What the realm's code takes out stays out.
print(app.drop("unittest.mock"), "unittest.mock" in sys.modules)
print(realm.loadNamed("nturl2path"))
import tabnanny

print(app.shown("tabnanny", "colorsys"))
