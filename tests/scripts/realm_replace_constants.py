# Rebinding: a constant follows where an import statement takes it from the module, and nowhere else.
# file: limits.py
# | from gauge import step
# | GREATEST = step()
# | SMALL = 1
# | NAMES = [step()]
# | def check(): return GREATEST
# | same = check
# file: gauge.py
# | def step(): return 1000 + len(made)
# | made = []
# file: taker.py
# | from limits import GREATEST as TOP, SMALL, check
# | import limits as chosen
# | ONE = 1
# | alias = check
# | boxed = [check]
# file: star.py
# | from limits import *
# file: other.py
# | import limits
# | SMALL = 1
# | GREATEST = limits.GREATEST
# | mine = limits.NAMES
# > [('other', 'limits'), ('star', 'GREATEST'), ('star', 'NAMES'), ('star', 'check'), ('star', 'same'), ('taker', 'TOP'), ('taker', 'alias'), ('taker', 'check'), ('taker', 'chosen')]
# > 1001 1 1
# > 1000 True
# > True True True
# > False
import exocet

realm = exocet.Realm(["limits", "gauge", "taker", "star", "other"], exocet.emptyMapper)
taker, star, other = map(realm.loadNamed, ["taker", "star", "other"])
realm.loadNamed("gauge").made.append(1)
print(realm.replace("limits", rebind=True).rebound)
new = realm.loadNamed("limits")
print(taker.TOP, taker.ONE, taker.SMALL)
print(other.GREATEST, other.mine is not new.NAMES)
print(taker.alias is new.check, star.same is new.same, taker.chosen is new)
print(taker.boxed[0] is new.check)
