"""Stands for `weakref` where the standard library is not embedded.

The dictionaries have no `keyrefs` and `valuerefs`. What dies while one is iterated over is passed over.
"""

import atexit
from _weakref import CallableProxyType, ProxyType, ReferenceType, getweakrefcount, getweakrefs, proxy, ref

from collections.abc import MutableMapping, MutableSet

ProxyTypes = (ProxyType, CallableProxyType)


class WeakMethod:
    """A weak reference to a bound method: it lives as long as its object."""

    def __init__(self, meth, callback=None):
        try:
            obj, func = meth.__self__, meth.__func__
        except AttributeError:
            raise TypeError(f"argument should be a bound method, not {type(meth)}") from None
        died = None if callback is None else lambda _: callback(self)
        self._obj, self._func, self._type = ref(obj, died), ref(func), type(meth)

    def __call__(self):
        obj, func = self._obj(), self._func()
        return None if obj is None or func is None else self._type(func, obj)

    def __eq__(self, other):
        if not isinstance(other, WeakMethod) or self() is None or other() is None:
            return self is other
        return self._obj == other._obj and self._func == other._func

    def __hash__(self):
        return hash((self._obj, self._func))


class _Weak:
    """What the collections share: `_data` holds the references, and loses those that die."""

    def _forget(self, take):
        """A callback that removes an entry; it doesn't keep the collection alive."""
        mine = ref(self)

        def forget(reference):
            collection = mine()
            if collection is not None:
                take(collection._data, reference)

        return forget

    def __len__(self):
        return sum(1 for _ in self)

    def __repr__(self):
        return f"<{type(self).__name__} at {id(self):#x}>"

    def __copy__(self):
        return type(self)(self)

    copy = __copy__


class WeakValueDictionary(_Weak, MutableMapping):
    """A dictionary whose entries go with their values."""

    def __init__(self, other=(), /, **kw):
        self._data = {}
        self.update(other, **kw)

    def __getitem__(self, key):
        value = self._data[key]()
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key, value):
        def take(data, reference):
            if data.get(key) is reference:
                del data[key]

        self._data[key] = ref(value, self._forget(take))

    def __delitem__(self, key):
        del self._data[key]

    def __iter__(self):
        return (key for key, value in list(self._data.items()) if value() is not None)


class WeakKeyDictionary(_Weak, MutableMapping):
    """A dictionary whose entries go with their keys."""

    def __init__(self, other=()):
        self._data = {}
        self.update(other or ())

    def __getitem__(self, key):
        return self._data[ref(key)]

    def __setitem__(self, key, value):
        self._data[ref(key, self._forget(lambda data, reference: data.pop(reference, None)))] = value

    def __delitem__(self, key):
        del self._data[ref(key)]

    def __contains__(self, key):
        try:
            return ref(key) in self._data
        except TypeError:
            return False

    def __iter__(self):
        return (key for key in [reference() for reference in self._data] if key is not None)


class WeakSet(_Weak, MutableSet):
    """A set that loses what dies."""

    def __init__(self, data=()):
        self._data = set()
        self.update(data)

    def update(self, other):
        for item in other or ():
            self.add(item)

    def add(self, item):
        self._data.add(ref(item, self._forget(lambda data, reference: data.discard(reference))))

    def discard(self, item):
        self._data.discard(ref(item))

    def __eq__(self, other):
        return super().__eq__(other) if isinstance(other, WeakSet) else NotImplemented

    def __contains__(self, item):
        try:
            return ref(item) in self._data
        except TypeError:
            return False

    def __iter__(self):
        return (item for item in [reference() for reference in self._data] if item is not None)

    union, intersection, difference = MutableSet.__or__, MutableSet.__and__, MutableSet.__sub__
    symmetric_difference, issubset, issuperset = MutableSet.__xor__, MutableSet.__le__, MutableSet.__ge__


class finalize:
    """Calls a function when an object dies, and at the latest when the program ends; once."""

    _alive = {}

    def __init__(self, obj, func, /, *args, **kwargs):
        if not self._alive:
            atexit.register(self._exit)
        self.atexit = True
        self._alive[self] = ref(obj, lambda _: self()), func, args, kwargs

    def __call__(self, _=None):
        """Calls the function now, unless it was called."""
        _, func, args, kwargs = self._alive.pop(self, (None, None, (), {}))
        return func and func(*args, **kwargs)

    def detach(self):
        """Never calls the function. Gives what it was made of, unless it is dead."""
        found = self.peek()
        self._alive.pop(self, None)
        return found

    def peek(self):
        """What it was made of, unless it is dead."""
        reference, *rest = self._alive.get(self, (lambda: None,))
        return None if reference() is None else (reference(), *rest)

    @property
    def alive(self):
        """Whether the function may still be called."""
        return self in self._alive

    @classmethod
    def _exit(cls):
        for one in reversed(list(cls._alive)):
            if one.atexit:
                one()
