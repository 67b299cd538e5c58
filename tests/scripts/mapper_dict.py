# A DictMapper gives what its mapping holds, and nothing else.
# file: app.py
# | import one
# | import two.three as three
# file: one.py
# > True None True
# > sys False
# > sys
# > absent False
# > absent
# > one.part False
# > one.part
# > True None
# > True 1
# > False
# > ONE True False OTHER
# > 1 False {'real': 1}
# > the mapping's own error
# > the mapping's own error
# > True DictMapper
import exocet

d = {"one": object(), "two.three": None, "two": "parent"}
mapper = exocet.DictMapper(d)
print(mapper.lookup("one") is d["one"], mapper.lookup("two.three"), mapper.contains("two.three"))
for name in ("sys", "absent", "one.part"):
    print(name, mapper.contains(name))
    try:
        mapper.lookup(name)
    except ModuleNotFoundError as error:
        print(error.name)
app = exocet.loadNamed("app", mapper)
print(app.one is d["one"], app.three)

# It stays live.
d["late"] = 1
print(mapper.contains("late"), mapper.lookup("late"))
del d["late"]
print(mapper.contains("late"))

# Any mapping will do.
class Upper:
    def keys(self):
        return ["one"]
    def __contains__(self, name):
        if name == "bad":
            raise ValueError("the mapping's own error")
        return not name.startswith("x")
    def __getitem__(self, name):
        return name.upper()
mapper = exocet.DictMapper(Upper())
print(mapper.lookup("one"), mapper.contains("one"), mapper.contains("xx"), mapper.lookup("other"))

class Making(dict):
    def __missing__(self, name):
        self[name] = "made"
        return self[name]
making = Making(real=1)
mapper = exocet.DictMapper(making)
print(mapper.lookup("real"), mapper.contains("other"), making)
mapper = exocet.DictMapper(Upper())
for attempt in (mapper.lookup, mapper.contains):
    try:
        attempt("bad")
    except ValueError as error:
        print(error)
print(isinstance(mapper, exocet.IMapper), type(mapper).__name__)
