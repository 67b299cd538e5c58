"""Stands for `sys` in the modules of a realm.

`modules`, `path`, `meta_path`, `path_hooks` and `path_importer_cache` are the realm's own: what its modules do with them
works in the realm, and nowhere else. `modules` shows what the realm has loaded and what its mapper gave. Anything else,
read or written, is the interpreter's `sys`. Left out: the tables are not in `vars(sys)`.
"""

import _exocet_client as _realm
import _exocet_library as _library

_sys = _library.lookup("sys")
_OWN = frozenset(("modules", "path", "meta_path", "path_hooks", "path_importer_cache"))


class _Sys(type(_sys)):
    def __getattr__(self, name):
        return getattr(_realm if name in _OWN else _sys, name)

    def __setattr__(self, name, value):
        if name.startswith("__") and name not in ("__stdin__", "__stdout__", "__stderr__"):
            super().__setattr__(name, value)
        else:
            setattr(_realm if name in _OWN else _sys, name, value)

    def __delattr__(self, name):
        delattr(_realm if name in _OWN else _sys, name)

    def __dir__(self):
        return dir(_sys)


# While it runs, an import of its name gives this module itself.
import sys as _self

_self.__class__ = _Sys
