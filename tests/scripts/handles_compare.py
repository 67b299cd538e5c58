# Handles compare, hash and sort by name and place.
# file: b.py
# file: a.py
# file: pk/__init__.py
# file: pk/a.py
# > True False False
# > False True True True True False True
# > True 4
# > ['a', 'b', 'pk', 'pk.a']
# > False True False 1
# > TypeError
import exocet

a, b, pk, inner = map(exocet.getModule, ["a", "b", "pk", "pk.a"])
print(a == exocet.getModule("a"), a is exocet.getModule("a"), a != exocet.getModule("a"))
print(a == b, a != b, a < b, b > a, a <= b, a >= b, a <= exocet.getModule("a"))
print(hash(a) == hash(exocet.getModule("a")), len({a, b, exocet.getModule("a"), *pk.walkModules()}))
print([handle.name for handle in sorted([inner, pk, b, a])])
print(a == "a", a != "a", a == None, {a: 1}[exocet.getModule("a")])
try:
    a < "b"
except TypeError as error:
    print("TypeError")
