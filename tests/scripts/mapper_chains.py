# Every ready-made mapper composes with every other, in any order: the first that has a name answers.
# file: app.py
# | import dep
# file: dep.py
# | def __repr__(): return "real"
# file: pk/__init__.py
# file: pk/part.py
# > {'pass': 'real', 'empty': '-', 'dict': 'dict', 'callable': 'callable', 'own': '-', 'deny': '-', 'overrides': 'overrides', 'redirect': '-'}
# > pass       ['real', 'real', 'real', 'real', 'real', 'real', 'real', 'real']
# > empty      ['real', '-', 'dict', 'callable', '-', '-', 'overrides', '-']
# > dict       ['dict', 'dict', 'dict', 'dict', 'dict', 'dict', 'dict', 'dict']
# > callable   ['callable', 'callable', 'callable', 'callable', 'callable', 'callable', 'callable', 'callable']
# > own        ['real', '-', 'dict', 'callable', '-', '-', 'overrides', 'own']
# > deny       ['-', '-', '-', '-', '-', '-', '-', '-']
# > overrides  ['overrides', 'overrides', 'overrides', 'overrides', 'overrides', 'overrides', 'overrides', 'overrides']
# > redirect   ['-', '-', '-', 'made own', 'own', '-', '-', '-']
# > own own real
# > - False
# > own dict True False
# > dict 5
# > - dict -
# > real
import exocet
import sys

class Own:
    def lookup(self, name):
        if name == "own":
            return "own"
        raise ModuleNotFoundError(name, name=name)

makers = {
    "pass": exocet.pep302Mapper,
    "empty": exocet.emptyMapper,
    "dict": exocet.DictMapper({"dep": "dict"}),
    "callable": exocet.CallableMapper(lambda name: {"dep": "callable"}.get(name, "made " + name)),
    "own": Own(),
    "deny": exocet.ExclusiveMapper(exocet.emptyMapper, ["dep"]),
    "overrides": exocet.emptyMapper.withOverrides({"dep": "overrides"}),
    "redirect": exocet.redirect(exocet.emptyMapper, {"dep": "own"}),
}
def answer(mapper, name):
    try:
        found = mapper.lookup(name)
        return "real" if found is sys.modules.get(name) else found
    except ImportError:
        return "-"

answers = {name: answer(exocet.chain(mapper), "dep") for name, mapper in makers.items()}
print(answers)
for first in makers:
    row = []
    for second in makers:
        row.append(answer(exocet.chain(makers[first], makers[second]), "dep"))
    print(first.ljust(10), row)
three = exocet.chain(makers["own"], makers["redirect"], makers["dict"], makers["pass"])
print(answer(three, "dep"), answer(three, "own"), answer(three, "pk"))
print(answer(exocet.chain(), "dep"), exocet.chain().contains("dep"))
nested = exocet.chain(exocet.chain(makers["empty"], exocet.chain(makers["own"])), exocet.chain(makers["dict"]))
print(answer(nested, "own"), answer(nested, "dep"), nested.contains("own"), nested.contains("other"))
print(exocet.loadNamed("app", nested).dep, exocet.loadNamed("app", nested.withOverrides({"dep": 5})).dep)
denied = exocet.ExclusiveMapper(nested, ["own"])
print(answer(denied, "own"), answer(denied, "dep"), answer(exocet.ExclusiveMapper(denied, ["dep"]), "dep"))
print(exocet.loadNamed("app", exocet.withOverrides(exocet.chain(Own(), makers["pass"]), {"d": 1})).dep.__repr__())
