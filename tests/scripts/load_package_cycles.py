# Modules of a realm may import one another in circles, as in CPython, and a name that isn't there yet is an error that says so.
# file: ring/__init__.py
# | from . import first
# file: ring/first.py
# | from . import second
# | import ring.second as again
# | value = "first"
# file: ring/second.py
# | from . import first
# | def value():
# |     return first.value
# file: knot/__init__.py
# | from .a import x
# file: knot/a.py
# | from .b import y
# | x = 1
# file: knot/b.py
# | from .a import x
# | y = 2
# file: alone.py
# | import other
# | value = 1
# file: other.py
# | import alone
# | def get():
# |     return alone.value
# > True True True
# > first
# > cannot import name 'x' from partially initialized module 'knot.a' (most likely due to a circular import) | knot.a
# > 1 False True
import exocet
import sys

ring = exocet.loadPackageNamed("ring", exocet.emptyMapper).loadNamed("ring")
print(ring.first.second is ring.second, ring.first.again is ring.second, ring.second.first is ring.first)
print(ring.second.value())
try:
    exocet.loadPackageNamed("knot", exocet.emptyMapper)
except ImportError as error:
    print(str(error).rpartition(" (")[0], "|", error.name)

# Under the pass-through mapper the circle closes over the shared modules.
alone = exocet.loadNamed("alone", exocet.pep302Mapper)
print(alone.other.get(), alone.other.alone is alone, alone.other.alone is sys.modules["alone"])
