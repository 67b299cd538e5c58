# The submodules of a package that is replaced stay loaded, and are attributes of the new one.
# file: pk/__init__.py
# | import sys
# | from .named import named
# | early = 'leaf' in globals()
# | def __getattr__(name): return name.upper()
# file: pk/leaf.py
# | import pk
# | holder = pk
# file: pk/named.py
# | def named(): pass
# file: ns/part.py
# file: lazy.py
# | import sys
# | class Stand: pass
# | sys.modules[__name__] = Stand()
# > True True True True
# > True True function ANYTHING
# > True
# > True True
# > True False Stand
import exocet

realm = exocet.Realm(["pk", "ns", "lazy"], exocet.emptyMapper.withOverrides({"sys": exocet.pep302Mapper.lookup("sys")}))
old, leaf, named = map(realm.loadNamed, ["pk", "pk.leaf", "pk.named"])
realm.replace("pk")
new = realm.loadNamed("pk")
print(new is not old, new.leaf is leaf is realm.loadNamed("pk.leaf"), old.leaf is leaf, leaf.holder is old)
print(new.early, realm.loadNamed("pk.named") is named, type(new.named).__name__, new.anything)
print(new.named is named.named)

ns, part = realm.loadNamed("ns"), realm.loadNamed("ns.part")
realm.replace("ns")
print(realm.loadNamed("ns") is not ns, realm.loadNamed("ns").part is part)

stand = realm.loadNamed("lazy")
realm.replace("lazy")
now = realm.loadNamed("lazy")
print(now is realm.modules["lazy"], now is stand, type(now).__name__)
