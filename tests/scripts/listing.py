# Listing is sorted, gives each name once, and never imports; the first entry of sys.path that has a module wins.
# file: zoo.py
# | raise RuntimeError("not to be run")
# file: app.py
# file: pk/__init__.py
# file: pk/b.py
# file: pk/a.py
# file: pk/c__init__.py
# file: pk/sub/__init__.py
# file: pk/sub/z.py
# file: pk/__pycache__/a.cpython-314.pyc
# file: pk/readme.txt
# file: both.py
# file: both/__init__.py
# file: both/inner.py
# file: space/one/leaf.py
# file: folder/without/modules.txt
# > ['app', 'both', 'pk', 'script', 'space', 'zoo']
# > True True []
# > ['app', 'both', 'both.inner', 'pk', 'pk.a', 'pk.b', 'pk.c__init__', 'pk.sub', 'pk.sub.z', 'script', 'space', 'space.one', 'space.one.leaf', 'zoo']
# > True True True
# > package False
# > True
# > ['a', 'b', 'c__init__', 'sub'] a
# > False True
# > True
# > app True
# > False
# > True
import exocet
import sys

own = {"zoo", "app", "pk", "both", "space", "folder", "script"}
top = [module.name for module in exocet.iterModules()]
print([name for name in top if name in own])
print(top == sorted(top), len(top) == len(set(top)), [name for name in top if "." in name])
walked = [module.name for module in exocet.walkModules()]
print([name for name in walked if name.partition(".")[0] in own])
print(len(walked) == len(set(walked)), set(top) <= set(walked), "sys" in top)
print(exocet.getModule("both").kind, "zoo" in sys.modules)

# Handles that are listed are the handles that are found.
print(all(module == exocet.getModule(module.name) for module in exocet.iterModules()))

# The live sys.path counts: entries that do not exist change nothing, and a new list is as good as the old one.
listed = [module for module in exocet.iterModules()]
old = sys.path
sys.path = old + ["/no/such/folder", "<fixture>/pk", 7]
print([module.name for module in exocet.iterModules() if module not in listed], exocet.getModule("a").name)
sys.path = []
print("app" in [module.name for module in exocet.iterModules()], "sys" in [module.name for module in exocet.iterModules()])
sys.path = old
print([module for module in exocet.iterModules()] == listed)

# A None in sys.modules forbids importing, and doesn't hide the module from listings.
sys.modules["app"] = None
print(exocet.getModule("app").name, "app" in [module.name for module in exocet.iterModules()])
print(exocet.pep302Mapper.contains("app"))
del sys.modules["app"]
print(exocet.pep302Mapper.contains("app"))
