"""Stands for `collections.abc` where the standard library is not embedded.

It leaves out the ready-made methods of `Coroutine` and `AsyncGenerator`.
"""

from abc import ABCMeta, abstractmethod
from types import GenericAlias


# What `super()` finds in place of some abstract methods.
_EMPTY = ().__iter__
_GIVES = {"__hash__": int, "__len__": int, "__contains__": bool, "__iter__": _EMPTY, "__reversed__": _EMPTY}


def _simple(name, *methods, bases=(), also=(), alias=GenericAlias, **space):
    """A class with abstract methods; whatever has them, those of the bases and `also`, counts as a subclass."""
    names = {*methods, *also, *space}.union(*(base._counts_by for base in bases))

    def __subclasshook__(asked, other):
        return _has(other, names) if asked is cls else NotImplemented

    for method in methods:
        function = space.get(method, lambda self, *args, given=_GIVES.get(method): given and given())
        space[method] = abstractmethod(function)
    space |= {"__slots__": (), "__module__": __name__, "_counts_by": names, "__class_getitem__": classmethod(alias),
              "__subclasshook__": classmethod(__subclasshook__)}
    cls = ABCMeta(name, bases, space)
    return cls


def _raises(error):
    """An abstract method; what `super()` finds raises."""

    @abstractmethod
    def method(self, *args):
        raise error

    return method


def _has(cls, names):
    for name in names:
        found = [base.__dict__[name] for base in cls.__mro__ if name in base.__dict__]
        if not found or found[0] is None:
            return NotImplemented
    return True


class _CallableAlias(GenericAlias):
    """`Callable[[int], str]`: its arguments are flat, and it is shown as it was written."""

    __slots__ = ()

    def __new__(cls, origin, args):
        if not (isinstance(args, tuple) and len(args) == 2):
            raise TypeError("Callable must be used as Callable[[arg, ...], result].")
        parameters, result = args
        flat = parameters if isinstance(parameters, (list, tuple)) else (parameters,)
        return super().__new__(cls, origin, (*flat, result))

    def __repr__(self):
        *parameters, result = (cls.__qualname__ if getattr(cls, "__module__", "") == "builtins" else repr(cls)
                               for cls in self.__args__)
        listed = "..." if self.__args__[:-1] == (...,) else f"[{', '.join(parameters)}]"
        return f"collections.abc.Callable[{listed}, {result}]"


def _throw(self, typ, val=None, tb=None):
    """What `throw` of a generator does where there is no code to throw it into."""
    if val is None:
        val = typ if tb is None else typ()
    raise val if tb is None else val.with_traceback(tb)


def _close(self):
    try:
        self.throw(GeneratorExit)
    except (GeneratorExit, StopIteration):
        return
    raise RuntimeError("generator ignored GeneratorExit")


Hashable = _simple("Hashable", "__hash__")
Sized = _simple("Sized", "__len__")
Container = _simple("Container", "__contains__")
Callable = _simple("Callable", "__call__", alias=_CallableAlias)
Buffer = _simple("Buffer", "__buffer__")
Iterable = _simple("Iterable", "__iter__")
Iterator = _simple("Iterator", "__next__", bases=(Iterable,), __next__=_raises(StopIteration),
                   __iter__=lambda self: self)
Reversible = _simple("Reversible", "__reversed__", bases=(Iterable,))
Collection = _simple("Collection", bases=(Sized, Iterable, Container))
Generator = _simple("Generator", "send", "throw", bases=(Iterator,), throw=_throw, close=_close,
                    __next__=lambda self: self.send(None))
Awaitable = _simple("Awaitable", "__await__")
Coroutine = _simple("Coroutine", "send", "throw", bases=(Awaitable,), also=("close",))
AsyncIterable = _simple("AsyncIterable", "__aiter__")
AsyncIterator = _simple("AsyncIterator", "__anext__", bases=(AsyncIterable,), __aiter__=lambda self: self)
AsyncGenerator = _simple("AsyncGenerator", "asend", "athrow", bases=(AsyncIterator,), also=("aclose",),
                         __anext__=lambda self: self.asend(None))


class Set(Collection):
    """A set with the operators; a subclass brings `__contains__`, `__iter__` and `__len__`."""

    __slots__ = ()

    @classmethod
    def _from_iterable(cls, it):
        return cls(it)

    def __le__(self, other):
        if not isinstance(other, Set):
            return NotImplemented
        return len(self) <= len(other) and all(value in other for value in self)

    def __ge__(self, other):
        if not isinstance(other, Set):
            return NotImplemented
        return len(self) >= len(other) and all(value in self for value in other)

    def __lt__(self, other):
        return len(self) < len(other) and self <= other if isinstance(other, Set) else NotImplemented

    def __gt__(self, other):
        return len(self) > len(other) and self >= other if isinstance(other, Set) else NotImplemented

    def __eq__(self, other):
        return len(self) == len(other) and self <= other if isinstance(other, Set) else NotImplemented

    def _combined(self, other, values):
        return self._from_iterable(values()) if isinstance(other, Iterable) else NotImplemented

    def __and__(self, other):
        return self._combined(other, lambda: (value for value in other if value in self))

    def __or__(self, other):
        return self._combined(other, lambda: (value for values in (self, other) for value in values))

    __rand__, __ror__ = __and__, __or__

    def __sub__(self, other):
        other = self._as_set(other)
        if other is NotImplemented:
            return other
        return self._from_iterable(value for value in self if value not in other)

    def __rsub__(self, other):
        other = self._as_set(other)
        if other is NotImplemented:
            return other
        return self._from_iterable(value for value in other if value not in self)

    def __xor__(self, other):
        other = self._as_set(other)
        return other if other is NotImplemented else (self - other) | (other - self)

    __rxor__ = __xor__

    def _as_set(self, other):
        if isinstance(other, Set):
            return other
        return self._from_iterable(other) if isinstance(other, Iterable) else NotImplemented

    def isdisjoint(self, other):
        """Whether the two have nothing in common."""
        return not any(value in self for value in other)

    def _hash(self):
        """A hash for subclasses that don't change; equal sets of any kind have the same."""
        return hash(frozenset(self))


class MutableSet(Set):
    """A set with all methods of one; a subclass brings `add` and `discard` too."""

    __slots__ = ()

    add = _raises(NotImplementedError)
    discard = _raises(NotImplementedError)

    def remove(self, value):
        if value not in self:
            raise KeyError(value)
        self.discard(value)

    def pop(self):
        for value in self:
            self.discard(value)
            return value
        raise KeyError

    def clear(self):
        while self:
            self.pop()

    def __ior__(self, it):
        for value in it:
            self.add(value)
        return self

    def __iand__(self, it):
        for value in self - it:
            self.discard(value)
        return self

    def __isub__(self, it):
        for value in list(it):
            self.discard(value)
        return self

    def __ixor__(self, it):
        for value in list(self._as_set(it)):
            (self.discard if value in self else self.add)(value)
        return self


_NOTHING = object()


def _lookup(mapping, key):
    try:
        return mapping[key]
    except KeyError:
        return _NOTHING


def _same(a, b):
    return a is b or a == b


class Mapping(Collection):
    """A mapping with the methods that read; a subclass brings `__getitem__`, `__iter__` and `__len__`."""

    __slots__ = ()
    __abc_tpflags__ = 1 << 6  # A `case {...}` matches it.
    __reversed__ = None

    __getitem__ = _raises(KeyError)

    def get(self, key, default=None):
        found = _lookup(self, key)
        return default if found is _NOTHING else found

    def __contains__(self, key):
        return _lookup(self, key) is not _NOTHING

    def keys(self):
        return KeysView(self)

    def items(self):
        return ItemsView(self)

    def values(self):
        return ValuesView(self)

    def __eq__(self, other):
        return dict(self.items()) == dict(other.items()) if isinstance(other, Mapping) else NotImplemented


class MappingView(Sized):
    """What the views of a mapping share."""

    __slots__ = ("_mapping",)
    __class_getitem__ = classmethod(GenericAlias)

    def __init__(self, mapping):
        self._mapping = mapping

    def __repr__(self):
        return f"{type(self).__name__}({self._mapping!r})"

    def __len__(self):
        return len(self._mapping)


class KeysView(MappingView, Set):
    __slots__ = ()
    _from_iterable = classmethod(lambda cls, values: set(values))

    def __iter__(self):
        return iter(self._mapping)

    def __contains__(self, key):
        return key in self._mapping


class ItemsView(MappingView, Set):
    __slots__ = ()
    _from_iterable = KeysView.__dict__["_from_iterable"]

    def __iter__(self):
        return ((key, self._mapping[key]) for key in self._mapping)

    def __contains__(self, item):
        return _same(_lookup(self._mapping, item[0]), item[1])


class ValuesView(MappingView, Collection):
    __slots__ = ()

    def __iter__(self):
        return (self._mapping[key] for key in self._mapping)

    def __contains__(self, value):
        return any(_same(found, value) for found in self)


class MutableMapping(Mapping):
    """A mapping with all methods of one; a subclass brings `__setitem__` and `__delitem__` too."""

    __slots__ = ()

    __setitem__ = _raises(KeyError)
    __delitem__ = _raises(KeyError)

    def pop(self, key, default=_NOTHING):
        found = _lookup(self, key)
        if found is not _NOTHING:
            del self[key]
        elif default is _NOTHING:
            raise KeyError(key)
        return default if found is _NOTHING else found

    def popitem(self):
        for key in self:
            return key, self.pop(key)
        raise KeyError

    def clear(self):
        while self:
            self.popitem()

    def update(self, other=(), /, **kwds):
        if isinstance(other, Mapping) or hasattr(other, "keys"):
            other = [(key, other[key]) for key in other.keys()]
        for pairs in (other, kwds.items()):
            for key, value in pairs:
                self[key] = value

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]


class Sequence(Reversible, Collection):
    """A sequence with the methods that read; a subclass brings `__getitem__` and `__len__`."""

    __slots__ = ()
    __abc_tpflags__ = 1 << 5  # A `case [...]` matches it.

    __getitem__ = _raises(IndexError)

    def __iter__(self):
        at = 0
        while True:
            try:
                value = self[at]
            except IndexError:
                return
            yield value
            at += 1

    def __contains__(self, value):
        return any(_same(found, value) for found in self)

    def __reversed__(self):
        for at in range(len(self) - 1, -1, -1):
            yield self[at]

    def index(self, value, start=0, stop=None):
        for at in range(len(self))[start:stop]:
            if _same(self[at], value):
                return at
        raise ValueError

    def count(self, value):
        return sum(_same(found, value) for found in self)


class MutableSequence(Sequence):
    """A sequence with all methods of one; a subclass brings `__setitem__`, `__delitem__` and `insert` too."""

    __slots__ = ()

    __setitem__ = _raises(IndexError)
    __delitem__ = _raises(IndexError)
    insert = _raises(IndexError)

    def append(self, value):
        self.insert(len(self), value)

    def extend(self, values):
        for value in list(values) if values is self else values:
            self.append(value)

    def __iadd__(self, values):
        self.extend(values)
        return self

    def pop(self, index=-1):
        value = self[index]
        del self[index]
        return value

    def remove(self, value):
        del self[self.index(value)]

    def clear(self):
        while self:
            self.pop()

    def reverse(self):
        last = len(self) - 1
        for at in range(len(self) // 2):
            self[at], self[last - at] = self[last - at], self[at]


Set.register(frozenset)
MutableSet.register(set)
KeysView.register(type({}.keys()))
ItemsView.register(type({}.items()))
ValuesView.register(type({}.values()))
Mapping.register(type(type.__dict__))
MutableMapping.register(dict)
for _cls in (tuple, str, bytes, range, memoryview):
    Sequence.register(_cls)
for _cls in (list, bytearray):
    MutableSequence.register(_cls)
for _cls in (bytes, bytearray, memoryview):
    Buffer.register(_cls)
del _cls

__all__ = [name for name, value in list(globals().items()) if isinstance(value, ABCMeta)]
