"""Loads a script with the modules of `stdlib_shims` in place of those of the embedded library.

`stdlib_shims` has to be on the search path. The interpreter's own modules stay what they are.
"""

import os
import sys
import types

import exocet

# What stands in the same folder for other reasons.
OTHERS = {"__future__", "_exocet_resources", "importlib", "pkgutil", "runpy", "sys"}

loaded = {}


def names_below(folder, prefix=""):
    for entry in sorted(os.listdir(folder)):
        path = os.path.join(folder, entry)
        if entry.endswith(".py"):
            yield prefix.rstrip(".") if entry == "__init__.py" else prefix + entry[:-3]
        elif os.path.isdir(path) and entry.isidentifier() and entry != "__pycache__":
            yield from names_below(path, prefix + entry + ".")


[folder] = [entry for entry in sys.path if entry.rstrip("/").endswith("stdlib_shims")]
shims = {name: exocet.getModule(name) for name in names_below(folder) if name.partition(".")[0] not in OTHERS}
# Whatever else is imported gets the embedded library.
sys.path.remove(folder)


def find(name):
    if name not in shims:
        raise ModuleNotFoundError(name, name=name)
    if name not in loaded:
        parent, _, child = name.rpartition(".")
        if parent:
            find(parent)
        if name not in loaded:
            module = loaded[name] = types.ModuleType(name)
            exocet.load(shims[name], mapper, module)
        if parent:
            setattr(loaded[parent], child, loaded[name])
    return loaded[name]


mapper = exocet.chain(exocet.CallableMapper(find, shims.__contains__), exocet.pep302Mapper)


def run(name):
    return exocet.loadNamed(name, mapper)
