# A handle knows its module without running or reading it.
# file: app.py
# | raise RuntimeError("not to be run")
# file: pk/__init__.py
# | raise RuntimeError("not to be run")
# file: pk/part.py
# | raise RuntimeError("not to be run")
# file: pk/broken.py
# | def (
# file: pk/sub/__init__.py
# file: pk/sub/leaf.py
# file: space/member.py
# file: .hidden/no.py
# file: not-a-name.py
# file: class.py
# file: data.txt
# > app module False app.py
# > pk package True pk/__init__.py
# > pk.part module False pk/part.py
# > space namespace True None
# > sys module False built-in
# > PythonModule<'pk'> PythonModule<'pk'> PythonModule True
# > ['pk.broken', 'pk.part', 'pk.sub']
# > ['pk', 'pk.broken', 'pk.part', 'pk.sub', 'pk.sub.leaf']
# > [] ['app']
# > ['space', 'space.member']
# > [True, True, True, True, True]
# > True pk.broken 2 []
# > []
# > AttributeError filePath
# > AttributeError name
# > AttributeError kind
# > AttributeError other
import exocet
import sys

app, pk, part = map(exocet.getModule, ["app", "pk", "pk.part"])
space, native = exocet.getModule("space"), exocet.getModule("sys")
for handle in (app, pk, part, space, native):
    path = handle.filePath and handle.filePath.replace("<fixture>/", "")
    print(handle.name, handle.kind, handle.isPackage(), path)
print(repr(pk), str(pk), type(pk).__name__, isinstance(pk, exocet.PythonModule))

print([module.name for module in pk.iterModules()])
print([module.name for module in pk.walkModules()])
print([module.name for module in app.iterModules()], [module.name for module in app.walkModules()])
print([module.name for module in space.walkModules()])
print([handle == exocet.getModule(handle.name) for handle in pk.walkModules()])

# Listings are iterators.
listing = pk.iterModules()
print(iter(listing) is listing, next(listing).name, len(list(listing)), list(listing))
print([name for name in ("app", "pk", "pk.part", "space") if name in sys.modules])
for name in ("filePath", "name", "kind", "other"):
    try:
        setattr(app, name, "x")
    except AttributeError as error:
        print("AttributeError", name)
