# A Python class below a ready-made mapper may have a lookup of its own, and ask its base by super().
# file: app.py
# | import one, two
# | from three import item
# file: two.py
# > loud one loud two item loud one
# > [True, False, False] False <exocet mapper Loud>
# > loud two 1
# > four
# > sys
# > one ('one',)
# > [True, True, False, True, True, False]
# > 'Tidy' has no lookup(name)
# > True True False
# > ONE a subclass without a lookup is as its base True
import exocet

class Loud(exocet.DictMapper):
    def lookup(self, name):
        try:
            return "loud " + super().lookup(name)
        except ModuleNotFoundError:
            if name == "three":
                return type("Three", (), {"item": "item"})
            raise

mapper = Loud({"one": "one", "two": "two"})
app = exocet.loadNamed("app", mapper)
print(app.one, app.two, app.item, mapper.lookup("one"))
print([mapper.contains(name) for name in ("one", "three", "four")], exocet.chain(mapper).contains("three"), mapper)
print(exocet.chain(mapper, exocet.pep302Mapper).lookup("two"), mapper.withOverrides({"one": 1}).lookup("one"))
for name in ("four", "sys"):
    try:
        mapper.lookup(name)
    except ModuleNotFoundError as error:
        print(error.name)

class Allowed(exocet.ExclusiveMapper):
    """Says what it denies."""
    denied = ()
    def lookup(self, name):
        if not super().contains(name):
            self.denied += (name,)
        return super().lookup(name)
allowed = Allowed(exocet.pep302Mapper, ["one"])
try:
    exocet.loadNamed("app", allowed)
except ModuleNotFoundError as error:
    print(error.name, allowed.denied)

class Both(Loud):
    def contains(self, name):
        return name == "three" or super().contains(name)
both = Both({"one": "one"})
print([mapper.contains(name) for mapper in (both, exocet.chain(both)) for name in ("one", "three", "four")])

class Tidy(exocet.IMapper):
    def lookup(self, name):
        return super().lookup(name)
    def contains(self, name):
        return name == "yes"
try:
    Tidy().lookup("one")
except NotImplementedError as error:
    print(error)
print(Tidy().contains("yes"), Tidy().withOverrides({}).contains("yes"), Tidy().withOverrides({}).contains("no"))

class Plain(exocet.CallableMapper):
    word = "a subclass without a lookup is as its base"
print(Plain(str.upper).lookup("one"), Plain(str.upper).word, isinstance(Plain(len), exocet.IMapper))
