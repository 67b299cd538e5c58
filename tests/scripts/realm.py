# A Realm is a package whose modules are fresh together; it is a mapper, and loads its modules by name.
# file: pk/__init__.py
# | from . import one
# file: pk/one.py
# | import outside
# | from . import util
# file: pk/two.py
# | from .one import util
# file: pk/util.py
# file: pk/sub/__init__.py
# file: pk/sub/leaf.py
# | from ..one import util
# file: user.py
# | import pk.two
# | from pk.sub import leaf
# file: outside.py
# file: broken/__init__.py
# file: broken/bad.py
# | 1 / 0
# > True given
# > True True True
# > []
# > False 0
# > True True True
# > True False True False
# > 2 True
# > pk.absent
# > absent
# > False
# > False
# > <exocet mapper Realm(["pk"], Chain([Overrides(["outside"]), PassThrough]))> <__import__ of <exocet mapper Realm(["pk"], Chain([Overrides(["outside"]), PassThrough]))>>
import exocet
import sys

realm = exocet.Realm(exocet.getModule("pk"), exocet.pep302Mapper.withOverrides({"outside": "given"}))
one, two, leaf = map(realm.loadNamed, ["pk.one", "pk.two", "pk.sub.leaf"])
print(one.util is two.util is leaf.util is realm.loadNamed("pk.util"), one.outside)
print(realm.loadNamed("pk").one is one, realm.loadNamed("pk.one") is one, realm.lookup("pk.one") is one)
print([name for name in sys.modules if name.startswith("pk")])

other = exocet.Realm(packages=exocet.getModule("pk"), mapper=exocet.emptyMapper.withOverrides({"outside": 0}))
print(other.loadNamed("pk.util") is one.util, other.load_named("pk.one").outside)

# Handed to another load, it gives its modules away.
user = exocet.loadNamed("user", realm)
print(user.pk.two is two, user.leaf is leaf, user.pk is realm.loadNamed("pk"))
print(realm.contains("pk.two"), realm.contains("pk.absent"), realm.contains("sys"), other.contains("sys"))
print(realm.withOverrides({"pk.two": 2}).lookup("pk.two"), isinstance(realm, exocet.IMapper))
for name in ("pk.absent", "absent"):
    try:
        realm.loadNamed(name)
    except ModuleNotFoundError as error:
        print(error.name)

# What fails leaves nothing, and is tried again.
broken = exocet.Realm(exocet.getModule("broken"), exocet.emptyMapper)
for _ in range(2):
    try:
        broken.loadNamed("broken.bad")
    except ZeroDivisionError:
        print("bad" in dir(broken.loadNamed("broken")))
print(realm, repr(one.__builtins__["__import__"]))
