"""Objects that are not what they are taken for."""

import exocet
import sys
import types

kept = {}


def started():
    """Ends what would load itself over and over: the interpreter's own `sys` counts for all copies of this module."""
    sys.fuzz_starts = getattr(sys, "fuzz_starts", 0) + 1
    if sys.fuzz_starts > 60:
        raise RuntimeError("enough")


class Str(str):
    pass


class BadStr(str):
    def __hash__(self):
        raise RuntimeError("no hash")

    def __eq__(self, other):
        raise RuntimeError("no comparison")


class BadList(list):
    def __iter__(self):
        raise RuntimeError("no iteration")

    def __len__(self):
        return -5


class BadDict(dict):
    def __getitem__(self, key):
        raise RuntimeError("no item")

    def keys(self):
        raise RuntimeError("no keys")

    def __contains__(self, key):
        raise RuntimeError("nothing contained")


class Missing(dict):
    def __missing__(self, key):
        self[str(len(self))] = key
        return Lies()


class Module(types.ModuleType):
    def __getattr__(self, name):
        raise RuntimeError("no attribute")


class Raises:
    def lookup(self, name):
        raise KeyError(name)

    def contains(self, name):
        raise SystemExit(name)


class RaisesOnGet:
    def __getattribute__(self, name):
        raise RuntimeError("no attribute")


class Recurses:
    def lookup(self, name):
        return exocet.loadNamed("m0", self)


class Loads:
    def lookup(self, name):
        return exocet.loadNamed(name, exocet.pep302Mapper)


class Odd:
    answers = 0

    def lookup(self, name):
        Odd.answers += 1
        return [None, 5, object, Lies(), sys, types.ModuleType(name), RaisesOnGet(), b"x"][Odd.answers % 8]


class Mutates:
    def __init__(self):
        self.table = {}
        self.mapper = exocet.pep302Mapper.withOverrides(self.table)

    def lookup(self, name):
        self.table[name] = self
        self.table[name + ".x"] = self.table
        return self.mapper.lookup(name)

    def __getattr__(self, name):
        self.table.clear()
        raise AttributeError(name)


class Lies:
    """Has every attribute, and each of them is a lie."""

    def __getattr__(self, name):
        return Lies()

    def __call__(self, *args, **keywords):
        return Lies()

    def __getitem__(self, key):
        # Not without an end: whoever lists a sequence that has none waits for ever, in CPython as well.
        if isinstance(key, int) and key > 20:
            raise IndexError(key)
        return Lies()

    def __bool__(self):
        raise RuntimeError("neither true nor false")

    def __hash__(self):
        return 0


class Class:
    pass


class Subclass(exocet.IMapper):
    def lookup(self, name):
        return super().lookup(name)


class SubRealm(exocet.Realm):
    def lookup(self, name):
        return exocet.Realm.lookup(self, name)


class Finder:
    def __init__(self, spec):
        self.spec = spec

    def find_spec(self, *args):
        return self.spec


class Hook:
    def __init__(self, finder):
        self.finder = finder

    def __call__(self, entry):
        if self.finder is None:
            raise ImportError(entry)
        return self.finder


class Spec:
    def __init__(self, **values):
        vars(self).update(values)


class Loader:
    def create_module(self, spec):
        return 5

    def exec_module(self, module):
        raise ImportError("x")


def RealSpec(name):
    import importlib.machinery
    return importlib.machinery.ModuleSpec(name, Loader(), is_package=True)


def drain(value, depth=2):
    """Uses what came back."""
    repr(value)
    if depth and not isinstance(value, (str, bytes, type, dict)):
        for at, item in enumerate(value if hasattr(type(value), "__iter__") else ()):
            drain(item, depth - 1)
            if at > 20:
                break
    return value


def told(error):
    try:
        repr(error), str(error)
    except BaseException:
        pass
    if type(error).__name__ in ("SystemError",):
        raise error
