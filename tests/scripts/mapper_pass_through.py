# The pass-through mapper gives what import gives: the shared modules, by identity.
# file: app.py
# | import helper
# | import pk.part
# | import sys as system
# | from pk import part
# file: helper.py
# | import other
# file: other.py
# file: pk/__init__.py
# file: pk/part.py
# file: unused.py
# | raise RuntimeError("not to be run")
# > False True False
# > True True True
# > True True False True
# > sys True True
# > exocet True True
# > pk.part True True
# > builtins True True
# > helper True True
# > pk.part
# > False
# > exocet.nothing
# > False
# > absent
# > False
# > pk.absent
# > True False True
# > another
import exocet
import sys

print("helper" in sys.modules, exocet.pep302Mapper.contains("helper"), "helper" in sys.modules)
app = exocet.loadNamed("app", exocet.pep302Mapper)
import helper, pk.part
print(app.helper is helper, app.helper is sys.modules["helper"], app.system is sys)
print(app.pk is pk, app.part is pk.part, "app" in sys.modules, "other" in sys.modules)
for name in ("sys", "exocet", "pk.part", "builtins", "helper"):
    print(name, exocet.pep302Mapper.lookup(name) is sys.modules[name], exocet.pep302Mapper.contains(name))
print(exocet.pep302Mapper.lookup("pk.part").__name__)
for name in ("exocet.nothing", "absent", "pk.absent"):
    print(exocet.pep302Mapper.contains(name))
    try:
        exocet.pep302Mapper.lookup(name)
    except ImportError as error:
        print(error.name)
print(exocet.pep302Mapper.contains("unused"), "unused" in sys.modules, exocet.pep302Mapper is exocet.pep302_mapper)

# Its modules are those that are in sys.modules now.
sys.modules["helper"] = "another"
print(exocet.loadNamed("app", exocet.pep302Mapper).helper)
