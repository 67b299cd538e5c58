# ModuleNotFoundError for the very name means "not mine"; any other exception is an error, and reaches the importer.
# file: app.py
# | import dep
# file: guarded.py
# | try:
# |     import dep
# | except ImportError as error:
# |     dep = type(error).__name__ + " " + str(error).partition(" (asked")[0]
# file: deep.py
# | import pk.sub
# file: real.py
# file: dep.py
# | value = "real"
# > next
# > next
# > True ModuleNotFoundError another name
# > True ModuleNotFoundError another name
# > True ModuleNotFoundError no name
# > True ModuleNotFoundError no name
# > True ModuleNotFoundError below
# > True ModuleNotFoundError below
# > True ImportError not even found
# > True ImportError not even found
# > True KeyError 'dep'
# > True KeyError 'dep'
# > True ValueError the mapper's own
# > True ValueError the mapper's own
# > <view of 'next'>
# > <view of 'next'>
# > True ValueError no ImportError
# > True ValueError no ImportError
# > ImportError said so
# > ImportError said so
# > dep No module named 'dep'
# > ModuleNotFoundError No module named 'dep'
# > real
# > absent_dependency
import exocet

class Raising:
    def __init__(self, error):
        self.error = error
    def lookup(self, name):
        raise self.error

def attempt(module, error):
    for mapper in (Raising(error), exocet.CallableMapper(Raising(error).lookup)):
        chained = exocet.chain(mapper, exocet.DictMapper({"dep": "next", "pk.sub": "next", "pk": "next"}))
        try:
            loaded = exocet.loadNamed(module, chained)
            print(getattr(loaded, "dep", None) or loaded.pk)
        except Exception as raised:
            print(raised is error, type(raised).__name__, raised)

attempt("app", ModuleNotFoundError("x", name="dep"))
attempt("app", ModuleNotFoundError("another name", name="other"))
attempt("app", ModuleNotFoundError("no name"))
attempt("app", ModuleNotFoundError("below", name="dep.sub"))
attempt("app", ImportError("not even found", name="dep"))
attempt("app", KeyError("dep"))
attempt("app", ValueError("the mapper's own"))
attempt("deep", ModuleNotFoundError("the parent", name="pk"))
attempt("guarded", ValueError("no ImportError"))
attempt("guarded", ImportError("said so", name="dep"))

# "Not mine" at the end of the chain is an absent name.
for module in ("app", "guarded"):
    try:
        print(exocet.loadNamed(module, Raising(ModuleNotFoundError("mine", name="dep"))).dep)
    except ModuleNotFoundError as error:
        print(error.name, str(error).partition(" (asked")[0])

# After an error the interpreter is as it was.
print(exocet.loadNamed("app", exocet.pep302Mapper).dep.value)

# What a lookup itself imports fails as its own: another name.
class Importing:
    def lookup(self, name):
        import absent_dependency
try:
    exocet.loadNamed("app", exocet.chain(Importing(), exocet.pep302Mapper))
except ModuleNotFoundError as error:
    print(error.name)
