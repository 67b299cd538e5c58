"""Stands for `importlib.util` where the standard library is not embedded.

Left out: `LazyLoader`, `source_hash` and all that has to do with bytecode files.
"""

import sys
import _frozen_importlib as _bootstrap
from _frozen_importlib import module_from_spec, spec_from_loader

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
    if name in sys.modules:
        if sys.modules[name] is None:
            return None
        spec = getattr(sys.modules[name], "__spec__", None)
        if spec is None:
            raise ValueError(f"{name}.__spec__ is None or not set")
        return spec
    parent = name.rpartition(".")[0]
    path = None
    if parent:
        above = __import__(parent, None, None, ("__path__",))
        if not hasattr(above, "__path__"):
            message = f"__path__ attribute not found on {parent!r} while trying to find {name!r}"
            raise ModuleNotFoundError(message, name=name)
        path = above.__path__
    return _bootstrap._find_spec(name, path)
