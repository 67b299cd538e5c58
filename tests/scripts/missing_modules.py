# What isn't there is a ModuleNotFoundError with the name that is missing, and the places that were looked at.
# file: app.py
# | import absent
# file: deep.py
# | import pk.absent.deeper
# file: below.py
# | import single.part
# file: single.py
# file: pk/__init__.py
# file: cascade.py
# | try:
# |     import absent as found
# | except ImportError:
# |     import single as found
# > absent | no module `absent`
# > absent | no module `absent`
# > absent | no module `absent`
# > pk.absent | no module `pk.absent`
# > pk.absent | no module `pk.absent`
# > pk.absent | no module `pk.absent`
# > single.part | no module `single.part`: `single` is not a package
# > single.part | no module `single.part`: `single` is not a package
# > single.part | no module `single.part`: `single` is not a package
# > absent.part | no module `absent.part`
# > absent.part | no module `absent.part`
# > absent.part | no module `absent.part`
# > absent | No module named 'absent'
# > absent | No module named 'absent'
# > pk.absent | No module named 'pk.absent'
# > pk.absent.deeper | No module named 'pk.absent.deeper'
# > single.part | No module named 'single.part'; 'single' is not a package
# > single.part | No module named 'single.part'
# > single
# > True
# > No module named 'absent' (asked by app, <fixture>/app.py:1)
# > ValueError `` is not a module name: names are parts joined by dots, and none is empty or a path
# > ValueError `.` is not a module name: names are parts joined by dots, and none is empty or a path
# > ValueError `pk.` is not a module name: names are parts joined by dots, and none is empty or a path
# > ValueError `.pk` is not a module name: names are parts joined by dots, and none is empty or a path
# > ValueError `pk..a` is not a module name: names are parts joined by dots, and none is empty or a path
# > ValueError `a/b` is not a module name: names are parts joined by dots, and none is empty or a path
# > ValueError `../a` is not a module name: names are parts joined by dots, and none is empty or a path
import exocet

def attempt(function, *args):
    try:
        return function(*args)
    except ModuleNotFoundError as error:
        # Only the beginning: then come the places, or who asked.
        print(error.name, "|", str(error).partition(" (asked")[0].partition(": looked")[0])

for name in ["absent", "pk.absent", "single.part", "absent.part"]:
    attempt(exocet.getModule, name)
    attempt(exocet.loadNamed, name, exocet.pep302Mapper)
    attempt(exocet.loadPackageNamed, name, exocet.pep302Mapper)
for name in ["app", "deep", "below"]:
    attempt(exocet.loadNamed, name, exocet.pep302Mapper)
    attempt(exocet.loadNamed, name, exocet.emptyMapper)
print(exocet.loadNamed("cascade", exocet.pep302Mapper).found.__name__)

try:
    exocet.getModule("pk.absent")
except ModuleNotFoundError as error:
    print(str(error).endswith(" looked for `pk.absent` in `<fixture>/pk`"))
try:
    exocet.loadNamed("app", exocet.emptyMapper)
except ModuleNotFoundError as error:
    print(error)
for name in ["", ".", "pk.", ".pk", "pk..a", "a/b", "../a"]:
    try:
        exocet.getModule(name)
    except Exception as error:
        print(type(error).__name__, error)
