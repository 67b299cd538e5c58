# A mapper tells which of the names it was given nobody has asked for.
# file: app.py
# | import used, pk.used
# | try:
# |     import denied.below
# | except ImportError:
# |     pass
# | def late():
# |     import later
# file: pk/__init__.py
# > ['denied', 'denyed', 'later', 'misspelt', 'pk.used', 'used']
# > True ['denied', 'denyed', 'later', 'misspelt', 'pk.used', 'used']
# > ['denyed', 'later', 'misspelt']
# > ['denyed', 'misspelt', 'new']
# > 5 ['denyed', 'misspelt']
# > ['denyed', 'misspelt', 'top']
# > [] ['a'] ['x']
# > ['a', 'b']
import exocet

overrides = {"used": 1, "misspelt": 2, "pk.used": 3, "later": 4}
mapper = exocet.ExclusiveMapper(exocet.pep302Mapper, ["denied", "denyed"]).withOverrides(overrides)
print(sorted(mapper.unused()))
print(mapper.contains("used"), sorted(mapper.unused()))
app = exocet.loadNamed("app", mapper)
print(sorted(mapper.unused()))
app.late()
overrides["new"] = 5
print(sorted(mapper.unused()))
print(mapper.lookup("new"), sorted(mapper.unused()))
print(sorted(mapper.withOverrides({"top": 1}).unused()))
print(exocet.pep302Mapper.unused(), exocet.DictMapper({"a": 1}).unused(), exocet.redirect(exocet.emptyMapper, {"x": "y"}).unused())
print(exocet.chain(exocet.DictMapper({"a": 1}), exocet.DictMapper({"b": 1})).unused())
