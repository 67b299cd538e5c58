# A handle tells imports, exports and attributes from the source text alone.
# file: pk/__init__.py
# | from . import a
# | from .a import V as W
# | from .. import beyond
# | __all__ = ["a", "W"]
# | __all__ += ["extra"]
# file: pk/a.py
# | import os.path, sys as system
# | from .b import V
# | from . import c, d as e
# | from pk.f import *
# | from __future__ import annotations
# | def function():
# |     import late
# |     from .later import thing
# | try:
# |     import fast
# | except ImportError:
# |     fast = None
# | class Public: pass
# | _private = 1
# | for index in []: pass
# | raise RuntimeError("not to be run")
# file: pk/b.py
# | V = U = 1
# | _W = 2
# | def f(): pass
# | import sys
# file: broken.py
# | import x
# | def (
# file: empty.py
# > ['pk.a', 'pk.a.V', '..beyond']
# > ['os.path', 'sys', 'pk.b.V', 'pk.c', 'pk.d', 'pk.f.*', '__future__.annotations', 'late', 'pk.later.thing', 'fast']
# > ['a', 'W', 'extra'] ['os', 'system', 'V', 'c', 'e', 'annotations', 'function', 'fast', 'Public', 'index'] ['V', 'U', 'f', 'sys']
# > ['pk.b.V', 'pk.b.U', 'pk.b._W', 'pk.b.f', 'pk.b.sys']
# > ['pk.a.os', 'pk.a.system', 'pk.a.V', 'pk.a.c', 'pk.a.e', 'pk.a.annotations', 'pk.a.function', 'pk.a.fast', 'pk.a.Public', 'pk.a._private', 'pk.a.index']
# > PythonAttribute<'pk.b.V'> PythonAttribute pk.b.V True
# > [] [] []
# > [] [] []
# > broken.py 2
# > broken.py 2
# > broken.py 2
# > False
import exocet
import sys

pk, a, b = map(exocet.getModule, ["pk", "pk.a", "pk.b"])
print(list(pk.iterImportNames()))
print(list(a.iterImportNames()))
print(list(pk.iterExportNames()), list(a.iterExportNames()), list(b.iterExportNames()))
print([attribute.name for attribute in b.iterAttributes()])
print([attribute.name for attribute in a.iterAttributes()])
first = next(b.iterAttributes())
print(first, type(first).__name__, first.name, first.module == b)
for name in ("empty", "sys"):
    handle = exocet.getModule(name)
    print(list(handle.iterImportNames()), list(handle.iterExportNames()), list(handle.iterAttributes()))
for method in ("iterImportNames", "iterExportNames", "iterAttributes"):
    try:
        list(getattr(exocet.getModule("broken"), method)())
    except SyntaxError as error:
        print(error.filename.rpartition("/")[2], error.lineno)
print("pk" in sys.modules)
