"""Stands for `importlib.util` in modules under a mapper, and where the standard library is not embedded.

`find_spec` asks the mapper, and a module that `module_from_spec` makes imports through it. Left out where no standard
library is embedded: `LazyLoader`, `source_hash` and all that has to do with bytecode files.
"""

import _frozen_importlib as _bootstrap
from _frozen_importlib import spec_from_loader

try:
    import _exocet_client as _mapper
    import _exocet_library as _library
except ImportError:
    from exocet import pep302_mapper as _mapper
    _library = None

try:
    from _frozen_importlib_external import (
        MAGIC_NUMBER, cache_from_source, decode_source, source_from_cache, spec_from_file_location,
    )
except ImportError:
    pass


def resolve_name(name, package):
    """Makes a relative name absolute."""
    if not name.startswith("."):
        return name
    if not package:
        raise ImportError(f"no package specified for {name!r} (required for relative module names)")
    rest = name.lstrip(".")
    return _bootstrap._resolve_name(rest, package, len(name) - len(rest))


def find_spec(name, package=None):
    """Gives the spec of what an import of `name` would get, or None. The packages above it are imported."""
    name = resolve_name(name, package)
    # What a realm has loaded comes before the packages that it lies in, as in CPython.
    loaded = getattr(_mapper, "modules", {})
    if name in loaded:
        if loaded[name] is None:
            return None
        spec = getattr(loaded[name], "__spec__", None)
        if spec is None:
            raise ValueError(f"{name}.__spec__ is None or not set")
        return spec
    parent = name.rpartition(".")[0]
    if parent:
        above = __import__(parent, _bootstrap.sys._getframe(1).f_globals, None, ("__path__",))
        if not hasattr(above, "__path__"):
            message = f"__path__ attribute not found on {parent!r} while trying to find {name!r}"
            raise ModuleNotFoundError(message, name=name)
    return _mapper.find_spec(name)


def module_from_spec(spec):
    """Makes an empty module for `spec`, whose code will import as the module that asked for this one does."""
    module = _bootstrap.module_from_spec(spec)
    if _library is not None and isinstance(module, type(_bootstrap)):
        vars(module).setdefault("__builtins__", _builtins)
    return module


def __getattr__(name):
    # What is rare, and needs no mapper.
    if _library is not None and not name.startswith("__"):
        return getattr(_library.lookup("importlib.util"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=None)
