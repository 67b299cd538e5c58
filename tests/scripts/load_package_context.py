# A package is loaded with a context of its own: its modules are fresh and consistent, and only other names go to the mapper.
# file: pk/__init__.py
# | import pk.absolute
# | from . import item
# | from .item import ring
# | import outside
# | runs = item.runs
# | runs.append(1)
# file: pk/absolute.py
# | from pk import item as same
# | import pk.item
# | def late():
# |     import pk.late, elsewhere
# |     return pk.late, elsewhere
# file: pk/item.py
# | from . import absolute
# | import pk as top
# | runs = []
# | def ring(): return absolute.same.absolute.same
# file: pk/late.py
# | from .item import runs
# file: pk/sub/__init__.py
# | from . import leaf
# | from .leaf import deep
# file: pk/sub/leaf.py
# | import pk.sub as own
# | deep = own
# file: ns/one.py
# | from . import two
# file: ns/two.py
# | from ns import one as back
# file: plain.py
# | import outside
# | runs = []
# file: bad/__init__.py
# | from . import good
# | 1 / 0
# file: bad/good.py
# file: outside.py
# file: elsewhere.py
# > the shared one: True [1]
# > pk [1] True True
# > asked: ['outside']
# > True True asked: ['elsewhere']
# > different: True True True True
# > the shared one: True [1] False
# > True True True
# > the context: True True True True
# > [1] ['pk', 'pk.absolute', 'pk.item']
# > True True True
# > True
# > ValueError `plain` is not a package
# > ValueError `plain` is not a package
# > ValueError `pk.item` is not a package
# > asked: []
# > below: pk.sub True True
# > namespace: ns True True
# > shown: 1 True AttributeError
# > plain: asked: ['outside']
# > filled: True pk mine [1] asked: ['outside', 'pk', 'pk.absolute', 'pk.item']
# > ZeroDivisionError True True
# > True
import exocet
import sys

class Recorder:
    def __init__(self, mapper):
        self.mapper, self.asked = mapper, set()
    def lookup(self, name):
        self.asked.add(name)
        return self.mapper.lookup(name)
    def __str__(self):
        asked, self.asked = sorted(self.asked), set()
        return f"asked: {asked}"

# First the package is imported as usual, so that there is a shared one that could be got hold of.
shared = exocet.pep302Mapper.lookup("pk")
print("the shared one:", shared is sys.modules["pk"], shared.runs)
before = dict(sys.modules), dict(shared.__dict__)

recorder = Recorder(exocet.emptyMapper.withOverrides({"outside": 1, "elsewhere": 2}))
first = exocet.loadNamed("pk", recorder)
second = exocet.getModule("pk").load(recorder)
print(first.__name__, first.runs, first.item.top is first, first.item.absolute.same.ring() is first.item)
print(recorder)
late, elsewhere = first.absolute.late()
print(late is first.late, late.runs is first.runs, recorder)
print("different:", first is not second, first.item is not second.item, first.runs is not second.runs, not hasattr(second, "late"))
print("the shared one:", shared.item is sys.modules["pk.item"], shared.runs, hasattr(shared, "late"))
print(shared.item is not first.item, dict(sys.modules) == before[0], shared.__dict__ == before[1])

# The context is a realm: it gives its modules by name, each the same every time, and is a mapper that others may have.
context = exocet.loadPackageNamed("pk", recorder)
print("the context:", isinstance(context, exocet.PackageContext), isinstance(context, exocet.Realm), isinstance(context, exocet.IMapper), exocet.PackageContext is exocet.Realm)
package = context.modules["pk"]
print(package.runs, sorted(name for name in context.modules if name.startswith("pk")))
print(context.loadNamed("pk") is package, context.load_named("pk.item") is package.item, context.loadNamed("pk.late") is context.loadNamed("pk.late"))
print(context.mapper.lookup("pk.item") is package.item is context.mapper.lookup("pk").item)
recorder.asked.clear()
for attempt in (
    lambda: exocet.loadPackageNamed("plain", recorder),
    lambda: exocet.loadPackage(exocet.getModule("plain"), recorder),
    lambda: exocet.loadPackageNamed("pk.item", recorder),
):
    try:
        print(attempt())
    except ValueError as error:
        print(type(error).__name__, error)
print(recorder)

# A package below another one, a namespace package, a plain module, and a module to be filled.
below = exocet.loadNamed("pk.sub", exocet.emptyMapper)
print("below:", below.__name__, below.deep is below, below.leaf.own is below)
namespace = exocet.loadPackageNamed("ns", exocet.emptyMapper)
print("namespace:", namespace.loadNamed("ns").__name__, namespace.loadNamed("ns.one").two.back is namespace.loadNamed("ns.one"), hasattr(namespace.loadNamed("ns"), "two"))
context = exocet.loadPackageNamed("pk", exocet.pep302Mapper)
try:
    context.absent
except AttributeError as error:
    missing = type(error).__name__
print("shown:", context.runs[0], context.item is context.loadNamed("pk.item"), missing)
exocet.loadNamed("plain", recorder)
print("plain:", recorder)
recorder = Recorder(exocet.pep302Mapper)
module = type(sys)("other")
module.kept = "mine"
filled = exocet.loadNamed("pk", recorder, module)
print("filled:", filled is module, module.__name__, module.kept, [1], recorder)

# One that fails leaves nothing.
before = dict(sys.modules)
try:
    exocet.loadNamed("bad", exocet.pep302Mapper)
except ZeroDivisionError as error:
    print(type(error).__name__, dict(sys.modules) == before, "bad" not in sys.modules)
print(exocet.pep302Mapper.contains("bad"))
