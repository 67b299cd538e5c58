# Anything with a lookup method is a mapper; a class below IMapper inherits the other methods.
# file: app.py
# | import one
# | from two import item
# | import three.four
# | from three import five
# | def late(name):
# |     return __import__(name)
# > <one> item <view of <three>> <three.five>
# > ['one', 'two', 'three.four', 'three', 'three', 'three.five']
# > True False []
# > True ('one', 'two', 'three', 'three.four', 'three.five')
# > <one> item <view of <three>> <three.four> <three.five>
# > ['one', 'two', 'three.four', 'three', 'three', 'three.five']
# > <six> six
# > 1 <view of <three>>
# > 2 <two>
# > ONE
# > static one
# > module one
# > 'IMapper' has no lookup(name)
import exocet
import sys

class Fake:
    def __init__(self, name):
        self.name = name
    def __repr__(self):
        return f"<{self.name}>"
    item = "item"

class Known(exocet.IMapper):
    """Knows names, and remembers what it was asked."""
    def __init__(self, *names):
        self.names = names
        self.asked = []
    def lookup(self, name):
        self.asked.append(name)
        if name in self.names:
            return Fake(name)
        raise ModuleNotFoundError(f"not known: {name}", name=name)

class Plain:
    def __init__(self):
        self.asked = []
    def lookup(self, name):
        self.asked.append(name)
        return Fake(name)

known = Known("one", "two", "three", "three.four", "three.five")
app = exocet.loadNamed("app", known)
print(app.one, app.item, app.three, app.five)
print(known.asked)
print(known.contains("one"), known.contains("four"), known.unused())
print(isinstance(known, exocet.IMapper), known.names)

plain = Plain()
app = exocet.loadNamed("app", plain)
print(app.one, app.item, app.three, app.three.four, app.five)
print(plain.asked)
print(app.late("six"), plain.asked[-1])

# The methods that a plain object lacks exist as functions, and a subclass has them.
both = exocet.withOverrides(plain, {"one": 1})
print(exocet.loadNamed("app", both).one, exocet.loadNamed("app", both).three)
print(exocet.loadNamed("app", known.withOverrides({"one": 2})).one, known.withOverrides({}).lookup("two"))

# A lookup that is found when asked for: an instance attribute, __getattr__, a class, a module.
class Loose:
    def __getattr__(self, name):
        if name == "lookup":
            return lambda asked: asked.upper()
        raise AttributeError(name)
class Static:
    @staticmethod
    def lookup(name):
        return "static " + name
    item = 1
module = type(sys)("module")
module.lookup = lambda name: "module " + name
for mapper in (Loose(), Static, module):
    print(exocet.withOverrides(mapper, {}).lookup("one"))
try:
    exocet.IMapper().lookup("one")
except NotImplementedError as error:
    print(error)
