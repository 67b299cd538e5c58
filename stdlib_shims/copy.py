"""Stands for `copy` where the standard library is not embedded; nothing is left out."""

from _weakref import ReferenceType
from copyreg import dispatch_table
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType


class Error(Exception):
    """What can't be copied."""


error = Error

# Nobody can tell a copy of these from the original.
_SAME = {
    type(None), type(...), type(NotImplemented), bool, int, float, complex, str, bytes, type, range, slice, property,
    FunctionType, BuiltinFunctionType, CodeType, ReferenceType,
}


def copy(x):
    """A copy that shares with the original what is in it."""
    cls = type(x)
    if cls in _SAME or cls in (tuple, frozenset) or issubclass(cls, type):
        return x
    if cls in (list, dict, set, bytearray):
        return x.copy()
    if hasattr(cls, "__copy__"):
        return cls.__copy__(x)
    return _rebuild(x, _reduced(x), lambda value: value)


def deepcopy(x, memo=None, _nil=None):
    """A copy that shares nothing with the original. `memo` has the copies made so far by the originals' `id`."""
    cls = type(x)
    if cls in _SAME or issubclass(cls, type):
        return x
    memo = {} if memo is None else memo
    if id(x) in memo:
        return memo[id(x)]
    made = _deep(x, cls, memo)
    if made is not x:
        memo[id(x)] = made
        # As long as the original lives, nothing else has its id.
        memo.setdefault(id(memo), []).append(x)
    return made


def _deep(x, cls, memo):
    def deep(value):
        return deepcopy(value, memo)

    if cls is list:
        made = memo[id(x)] = []
        made.extend(map(deep, x))
    elif cls is dict:
        made = memo[id(x)] = {}
        for key, value in x.items():
            made[deep(key)] = deep(value)
    elif cls is tuple:
        items = list(map(deep, x))
        # A tuple in a cycle was copied on the way.
        made = memo.get(id(x)) or (x if all(a is b for a, b in zip(items, x)) else tuple(items))
    elif cls is MethodType:
        made = MethodType(x.__func__, deep(x.__self__))
    elif cls is bytearray:
        made = x.copy()
    elif hasattr(cls, "__deepcopy__"):
        made = x.__deepcopy__(memo)
    else:
        made = _rebuild(x, _reduced(x), deep, memo)
    return made


def replace(obj, /, **changes):
    """A new object like the old one, with other values in some fields."""
    method = getattr(type(obj), "__replace__", None)
    if method is None:
        raise TypeError(f"replace() does not support {type(obj).__name__} objects")
    return method(obj, **changes)


def _reduced(x):
    """How `pickle` would take it apart."""
    reducer = dispatch_table.get(type(x))
    if reducer is not None:
        return reducer(x)
    if isinstance(x, ModuleType):
        raise TypeError(f"cannot pickle {type(x).__name__!r} object")
    return x.__reduce_ex__(4)


def _rebuild(x, reduced, each, memo=None):
    """Makes a new object from the parts of an old one; `each` is applied to the parts."""
    if isinstance(reduced, str):
        return x
    function, args, state, items, pairs, setter = (*reduced, *[None] * (6 - len(reduced)))
    made = function(*map(each, args))
    if memo is not None:
        memo[id(x)] = made
    if state is not None:
        _set_state(made, each(state), setter)
    for item in items or ():
        made.append(each(item))
    for key, value in pairs or ():
        made[each(key)] = each(value)
    return made


def _set_state(made, state, setter):
    if setter is not None:
        setter(made, state)
    elif hasattr(made, "__setstate__"):
        made.__setstate__(state)
    else:
        values, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
        if values:
            made.__dict__.update(values)
        for name, value in (slots or {}).items():
            setattr(made, name, value)
