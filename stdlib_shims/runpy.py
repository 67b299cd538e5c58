"""Stands for `runpy` where the standard library is not embedded.

Left out: `alter_sys` changes nothing, and `run_path` takes no archives and no folders.
"""

import importlib.util

__all__ = ["run_module", "run_path"]


def run_module(mod_name, init_globals=None, run_name=None, alter_sys=False):
    """Runs a module's code in new globals, which it gives; of a package, its `__main__` is run."""
    spec = importlib.util.find_spec(mod_name)
    if spec is not None and spec.submodule_search_locations is not None:
        if mod_name.rpartition(".")[2] == "__main__":
            raise ImportError("Cannot use package as __main__ module")
        mod_name += ".__main__"
        spec = importlib.util.find_spec(mod_name)
    if spec is None or spec.loader is None:
        raise ImportError(f"No module named {mod_name}")
    code = spec.loader.get_code(mod_name)
    if code is None:
        raise ImportError(f"No code object available for {mod_name}")
    return _run(code, init_globals, run_name or mod_name, spec, spec.origin, spec.parent)


def run_path(path_name, init_globals=None, run_name=None):
    """Runs a file's code in new globals, which it gives."""
    with open(path_name, "rb") as file:
        code = compile(file.read(), path_name, "exec")
    run_name = run_name or "<run_path>"
    return _run(code, init_globals, run_name, None, path_name, run_name.rpartition(".")[0])


def _run(code, init_globals, name, spec, file, package):
    own = dict(init_globals or {})
    loader = None if spec is None else spec.loader
    own.update(__name__=name, __file__=file, __loader__=loader, __package__=package, __spec__=spec, __doc__=None)
    exec(code, own)
    return own
