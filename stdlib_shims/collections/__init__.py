"""Stands for `collections` where the standard library is not embedded.

It leaves out `UserDict`, `UserList` and `UserString`.
"""

import sys
from _collections import OrderedDict, _count_elements, _tuplegetter, defaultdict, deque
from itertools import chain, repeat, starmap

from collections.abc import MutableMapping, MutableSequence
from keyword import iskeyword

MutableSequence.register(deque)


def namedtuple(typename, field_names, *, rename=False, defaults=None, module=None):
    """A subclass of tuple whose items have names."""
    if isinstance(field_names, str):
        field_names = field_names.replace(",", " ").split()
    names = [sys.intern(str(name)) for name in field_names]
    typename = sys.intern(str(typename))
    if rename:
        for at, name in enumerate(names):
            if not name.isidentifier() or iskeyword(name) or name.startswith("_") or name in names[:at]:
                names[at] = f"_{at}"
    for at, name in enumerate([typename, *names]):
        if not name.isidentifier():
            raise ValueError(f"Type names and field names must be valid identifiers: {name!r}")
        if iskeyword(name):
            raise ValueError(f"Type names and field names cannot be a keyword: {name!r}")
        if at and name.startswith("_") and not rename:
            raise ValueError(f"Field names cannot start with an underscore: {name!r}")
        if name in names[:max(at - 1, 0)]:
            raise ValueError(f"Encountered duplicate field name: {name!r}")
    names = tuple(names)
    defaults = () if defaults is None else tuple(defaults)
    if len(defaults) > len(names):
        raise TypeError("Got more default values than field names")

    # Made of text, so that calls are checked and fail as those of any other function.
    parameters = "".join(f", {name}" for name in names)
    space = {"_new": tuple.__new__, "__builtins__": {}, "__name__": f"namedtuple_{typename}"}
    new = eval(f"lambda _cls{parameters}: _new(_cls, ({parameters[2:]}{',' if names else ''}))", space)
    new.__name__, new.__qualname__ = "__new__", f"{typename}.__new__"
    new.__defaults__ = defaults or None

    def _make(cls, iterable):
        """A new one with the items of an iterable."""
        made = tuple.__new__(cls, iterable)
        if len(made) != len(names):
            raise TypeError(f"Expected {len(names)} arguments, got {len(made)}")
        return made

    def _replace(self, /, **changes):
        """A new one in which some items are others."""
        made = self._make(map(changes.pop, names, self))
        if changes:
            raise TypeError(f"Got unexpected field names: {list(changes)!r}")
        return made

    def _asdict(self):
        """The items by their names."""
        return dict(zip(names, self))

    def __repr__(self):
        return f"{self.__class__.__name__}({', '.join(map('{}={!r}'.format, names, self))})"

    def __getnewargs__(self):
        return tuple(self)

    space = {
        "__slots__": (),
        "__doc__": f"{typename}({', '.join(names)})",
        "__module__": module or sys._getframe(1).f_globals.get("__name__", "__main__"),
        "_fields": names,
        "_field_defaults": dict(zip(names[len(names) - len(defaults):], defaults)),
        "__new__": new,
        "_make": classmethod(_make),
        "__match_args__": names,
        "__replace__": _replace,
    }
    for method in (_replace, _asdict, __repr__, __getnewargs__):
        method.__qualname__ = f"{typename}.{method.__name__}"
        space[method.__name__] = method
    for at, name in enumerate(names):
        space[name] = _tuplegetter(at, f"Alias for field number {at}")
    return type(typename, (tuple,), space)


class Counter(dict):
    """A dict that counts: what it hasn't seen it has seen 0 times."""

    def __init__(self, iterable=None, /, **kwds):
        super().__init__()
        self.update(iterable, **kwds)

    def __missing__(self, key):
        return 0

    @classmethod
    def fromkeys(cls, iterable, v=None):
        raise NotImplementedError("Counter.fromkeys() is undefined.  Use Counter(iterable) instead.")

    def update(self, iterable=None, /, **kwds):
        """Counts what is in an iterable, or adds the counts of a mapping."""
        if hasattr(iterable, "items"):
            if not self:
                super().update(iterable)
                iterable = {}
            for key, count in iterable.items():
                self[key] = count + self[key]
        elif iterable is not None:
            _count_elements(self, iterable)
        if kwds:
            self.update(kwds)

    def subtract(self, iterable=None, /, **kwds):
        """Takes off what is in an iterable, or the counts of a mapping."""
        counts = iterable.items() if hasattr(iterable, "items") else zip(iterable or (), repeat(1))
        for key, count in counts:
            self[key] -= count
        if kwds:
            self.subtract(kwds)

    def total(self):
        """The sum of the counts."""
        return sum(self.values())

    def most_common(self, n=None):
        """The elements with their counts, the most frequent first."""
        ordered = sorted(self.items(), key=lambda item: item[1], reverse=True)
        return ordered if n is None else ordered[:max(n, 0)]

    def elements(self):
        """Each element as often as it was counted."""
        return chain.from_iterable(starmap(repeat, self.items()))

    def copy(self):
        return self.__class__(self)

    __copy__ = copy

    def __reduce__(self):
        return self.__class__, (dict(self),)

    def __delitem__(self, key):
        if key in self:
            super().__delitem__(key)

    def __repr__(self):
        if not self:
            return f"{self.__class__.__name__}()"
        try:
            content = dict(self.most_common())
        except TypeError:
            content = dict(self)
        return f"{self.__class__.__name__}({content!r})"

    def __eq__(self, other):
        return self._compare(other, lambda mine, others: mine == others)

    def __le__(self, other):
        return self._compare(other, lambda mine, others: mine <= others)

    def __ge__(self, other):
        return self._compare(other, lambda mine, others: mine >= others)

    def __ne__(self, other):
        return not self == other if isinstance(other, Counter) else NotImplemented

    def __lt__(self, other):
        return self <= other and self != other if isinstance(other, Counter) else NotImplemented

    def __gt__(self, other):
        return self >= other and self != other if isinstance(other, Counter) else NotImplemented

    def _compare(self, other, holds):
        if not isinstance(other, Counter):
            return NotImplemented
        return all(holds(self[key], other[key]) for key in chain(self, other))

    def __add__(self, other):
        return self._combine(other, lambda mine, others: mine + others)

    def __sub__(self, other):
        return self._combine(other, lambda mine, others: mine - others)

    def __or__(self, other):
        return self._combine(other, max)

    def __and__(self, other):
        return self._combine(other, min)

    def __pos__(self):
        return self._combine(Counter(), lambda mine, others: mine)

    def __neg__(self):
        return self._combine(Counter(), lambda mine, others: -mine)

    def _combine(self, other, combine):
        """A counter of what is left above 0."""
        if not isinstance(other, Counter):
            return NotImplemented
        result = Counter()
        for key in dict.fromkeys(chain(self, other)):
            count = combine(self[key], other[key])
            if count > 0:
                result[key] = count
        return result

    def __iadd__(self, other):
        return self._become(self + other)

    def __isub__(self, other):
        return self._become(self - other)

    def __ior__(self, other):
        return self._become(self | other)

    def __iand__(self, other):
        return self._become(self & other)

    def _become(self, other):
        self.clear()
        dict.update(self, other)
        return self


class ChainMap(MutableMapping):
    """Several mappings as one: the first that has a key wins, and only the first is written to."""

    def __init__(self, *maps):
        self.maps = list(maps) or [{}]

    def __missing__(self, key):
        raise KeyError(key)

    def __getitem__(self, key):
        for mapping in self.maps:
            try:
                return mapping[key]
            except KeyError:
                pass
        return self.__missing__(key)

    def get(self, key, default=None):
        return self[key] if key in self else default

    def _merged(self):
        return {key: self[key] for key in self}

    def __len__(self):
        return len(set().union(*self.maps))

    def __iter__(self):
        return iter(dict.fromkeys(chain.from_iterable(reversed(self.maps))))

    def __contains__(self, key):
        return any(key in mapping for mapping in self.maps)

    def __bool__(self):
        return any(self.maps)

    def __repr__(self):
        return f"{self.__class__.__name__}({', '.join(map(repr, self.maps))})"

    @classmethod
    def fromkeys(cls, iterable, value=None, /):
        return cls(dict.fromkeys(iterable, value))

    def copy(self):
        """A new one with a copy of the first mapping; the others are shared."""
        return self.__class__(self.maps[0].copy(), *self.maps[1:])

    __copy__ = copy

    def new_child(self, m=None, **kwargs):
        """A new one with another mapping in front."""
        first = {} if m is None else m
        first.update(kwargs)
        return self.__class__(first, *self.maps)

    @property
    def parents(self):
        """A new one without the first mapping."""
        return self.__class__(*self.maps[1:])

    def __setitem__(self, key, value):
        self.maps[0][key] = value

    def _in_first(self, act, wrong):
        try:
            return act(self.maps[0])
        except KeyError:
            raise KeyError(wrong) from None

    def __delitem__(self, key):
        self._in_first(lambda first: first.__delitem__(key), f"Key not found in the first mapping: {key!r}")

    def pop(self, key, *args):
        return self._in_first(lambda first: first.pop(key, *args), f"Key not found in the first mapping: {key!r}")

    def popitem(self):
        return self._in_first(lambda first: first.popitem(), "No keys found in the first mapping.")

    def clear(self):
        self.maps[0].clear()

    def __or__(self, other):
        if not hasattr(other, "keys"):
            return NotImplemented
        result = self.copy()
        result.maps[0].update(other)
        return result

    def __ror__(self, other):
        if not hasattr(other, "keys"):
            return NotImplemented
        return self.__class__({**other, **self._merged()})

    def __ior__(self, other):
        self.maps[0].update(other)
        return self
