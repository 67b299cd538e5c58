"""Real packages from PyPI at work, each in two realms at once, and each loaded fresh on its own.

    exocet run --path PACKAGES realms.py PACKAGES SCRIPTS [NAME...]

PACKAGES is the folder that `pip install --target` filled with what requirements.txt names, SCRIPTS the one of the scripts
that work with them, beside which expected.json tells what each gives under CPython.
"""

import json
import os
import sys
import traceback

import exocet

packages, scripts, *names = sys.argv[1:]
with open(os.path.join(os.path.dirname(scripts), "expected.json")) as file:
    expected = json.load(file)
names = names or sorted(expected)
before = set(sys.modules)


def work(name):
    """Runs a script in two realms at once, and gives the name of the package that it works with."""
    first, second = (exocet.Realm(path=[packages, scripts]) for _ in range(2))
    one, two = first.loadNamed("work_" + name), second.loadNamed("work_" + name)
    for result in (one.work(), two.work(), one.work()):
        # Through JSON, which makes lists of tuples.
        result = json.loads(json.dumps(result))
        assert result == expected[name], f"{result!r} instead of {expected[name]!r}"
    assert one.identity() is not two.identity(), "the realms share a class"
    return one.identity().__module__.partition(".")[0]


def load(package):
    """Loads a package fresh twice, each on its own and with its own modules."""
    one, two = (exocet.loadNamed(package, exocet.pep302Mapper) for _ in range(2))
    assert one is not two
    if exocet.getModule(package).isPackage():
        context = exocet.loadPackageNamed(package, exocet.pep302Mapper)
        own = {name: module for name, module in context.modules.items() if name.startswith(package + ".") and module}
        # What it imports may have imported it in turn, which then is the shared one.
        assert all(sys.modules.get(name) is not module for name, module in own.items()), "it shares modules"
        assert context.loadNamed(package) is context.modules[package], "it is another one each time"


def attempt(name, what, *arguments):
    try:
        return what(*arguments)
    except BaseException:
        failed.append(name)
        print("failed", name, flush=True)
        traceback.print_exc()


failed = []
worked = {name: attempt(name, work, name) for name in names}
inside = (os.path.join(packages, ""), os.path.join(scripts, ""))
leaked = [name for name in set(sys.modules) - before if (getattr(sys.modules[name], "__file__", None) or "").startswith(inside)]
assert not leaked, f"loaded globally: {leaked}"
for name, package in worked.items():
    if package:
        attempt(name, load, package)
print(f"{len(names) - len(set(failed))} of {len(names)} packages work in two realms at once, and load fresh twice")
sys.exit(bool(failed))
