# withOverrides makes a new mapper, leaves the old one alone, and the newest override wins; as a method and as a function.
# file: app.py
# | import a, b
# file: a.py
# | name = "real a"
# file: b.py
# | name = "real b"
# > ['real a', 'real b']
# > [1, 'real b']
# > [2, 2]
# > [2, 3]
# > [2, 3]
# > 4
# > True True
# > ['real a', 0]
# > [9, 0]
# > ['real a', 0]
# > asked for a
# > asked for b
# > ['a', 'real b']
import exocet

def show(mapper):
    app = exocet.loadNamed("app", mapper)
    print([getattr(value, "name", value) for value in (app.a, app.b)])

base = exocet.pep302Mapper
one = base.withOverrides({"a": 1})
two = one.withOverrides({"a": 2, "b": 2})
three = exocet.withOverrides(two, {"b": 3})
four = three.with_overrides({})
for mapper in (base, one, two, three, four):
    show(mapper)
print(exocet.withOverrides(mapper=base, overrides={"a": 4}).lookup("a"))
print(type(one) is type(base), isinstance(one, exocet.IMapper))

# The mapping isn't copied.
live = {}
mapper = base.withOverrides(live).withOverrides({"b": 0})
show(mapper)
live["a"] = live["b"] = 9
show(mapper)
live.clear()
show(mapper)

# A module that is loaded already asks when it imports, not before.
class Names(dict):
    def __contains__(self, name):
        print("asked for", name)
        return super().__contains__(name)
show(base.withOverrides(Names(a="a")))
