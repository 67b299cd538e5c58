# Every load makes a new module object, shares nothing but code, and changes nothing global.
# file: app.py
# | """An application."""
# | import helper
# | values = []
# | seen = (__name__, __package__, __spec__.name, __spec__.parent, __doc__)
# | def rebind(value):
# |     global state
# |     state = value
# | def read():
# |     return state
# | state = "first"
# file: helper.py
# | values = []
# file: pk/__init__.py
# file: pk/part.py
# | name = __name__
# > [7, 8, 9]
# > False False False
# > True True
# > True <module 'app' from '<fixture>/app.py'>
# > ('app', '', 'app', '', 'An application.')
# > second! first
# > pk.part pk False
# > True
# > []
import exocet
import sys

before = dict(sys.modules), list(sys.path), list(sys.meta_path)
one = exocet.loadNamed("app", exocet.pep302Mapper.withOverrides({"helper": 7}))
two = exocet.load(exocet.getModule("app"), exocet.pep302Mapper.withOverrides({"helper": 8}))
three = exocet.getModule("app").load(exocet.pep302Mapper.withOverrides({"helper": 9}))
print([module.helper for module in (one, two, three)])
print(one is two, two is three, one.values is two.values)
print(one.read.__code__ is two.read.__code__, one.read.__globals__ is one.__dict__)
print(isinstance(one, type(sys)), one)
print(one.seen)

# A function sees its own module as it is now, and no other.
one.rebind("second")
one.state += "!"
print(one.read(), two.read())

part = exocet.loadNamed("pk.part", exocet.emptyMapper)
print(part.name, part.__package__, hasattr(part, "__path__"))
print((dict(sys.modules), list(sys.path), list(sys.meta_path)) == before)
print([name for name in ("app", "helper", "pk", "pk.part") if name in sys.modules])
