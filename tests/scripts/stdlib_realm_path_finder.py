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
# file: pk/part.py
# file: beside.py
# file: other.py
# > True True 2
# > ['First', 'PathFinder']
# > other pk.part (None, None) json
# > True True
# > False True True
import exocet
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
print(any(type(finder).__name__ == "First" for finder in sys.meta_path), PathFinder in sys.meta_path, PathFinder.find_spec("other").loader_state is None)
