"""Stands for `annotationlib` where the standard library is not embedded.

It has what the modules beside it need: `Format`, `ForwardRef`, `get_annotations` and two functions for metaclasses. It
leaves out the format `STRING` for annotations that were not written as strings, and `type_repr`.
"""

import builtins


class Format:
    """How annotations are wanted. These are plain numbers here."""

    VALUE = 1
    VALUE_WITH_FAKE_GLOBALS = 2
    FORWARDREF = 3
    STRING = 4


class ForwardRef:
    """Stands for a name in an annotation that means nothing (yet)."""

    __slots__ = ("__forward_arg__",)

    def __init__(self, arg, **ignored):
        self.__forward_arg__ = arg

    def evaluate(self, *, globals=None, locals=None, **ignored):
        """What it stands for, where these names are known."""
        return eval(self.__forward_arg__, {"__builtins__": builtins, **(globals or {}), **(locals or {})})

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return ForwardRef(f"{self.__forward_arg__}.{name}")

    def __getitem__(self, item):
        shown = ", ".join(getattr(one, "__qualname__", repr(one)) for one in (item if type(item) is tuple else (item,)))
        return ForwardRef(f"{self.__forward_arg__}[{shown}]")

    def __or__(self, other):
        return ForwardRef(f"{self.__forward_arg__} | {getattr(other, '__qualname__', other)}")

    def __ror__(self, other):
        return ForwardRef(f"{getattr(other, '__qualname__', other)} | {self.__forward_arg__}")

    def __call__(self, *args, **kwargs):
        raise TypeError(f"{self!r} is not callable")

    def __eq__(self, other):
        return self.__forward_arg__ == other.__forward_arg__ if isinstance(other, ForwardRef) else NotImplemented

    def __hash__(self):
        return hash(self.__forward_arg__)

    def __repr__(self):
        return f"ForwardRef({self.__forward_arg__!r})"


def get_annotations(obj, *, globals=None, locals=None, eval_str=False, format=Format.VALUE):
    """The annotations of a class, a function or a module, in a new dict."""
    try:
        found = obj.__dict__.get("__annotations__") if isinstance(obj, type) else None
        found = dict(obj.__annotations__ if found is None else found)
    except AttributeError:
        found = {}
    except NameError:
        if format != Format.FORWARDREF:
            raise
        found = call_annotate_function(obj.__annotate__, format)
    if eval_str:
        space = {"__builtins__": builtins, **(globals or getattr(obj, "__globals__", {})), **(locals or {})}
        for name, value in found.items():
            if isinstance(value, str):
                found[name] = eval(value, space)
    return found


def get_annotate_from_class_namespace(namespace):
    """The function that makes the annotations of a class that is being made."""
    return namespace.get("__annotate__") or namespace.get("__annotate_func__")


def call_annotate_function(annotate, format, *, owner=None):
    """What such a function makes; for `FORWARDREF`, with references for the names that are not known."""
    space = dict(annotate.__globals__)
    while True:
        try:
            again = type(annotate)(annotate.__code__, space, closure=annotate.__closure__)
            return again(Format.VALUE_WITH_FAKE_GLOBALS)
        except NameError as error:
            if format != Format.FORWARDREF or error.name is None or error.name in space:
                raise
            space[error.name] = ForwardRef(error.name)
