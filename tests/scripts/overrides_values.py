# Any object may stand for a module, None included, and the importer gets that very object.
# file: app.py
# | import dep
# | import dep as renamed
# | def again():
# |     import dep
# |     return dep
# file: items.py
# | from dep import real, imag
# file: lacking.py
# | from dep import absent
# file: below.py
# | import dep.real
# file: star.py
# | from dep import *
# > 3 0
# > 3
# > lacking ImportError cannot import name 'absent' from 'dep' (unknown location)
# > lacking ImportError cannot import name 'absent' from 'dep' (unknown location)
# > below ModuleNotFoundError No module named 'dep.real': denied by the override of 'dep', which has no 'real'
# > star ImportError from-import-* object has no __dict__ and no __all__
import exocet

class Weird:
    def __eq__(self, other): return True
    def __bool__(self): raise ValueError("no truth")
    def __getattr__(self, name): return name
values = [None, 0, False, "", 1.5, [], {}, object(), Weird(), Weird, len, NotImplemented, ..., ModuleNotFoundError]
for value in values:
    app = exocet.loadNamed("app", exocet.emptyMapper.withOverrides({"dep": value}))
    if not (app.dep is value and app.renamed is value and app.again() is value):
        print("not itself:", type(value))
items = exocet.loadNamed("items", exocet.emptyMapper.withOverrides({"dep": 3}))
print(items.real, items.imag)
print(exocet.loadNamed("below", exocet.emptyMapper.withOverrides({"dep": 3})).dep)
for name, value in (("lacking", 3), ("lacking", None), ("below", None), ("star", 3)):
    try:
        exocet.loadNamed(name, exocet.emptyMapper.withOverrides({"dep": value}))
    except ImportError as error:
        print(name, type(error).__name__, str(error).partition(" (asked")[0])
