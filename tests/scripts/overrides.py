# A mapping of overrides stays live, and the newest one wins.
# file: app.py
# | import dep
# | value = dep
# > 1
# > 2
# > 3
# > 1
# > None
import exocet

first = {"dep": 1}
one = exocet.pep302Mapper.withOverrides(first)
two = one.withOverrides({"dep": 2})
print(exocet.loadNamed("app", one).value)
print(exocet.loadNamed("app", two).value)
first["dep"] = 3
print(exocet.loadNamed("app", one).value)
first["dep"] = 1
print(exocet.loadNamed("app", one).value)
print(exocet.loadNamed("app", one.withOverrides({"dep": None})).value)
