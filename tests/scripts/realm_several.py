# A realm may hold several packages and modules, or all of a search path; two of them hold two versions of one library.
# file: lib/__init__.py
# | version = 1
# | class Thing: pass
# file: app/__init__.py
# | import lib, helper, outside
# | from . import part
# file: app/part.py
# | def late():
# |     import lib.more
# |     return lib.more
# file: lib/more.py
# | from . import Thing
# file: helper.py
# | import lib
# file: outside.py
# file: v2/lib/__init__.py
# | version = 2
# | class Thing: pass
# file: v2/lib/more.py
# > True True False True
# > True True
# > 1 2 False
# > [] ['app', 'app.part', 'helper', 'lib', 'lib.more', 'outside']
# > True False
# > True 2 True
# > TypeError a package or its name is wanted, and 'int' is none
# > ModuleNotFoundError no module `absent`
# > OSError absent-folder
import exocet
import sys

realm = exocet.Realm(["app", exocet.getModule("lib"), "helper"])
app = realm.loadNamed("app")
print(app.lib is realm.loadNamed("lib"), app.helper.lib is app.lib, app.outside is realm.loadNamed("helper"), app.part.late().Thing is app.lib.Thing)
import outside
print(app.outside is outside, realm.modules["outside"] is outside)

# Everything on a search path: another version of the library lies in a folder beside.
root = exocet.getModule("app").filePath.rpartition("app")[0].rstrip("/")
old = exocet.Realm(path=[root])
new = exocet.Realm(path=[root + "/v2", root])
print(old.loadNamed("app").lib.version, new.loadNamed("app").lib.version,
      old.loadNamed("lib").Thing is new.loadNamed("lib").Thing)
new.loadNamed("app.part").late()
print([name for name in sys.modules if name.partition(".")[0] in ("app", "lib", "helper")],
      sorted(name for name in new.modules if name.partition(".")[0] in ("app", "lib", "helper", "outside")))
print(new.loadNamed("outside") is not outside, new.loadNamed("app") is old.loadNamed("app"))

# A realm is a mapper: of another load, and of another realm.
user = exocet.Realm("app", new)
print(user.loadNamed("app") is not new.loadNamed("app"), user.loadNamed("app").lib.version,
      user.loadNamed("app").lib is new.loadNamed("lib"))

for arguments in ((5,), ("absent",), ((), exocet.emptyMapper, "absent-folder")):
    try:
        exocet.Realm(arguments[0] if arguments[0] != 5 else [5], *arguments[1:])
    except Exception as error:
        print(type(error).__name__, str(error).split(":")[0] if type(error) is not OSError else "absent-folder" * ("absent-folder" in str(error)))
