"""Stands for `pkgutil` where the standard library is not embedded.

It lists what `exocet` lists, namespace packages left out as the real one leaves them out. Left out: the finder of each
`ModuleInfo` is None, and there is no `get_importer`, `iter_importers` or `iter_importer_modules`.
"""

import sys
import exocet
import importlib

__all__ = ["ModuleInfo", "extend_path", "get_data", "iter_modules", "resolve_name", "walk_packages"]


class ModuleInfo(tuple):
    """A tuple of the finder, the name, and whether it is a package."""

    __slots__ = ()
    module_finder = property(lambda self: self[0])
    name = property(lambda self: self[1])
    ispkg = property(lambda self: self[2])

    def __new__(cls, module_finder, name, ispkg):
        return super().__new__(cls, (module_finder, name, ispkg))

    def __repr__(self):
        return f"ModuleInfo(module_finder={self[0]!r}, name={self[1]!r}, ispkg={self[2]!r})"


def iter_modules(path=None, prefix=""):
    """Yields a ModuleInfo for each module on `path`, or else on `sys.path`."""
    if isinstance(path, str):
        raise ValueError("path must be None or list of paths to look for modules in")
    for module in exocet.iter_modules(lambda error: None, sys.path if path is None else list(path)):
        if module.kind != "namespace":
            yield ModuleInfo(None, prefix + module.name, module.is_package())


def walk_packages(path=None, prefix="", onerror=None):
    """Yields a ModuleInfo for each module on `path` and in the packages there, which it imports."""
    for info in iter_modules(path, prefix):
        yield info
        if info.ispkg:
            try:
                package = importlib.import_module(info.name)
            except ImportError:
                if onerror is not None:
                    onerror(info.name)
            except Exception:
                if onerror is None:
                    raise
                onerror(info.name)
            else:
                yield from walk_packages(list(getattr(package, "__path__", None) or ()), info.name + ".", onerror)


def get_data(package, resource):
    """Gives the bytes of a file in a package, or None where its loader has none to give."""
    module = importlib.import_module(package)
    loader = getattr(module, "__loader__", None)
    if not hasattr(loader, "get_data") or not hasattr(module, "__file__"):
        return None
    folder = module.__file__.rpartition("/")[0]
    return loader.get_data("/".join([folder, *resource.split("/")]))


def resolve_name(name):
    """Gives the object that `package.module:attribute` or `package.module.attribute` names."""
    module, colon, attributes = name.partition(":")
    if not all(part.isidentifier() for part in module.split(".")):
        raise ValueError(f"invalid format: {name!r}")
    if colon:
        found = importlib.import_module(module)
        rest = attributes.split(".") if attributes else []
    else:
        first, *rest = module.split(".")
        found = importlib.import_module(first)
        so_far = first
        while rest:
            so_far = f"{so_far}.{rest[0]}"
            try:
                found = importlib.import_module(so_far)
            except ImportError:
                break
            del rest[0]
    for part in rest:
        found = getattr(found, part)
    return found


def extend_path(path, name):
    """Adds to a package's `__path__` what other entries of `sys.path` have of that package."""
    path = list(path)
    for entry in sys.path:
        place = "/".join([entry, *name.split(".")])
        if place not in path and list(exocet.iter_modules(path=[place])):
            path.append(place)
    return path
