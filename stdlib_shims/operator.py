"""Stands for `operator` where the standard library is not embedded.

All of it is in the interpreter; here are the names with underscores on both sides.
"""

from _operator import *


inv = invert


def call(function, /, *args, **kwargs):
    """Calls a function."""
    return function(*args, **kwargs)


__all__ = [name for name in globals() if not name.startswith("_")]

for _name in __all__:
    if _name not in ("attrgetter", "itemgetter", "methodcaller", "countOf", "indexOf", "is_", "is_not", "truth",
                     "length_hint"):
        globals()["__" + _name.strip("_") + "__"] = globals()[_name]
del _name
