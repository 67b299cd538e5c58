# Threads that need the same modules of a realm at once get the same ones, whole, also where the modules need one another.
# file: pk/__init__.py
# | import time
# | ran = []
# | time.sleep(0.05)
# | done = True
# file: pk/one.py
# | import pk, time
# | pk.ran.append(__name__)
# | time.sleep(0.02)
# | from . import two
# | done = True
# file: pk/two.py
# | import pk, time
# | pk.ran.append(__name__)
# | time.sleep(0.02)
# | from . import one
# | done = True
# > ['pk.one', 'pk.two'] {True} 1 1
import exocet
import threading

realm = exocet.Realm("pk")
seen = []
def use(name):
    module = realm.loadNamed(name)
    seen.append((module.done, module))
threads = [threading.Thread(target=use, args=(name,)) for name in ("pk.one", "pk.two", "pk") * 4]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
modules = {id(module): module for _, module in seen}
print(sorted(realm.loadNamed("pk").ran), {done for done, _ in seen},
      *(sum(module.__name__ == name for module in modules.values()) for name in ("pk.one", "pk.two")))
