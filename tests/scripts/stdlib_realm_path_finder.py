# Programs look for `PathFinder` in `sys.meta_path`, to stand before it, and ask it: in a realm it is the realm's.
# file: pk/__init__.py
# file: pk/hooked.py
# | import sys
# | from importlib.machinery import PathFinder
# | class First:
# |     asked = []
# |     def find_spec(self, name, path=None, target=None):
# |         self.asked.append(name)
# | place = sys.meta_path.index(PathFinder)
# | sys.meta_path.insert(place, First())
# | import beside
# | names = [getattr(finder, "__name__", type(finder).__name__) for finder in sys.meta_path]
# | found = PathFinder in sys.meta_path, "beside" in First.asked, len({*sys.meta_path, PathFinder})
# | spec = PathFinder.find_spec("other")
# | below = PathFinder.find_spec("pk.part", sys.modules["pk"].__path__)
# | absent = PathFinder.find_spec("absent"), PathFinder.find_spec("absent", [])
# | library = PathFinder.find_spec("json").name
# | def by_hand():
# |     import importlib.util
# |     module = importlib.util.module_from_spec(spec)
# |     spec.loader.exec_module(module)
# |     return module.loaded[1], module.loaded[0]
# file: pk/part.py
# file: beside.py
# file: other.py
# | import beside, sys
# | loaded = beside is sys.modules["beside"], len([1, 2, 3])
# > True True 2
# > ['First', 'PathFinder']
# > other pk.part (None, None) json
# > True True
# > True 3 True
# > False True True
import exocet
import importlib.machinery
import importlib.util
import os
import sys
from importlib.machinery import PathFinder

path = [entry for entry in sys.path if "script" not in entry]
realm = exocet.Realm(path=path)
hooked = realm.loadNamed("pk.hooked")
print(*hooked.found)
print(hooked.names)
print(hooked.spec.name, hooked.below.name, hooked.absent, hooked.library)
# What is found so is loaded in the realm.
print(hooked.spec.loader_state is realm, hooked.below.loader_state is realm)
# Who puts a finder on top asks whether the loader is importlib's, as it is for files on the disk.
is_file = os.path.exists(hooked.spec.origin)
print(isinstance(hooked.spec.loader, importlib.machinery.SourceFileLoader) == is_file, *realm.loadNamed("pk.hooked").by_hand())
print(any(type(finder).__name__ == "First" for finder in sys.meta_path), PathFinder in sys.meta_path, PathFinder.find_spec("other").loader_state is None)
