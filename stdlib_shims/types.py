"""Stands for `types` where the standard library is not embedded.

It has the interpreter's types and the functions that make classes. It leaves out `coroutine`.
"""

from _types import *


class DynamicClassAttribute(property):
    """A property of the instances only: on the class the name is looked up by the metaclass's `__getattr__`."""

    def __get__(self, instance, owner=None):
        if instance is None and not self.__isabstractmethod__:
            raise AttributeError
        return super().__get__(instance, owner)


def new_class(name, bases=(), kwds=None, exec_body=None):
    """Makes a class as a class statement does; `exec_body` fills the namespace that it is given."""
    resolved = resolve_bases(bases)
    metaclass, namespace, kwds = prepare_class(name, resolved, kwds)
    if exec_body is not None:
        exec_body(namespace)
    if resolved is not bases:
        namespace["__orig_bases__"] = bases
    return metaclass(name, resolved, namespace, **kwds)


def prepare_class(name, bases=(), kwds=None):
    """The metaclass that fits, the namespace that it prepares, and the keywords without `metaclass`."""
    kwds = dict(kwds or {})
    metaclass = kwds.pop("metaclass", None) or (type(bases[0]) if bases else type)
    if isinstance(metaclass, type):
        for base in bases:
            if issubclass(type(base), metaclass):
                metaclass = type(base)
            elif not issubclass(metaclass, type(base)):
                raise TypeError("metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass "
                                "of the metaclasses of all its bases")
    prepare = getattr(metaclass, "__prepare__", None)
    return metaclass, prepare(name, bases, **kwds) if prepare else {}, kwds


def resolve_bases(bases):
    """The bases with what `__mro_entries__` gives for those that are no classes; the same object if there are none."""
    resolved = []
    for base in bases:
        if isinstance(base, type) or not hasattr(base, "__mro_entries__"):
            resolved.append(base)
        else:
            resolved.extend(base.__mro_entries__(bases))
    same = len(resolved) == len(bases) and all(map(lambda a, b: a is b, resolved, bases))
    return bases if same else tuple(resolved)


def get_original_bases(cls, /):
    """The bases as they were written."""
    return cls.__dict__.get("__orig_bases__", cls.__bases__)
