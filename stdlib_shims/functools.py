"""Stands for `functools` where the standard library is not embedded.

It leaves out `partialmethod` and `singledispatchmethod`. `singledispatch` remembers no choices.
"""

from _functools import Placeholder, _lru_cache_wrapper, cmp_to_key, partial, reduce

from annotationlib import Format, get_annotations
from collections import namedtuple

WRAPPER_ASSIGNMENTS = ("__module__", "__name__", "__qualname__", "__doc__", "__annotate__", "__type_params__")
WRAPPER_UPDATES = ("__dict__",)


def update_wrapper(wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    """Makes one function look like another."""
    for name in assigned:
        try:
            value = getattr(wrapped, name)
        except AttributeError:
            continue
        setattr(wrapper, name, value)
    for name in updated:
        getattr(wrapper, name).update(getattr(wrapped, name, {}))
    wrapper.__wrapped__ = wrapped
    return wrapper


def wraps(wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    """`update_wrapper` as a decorator."""
    return partial(update_wrapper, wrapped=wrapped, assigned=assigned, updated=updated)


_CacheInfo = namedtuple("CacheInfo", ["hits", "misses", "maxsize", "currsize"])


def lru_cache(maxsize=128, typed=False):
    """Remembers what a function returned for the arguments of the latest calls."""
    if callable(maxsize) and isinstance(typed, bool):
        return lru_cache(128, typed)(maxsize)
    if maxsize is not None and not isinstance(maxsize, int):
        raise TypeError("Expected first argument to be an integer, a callable, or None")
    if maxsize is not None:
        maxsize = max(maxsize, 0)

    def decorate(function):
        cached = _lru_cache_wrapper(function, maxsize, typed, _CacheInfo)
        cached.cache_parameters = lambda: {"maxsize": maxsize, "typed": typed}
        return update_wrapper(cached, function)

    return decorate


def cache(user_function, /):
    """Remembers what a function returned for all arguments so far."""
    return lru_cache(maxsize=None)(user_function)


class cached_property:
    """A property that is computed once, and stands in the instance's `__dict__` from then on."""

    def __init__(self, func):
        self.func, self.attrname = func, None
        self.__doc__, self.__module__ = func.__doc__, func.__module__

    def __set_name__(self, owner, name):
        if self.attrname not in (None, name):
            raise TypeError("Cannot assign the same cached_property to two different names "
                            f"({self.attrname!r} and {name!r}).")
        self.attrname = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self.attrname is None:
            raise TypeError("Cannot use cached_property instance without calling __set_name__ on it.")
        try:
            values = instance.__dict__
        except AttributeError:
            raise TypeError(f"No '__dict__' attribute on {type(instance).__name__!r} instance to cache "
                            f"{self.attrname!r} property.") from None
        if self.attrname not in values:
            values[self.attrname] = self.func(instance)
        return values[self.attrname]

    __class_getitem__ = classmethod(type(list[int]))


# From one comparison the others follow: whether its answer is turned round, and what equality then does to it.
_ALSO_EQUAL, _NOT_EQUAL, _EITHER = range(3)
_FOLLOWS = {
    "__lt__": {"__gt__": (True, _NOT_EQUAL), "__le__": (False, _ALSO_EQUAL), "__ge__": (True, _EITHER)},
    "__le__": {"__ge__": (True, _ALSO_EQUAL), "__lt__": (False, _NOT_EQUAL), "__gt__": (True, _EITHER)},
    "__gt__": {"__lt__": (True, _NOT_EQUAL), "__ge__": (False, _ALSO_EQUAL), "__le__": (True, _EITHER)},
    "__ge__": {"__le__": (True, _ALSO_EQUAL), "__gt__": (False, _NOT_EQUAL), "__lt__": (True, _EITHER)},
}


def total_ordering(cls):
    """Gives a class that has one of `<`, `<=`, `>`, `>=` the three others."""
    defined = [name for name in _FOLLOWS if getattr(cls, name) is not getattr(object, name)]
    if not defined:
        raise ValueError("must define at least one ordering operation: < > <= >=")
    for name, (turned, equality) in _FOLLOWS[defined[0]].items():
        if name not in defined:
            setattr(cls, name, _comparison(cls, name, defined[0], turned, equality))
    return cls


def _comparison(cls, name, root, turned, equality):
    def compare(self, other):
        result = getattr(type(self), root)(self, other)
        if result is NotImplemented:
            return result
        result = not result if turned else result
        if equality == _ALSO_EQUAL:
            return result or self == other
        if equality == _NOT_EQUAL:
            return result and self != other
        return result

    compare.__name__, compare.__qualname__ = name, f"{cls.__qualname__}.{name}"
    return compare


def singledispatch(func):
    """A function with implementations by the class of its first argument."""
    registry = {object: func}

    def dispatch(cls):
        """The implementation for a class."""
        return registry[_nearest(cls, registry)]

    def register(cls, func=None):
        """Registers an implementation for a class, for a union of classes, or for its first argument's annotation."""
        if func is None:
            if _classes(cls):
                return lambda func: register(cls, func)
            func, cls = cls, _first_annotation(cls)
        if not _classes(cls):
            raise TypeError(f"Invalid first argument to `register()`: {cls!r} is not a class or union type.")
        for one in _classes(cls):
            registry[one] = func
        return func

    def wrapper(*args, **kwargs):
        if not args:
            raise TypeError(f"{func.__name__} requires at least 1 positional argument")
        return dispatch(args[0].__class__)(*args, **kwargs)

    wrapper.register, wrapper.dispatch, wrapper.registry = register, dispatch, type(type.__dict__)(registry)
    return update_wrapper(wrapper, func)


def _classes(annotation):
    """The classes that an argument of `register` stands for; none if it is something else."""
    if isinstance(annotation, type(int | str)):
        every = annotation.__args__
    else:
        every = (annotation,)
    return every if all(isinstance(cls, type) and not isinstance(cls, type(list[int])) for cls in every) else ()


def _first_annotation(func):
    for name, annotation in get_annotations(func, format=Format.FORWARDREF).items():
        if name != "return":
            return eval(annotation, func.__globals__) if isinstance(annotation, str) else annotation
    raise TypeError(f"Invalid first argument to `register()`: {func!r}. Use either `@register(some_class)` or plain "
                    "`@register` on an annotated function.")


def _nearest(cls, registry):
    """The registered class that is next to `cls`; an abstract one stands behind the last class that fulfils it."""
    if cls in registry:
        return cls
    mro = cls.__mro__
    best, best_at = object, (len(mro), 0)
    for candidate in registry:
        if candidate in mro:
            at = mro.index(candidate), 0
        elif issubclass(cls, candidate):
            at = max(at for at, base in enumerate(mro) if issubclass(base, candidate)), 1
        else:
            continue
        if at < best_at or at == best_at and issubclass(candidate, best):
            best, best_at = candidate, at
        elif at == best_at and not issubclass(best, candidate):
            raise RuntimeError(f"Ambiguous dispatch: {best} or {candidate}")
    return best
