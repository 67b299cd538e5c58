"""Loads every module of the embedded standard library that plain `import` can import, fresh and in a realm.

    exocet run library.py
"""

import importlib
import io
import sys

import exocet

# These act when they are imported, or take the process with them.
ACTING = ("__main__", "antigravity", "this", "idlelib")


def quietly(what):
    """Calls something with what it prints thrown away, and gives the exception that it raises."""
    out, sys.stdout = sys.stdout, io.StringIO()
    try:
        what()
    except BaseException as error:
        return error
    finally:
        sys.stdout = out


handles = [
    handle
    for handle in exocet.walkModules(path=["<stdlib>"])
    if not any(part in ACTING for part in handle.name.split("."))
]
wanting = []
importable = 0
for handle in handles:
    name = handle.name
    if quietly(lambda: importlib.import_module(name)) is not None:
        continue
    importable += 1
    realm = exocet.Realm(name.partition(".")[0])
    for how, what in (("fresh", lambda: handle.load(exocet.pep302Mapper)), ("in a realm", lambda: realm.loadNamed(name))):
        error = quietly(what)
        if error is not None:
            wanting.append(name)
            print(f"{name} {how}: {type(error).__name__}: {error}")
print(f"{importable} of {len(handles)} modules can be imported, {len(set(wanting))} of these can't be loaded")
sys.exit(bool(wanting))
