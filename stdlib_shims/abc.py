"""Stands for `abc` where the standard library is not embedded.

It has `ABC`, `ABCMeta`, `abstractmethod` and `update_abstractmethods`. It leaves out the deprecated decorators
(`abstractproperty` and its like: `property` over `abstractmethod` does the same).
"""

import _abc
from _abc import get_cache_token


def abstractmethod(function):
    """Marks a method that a class must override before it has instances."""
    function.__isabstractmethod__ = True
    return function


class ABCMeta(type):
    """The metaclass of abstract classes: they can take in other classes by `register` and `__subclasshook__`."""

    def __new__(metacls, name, bases, namespace, /, **kwargs):
        cls = super().__new__(metacls, name, bases, namespace, **kwargs)
        _abc._abc_init(cls)
        return cls

    def register(cls, subclass):
        """Makes `subclass` count as a subclass. Gives it back, to serve as a decorator."""
        return _abc._abc_register(cls, subclass)

    def __instancecheck__(cls, instance):
        return _abc._abc_instancecheck(cls, instance)

    def __subclasscheck__(cls, subclass):
        return _abc._abc_subclasscheck(cls, subclass)


class ABC(metaclass=ABCMeta):
    """A base class for abstract classes."""

    __slots__ = ()


def update_abstractmethods(cls):
    """Finds anew which methods of a class are abstract, after it was changed."""
    if hasattr(cls, "__abstractmethods__"):
        names = set(cls.__dict__)
        for base in cls.__bases__:
            names |= getattr(base, "__abstractmethods__", frozenset())
        found = (name for name in names if getattr(getattr(cls, name, None), "__isabstractmethod__", False))
        cls.__abstractmethods__ = frozenset(found)
    return cls
