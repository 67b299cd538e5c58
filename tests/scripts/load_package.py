# A package that is loaded with a context of its own is fresh together with its modules: each is loaded once, and they see one another.
# file: pk/__init__.py
# | """The package."""
# | from .top import value
# | from . import one
# | import outside
# | def more():
# |     import pk.later, pk.sub
# | def most():
# |     import pk.sub.deep
# file: pk/top.py
# | from pk.util import shared
# | value = "top"
# file: pk/one.py
# | from . import util
# | import pk.two
# | two = pk.two
# file: pk/two.py
# | from .util import shared
# | from pk import util
# | import pk.one as one
# file: pk/util.py
# | shared = object()
# file: pk/later.py
# | calls = []
# | def call():
# |     from . import lazy
# |     calls.append(lazy.value)
# |     return lazy
# file: pk/lazy.py
# | value = "lazy"
# file: pk/sub/__init__.py
# | from .. import util
# | from ..util import shared
# file: pk/sub/deep.py
# | from .. import sub
# | from ... import nothing
# file: outside.py
# | count = 0
# > pk top the mapper's The package.
# > True True
# > True True
# > False False False
# > True
# > True ['lazy', 'lazy'] True False
# > True True
# > ImportError attempted relative import beyond top-level package
# > False
# > `outside` is not a package
# > pk.sub True False
import exocet
import sys

before = dict(sys.modules)
mapper = exocet.emptyMapper.withOverrides({"outside": "the mapper's"})
first = exocet.loadPackageNamed("pk", mapper).loadNamed("pk")
second = exocet.loadPackage(exocet.getModule("pk"), mapper).loadNamed("pk")
print(first.__name__, first.value, first.outside, first.__doc__)
print(first.one.util is first.util is first.one.two.util, first.top.shared is first.util.shared)
print(first.one.two is first.two, first.two.one is first.one)
print(first is second, first.util is second.util, first.util.shared is second.util.shared)
print(dict(sys.modules) == before)

# A module that nobody imported yet is loaded into the same realm when somebody does.
first.more()
lazy = first.later.call()
print(first.lazy is lazy, first.later.calls, first.later.call() is lazy, hasattr(second, "lazy"))
print(first.sub.util is first.util, first.sub.shared is first.util.shared)
try:
    first.most()
except ImportError as error:
    print(type(error).__name__, error)
print(hasattr(first.sub, "deep"))

# A package below another one may be loaded this way too; a module that is no package may not.
try:
    exocet.loadPackageNamed("outside", exocet.emptyMapper)
except ValueError as error:
    print(error)
nested = exocet.loadPackageNamed("pk.sub", exocet.pep302Mapper).loadNamed("pk.sub")
print(nested.__name__, nested.util is sys.modules["pk.util"], nested is sys.modules["pk"].__dict__.get("sub"))
