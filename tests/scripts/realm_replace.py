# Realm.replace loads one module of a realm anew, in its place; everything else keeps its objects.
# file: pk/__init__.py
# | from . import one
# file: pk/one.py
# | from . import two
# | made = []
# | class Tool: pass
# | def use(): return two
# file: pk/two.py
# file: user.py
# | from pk.one import Tool, use as used
# | import pk.one
# | kept = [Tool()]
# | by_name = {"use": used}
# file: outside.py
# file: circle.py
# | import sys, helper
# | own = sys.modules[__name__]
# | seen = helper.seen
# | def same(): return seen is own
# file: helper.py
# | import circle
# | seen = circle
# > <replacement of 'pk.one'> pk.one [] []
# > True True True
# > True True False
# > False
# > `sys.modules` of nobody has it: True
# > `outside` is none of the realm's own modules: the realm's mapper has it
# > `pk.absent` isn't loaded in the realm
# > pk.absent isn't loaded: ValueError
# > True True
# > [('user', 'Tool'), ('user', 'used')]
# > True True
# > True
import exocet
import sys

realm = exocet.Realm(["pk", "user", "circle", "helper"], exocet.pep302Mapper)
user = realm.loadNamed("user")
pk, one, two = map(realm.loadNamed, ["pk", "pk.one", "pk.two"])
before = list(sys.modules)
result = realm.replace("pk.one")
new = realm.loadNamed("pk.one")
print(result, result.name, result.added, result.removed)
print(new is not one, pk.one is new, realm.modules["pk.one"] is new)
print(new.two is two, user.Tool is one.Tool, user.pk.one is one)
print(new.made is one.made)
print("`sys.modules` of nobody has it:", list(sys.modules) == before)

realm.loadNamed("outside")
for name in ("outside", "pk.absent"):
    try:
        realm.replace(name)
    except ValueError as error:
        print(error)
try:
    exocet.Realm("pk").replace("pk.absent")
except Exception as error:
    print("pk.absent isn't loaded:", type(error).__name__)

# What other modules took follows where that is wanted; what is in containers doesn't.
old_tool, old_use = new.Tool, new.use
user.Tool, user.used = old_tool, old_use
again = realm.replace(name="pk.one", rebind=True)
newest = realm.loadNamed("pk.one")
print(user.Tool is newest.Tool, user.used is newest.use)
print(again.rebound)
print(type(user.kept[0]) is one.Tool, user.by_name["use"] is one.use)

# Imports in a circle see the new module.
circle = realm.loadNamed("circle")
del realm.modules["helper"]
realm.replace("circle")
print(realm.loadNamed("circle").same())
