# A module object that is given as `m` is filled, and keeps what the code doesn't bind anew.
# file: app.py
# | old = kept
# | kept_too = kept_too + ["loaded"]
# | name = __name__
# > True kept kept ['before', 'loaded'] app
# > True 1
# > True 2
# > True ['loaded', 'loaded']
# > name 'kept' is not defined
import exocet
import sys

target = type(sys)("target")
target.kept = "kept"
target.kept_too = ["before"]
made = exocet.loadNamed("app", exocet.emptyMapper, target)
print(made is target, made.old, made.kept, made.kept_too, made.name)

again = type(sys)("again")
again.kept, again.kept_too = 1, []
print(exocet.load(exocet.getModule("app"), exocet.emptyMapper, m=again) is again, again.old)
third = type(sys)("third")
third.kept, third.kept_too = 2, []
print(exocet.getModule("app").load(exocet.emptyMapper, m=third) is third, third.old)

fresh = exocet.loadNamed("app", exocet.emptyMapper.withOverrides({}), m=again)
print(fresh is again, again.kept_too)
try:
    exocet.loadNamed("app", exocet.emptyMapper, m=None)
except NameError as error:
    print(error)
