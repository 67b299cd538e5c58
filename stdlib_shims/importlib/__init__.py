"""Stands for `importlib` where the standard library is not embedded.

Left out: what drives the interpreter's own import system from below, in `_bootstrap` and `_bootstrap_external`.
"""

import sys
import _frozen_importlib as _bootstrap

__all__ = ["__import__", "import_module", "invalidate_caches", "reload"]

__import__ = __import__


def import_module(name, package=None):
    """Gives the module of that name; a relative name needs `package`."""
    if name.startswith("."):
        if not package:
            raise TypeError(f"the 'package' argument is required to perform a relative import for {name!r}")
        from .util import resolve_name
        name = resolve_name(name, package)
    # An item in the list makes `__import__` give the module itself, and not the package on top of it.
    return __import__(name, None, None, ("__name__",))


def invalidate_caches():
    """Tells the finders that modules may have been added."""
    for finder in sys.meta_path:
        if hasattr(finder, "invalidate_caches"):
            finder.invalidate_caches()


_reloading = {}


def reload(module):
    """Runs the module's code again, in the module object that there is."""
    spec = getattr(module, "__spec__", None)
    name = spec.name if spec is not None else getattr(module, "__name__", None)
    if not isinstance(name, str):
        raise TypeError("reload() argument must be a module")
    if sys.modules.get(name) is not module:
        raise ImportError(f"module {name} not in sys.modules", name=name)
    if name in _reloading:
        # The module reloads itself, by way of others or not.
        return _reloading[name]
    _reloading[name] = module
    try:
        package = name.rpartition(".")[0]
        path = None
        if package:
            if package not in sys.modules:
                raise ImportError(f"parent {package!r} not in sys.modules", name=package)
            path = sys.modules[package].__path__
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, module)
            if spec is not None:
                break
        else:
            raise ModuleNotFoundError(f"spec not found for the module {name!r}", name=name)
        if getattr(module, "__name__", None) != spec.name:
            module.__name__ = spec.name
        module.__package__ = spec.parent
        module.__loader__, module.__spec__ = spec.loader, spec
        if spec.submodule_search_locations is not None:
            module.__path__ = spec.submodule_search_locations
        if spec.loader is not None:
            spec.loader.exec_module(module)
        # The module may have put something else in its place.
        return sys.modules[name]
    finally:
        _reloading.pop(name, None)


def __getattr__(name):
    # Some programs use these without an import of their own, since in CPython they are there early.
    if name in ("abc", "machinery", "util"):
        return import_module("importlib." + name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
