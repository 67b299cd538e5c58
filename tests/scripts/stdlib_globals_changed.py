# A fresh module is known by its globals, whatever its code does to the names in them.
# file: outside.py
# | word = "outside"
# file: updated.py
# | import string
# | globals().update(vars(string))
# | def late():
# |     import outside
# |     return outside
# file: unspecified.py
# | def late():
# |     import outside
# |     return outside
# | del __spec__
# file: tidy.py
# | def late():
# |     import outside
# |     return outside
# | for name in list(globals()):
# |     if name != "late": del globals()[name]
# file: lazy.py
# | import sys, types
# | class Lazy(types.ModuleType):
# |     answer = property(lambda self: 42)
# | sys.modules[__name__].__class__ = Lazy
# file: swapped.py
# | import sys
# | class Facade:
# |     former = sys.modules[__name__]
# | sys.modules[__name__] = Facade()
# file: failing.py
# | import sys
# | sys.modules[__name__] = "left over"
# | 1 / 0
# file: ended.py
# | class Folder:
# |     def __init__(self, log): self.log = log
# |     def __del__(self):
# |         import outside
# |         self.log.append(outside)
# | def start(log):
# |     global folder
# |     folder = Folder(log)
# > updated: stand-in, stand-in
# > unspecified: stand-in, stand-in
# > tidy: stand-in, stand-in
# > denied: updated unspecified tidy
# > 42 True
# > Facade swapped
# > real ones kept: True True True
# > ZeroDivisionError; then lazy has 42
# > ended: stand-in
import exocet
import gc
import time
import sys

class StandIn:
    def __repr__(self): return "stand-in"

def over(): return exocet.pep302Mapper.withOverrides({"outside": StandIn()})

NAMES = "updated", "unspecified", "tidy"
for name in NAMES:
    alone = exocet.loadNamed(name, over()).late
    realm = exocet.Realm(name, over()).loadNamed(name).late
    gc.collect()
    print(f"{name}: {alone()}, {realm()}")

denied = []
for name in NAMES:
    try: exocet.loadNamed(name, exocet.ExclusiveMapper(exocet.pep302Mapper, ["outside"])).late()
    except ModuleNotFoundError: denied.append(name)
print("denied:", *denied)

# Alone, a module finds itself, and what it puts in its place is the outcome of its load.
import lazy, swapped
fresh = exocet.loadNamed("lazy", exocet.pep302Mapper)
print(fresh.answer, fresh is not lazy)
facade = exocet.loadNamed("swapped", exocet.pep302Mapper)
print(type(facade).__name__, facade.former.__name__)
print("real ones kept:", sys.modules["lazy"] is lazy, sys.modules["swapped"] is swapped, sys.modules[fresh.__name__] is lazy)

# Nothing of a load that failed is left for another module.
for _ in range(300):
    try: exocet.loadNamed("failing", exocet.pep302Mapper)
    except ZeroDivisionError as error: failed = type(error).__name__
fresh = {exocet.loadNamed("lazy", exocet.pep302Mapper).answer for _ in range(300)}
print(f"{failed}; then lazy has", *fresh)

# The mapper lives as long as any of the module's code does.
log = []
exocet.loadNamed("ended", over()).start(log)
# A collection does nothing while another one is going on.
deadline = time.monotonic() + 20
while not log and time.monotonic() < deadline: gc.collect()
print("ended:", *log)
