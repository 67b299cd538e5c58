"""Stands for `typing` where the standard library is not embedded.

It lets annotated code load and tells the parts of its annotations; it checks little. `Generic`, `Protocol`,
`NamedTuple` and `TypedDict` make classes that work. It leaves out `get_overloads`, `reveal_type`, the methods of `IO`,
and the attributes that only other parts of the library read. `get_type_hints` looks names up where a class's own
functions do.
"""

import collections
import collections.abc
import contextlib
import sys
from _typing import (
    NoDefault, ParamSpec, ParamSpecArgs, ParamSpecKwargs, TypeAliasType, TypeVar, TypeVarTuple, Union, override,
)
from abc import ABCMeta
from annotationlib import ForwardRef, Format, call_annotate_function, get_annotations
from types import FunctionType, GenericAlias, UnionType

TYPE_CHECKING = False


class _Typing:
    """What special forms and aliases share."""

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __mro_entries__(self, bases):
        generic = any(isinstance(base, (_Alias, _Bare)) or isinstance(base, type) and issubclass(base, Generic)
                      for base in bases[bases.index(self) + 1:])
        origin = getattr(self, "__origin__", None)
        if not isinstance(origin, type):
            raise TypeError(f"Cannot subclass {self!r}")
        if origin is Generic:
            return () if generic else (Generic,)
        return (origin,) if issubclass(origin, Generic) or generic or Generic in bases else (origin, Generic)


class _Form(_Typing):
    """A special name such as `ClassVar`; `make` makes what stands in brackets after it."""

    def __init__(self, name, make=None):
        self._name = self.__name__ = name
        self._make = make

    def __getitem__(self, args):
        if self._make is None:
            raise TypeError(f"{self!r} is not subscriptable")
        return self._make(self, args if isinstance(args, tuple) else (args,))

    def __call__(self, *args, **kwargs):
        raise TypeError(f"Cannot instantiate {self!r}")

    def __instancecheck__(self, instance):
        raise TypeError(f"{self!r} cannot be used with isinstance()")

    def __subclasscheck__(self, cls):
        raise TypeError(f"{self!r} cannot be used with issubclass()")

    def __repr__(self):
        return f"typing.{self._name}"

    def __reduce__(self):
        return self._name


class _Alias(_Typing):
    """Something with arguments: `List[int]`, `ClassVar[str]`, or a generic class with its own."""

    def __init__(self, origin, args, name=None):
        self.__origin__, self.__args__, self._name = origin, args, name
        self.__parameters__ = _parameters(args)

    def __getitem__(self, args):
        args = args if isinstance(args, tuple) else (args,)
        if not self.__parameters__:
            raise TypeError(f"{self!r} is not a generic class")
        if len(args) != len(self.__parameters__) and not any(map(_is_many, self.__parameters__)):
            few = "few" if len(args) < len(self.__parameters__) else "many"
            raise TypeError(f"Too {few} arguments for {self!r}; actual {len(args)}, "
                            f"expected {len(self.__parameters__)}")
        chosen = dict(zip(self.__parameters__, map(_type, args)))
        return _with_args(self, [_substituted(arg, chosen) for arg in self.__args__])

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.__origin__, name)

    def __call__(self, *args, **kwargs):
        if self._name and self.__origin__.__module__ == "builtins":
            raise TypeError(f"Type {self._name} cannot be instantiated; use {self.__origin__.__name__}() instead")
        made = self.__origin__(*args, **kwargs)
        try:
            made.__orig_class__ = self
        except Exception:
            pass  # It takes no attributes.
        return made

    def __instancecheck__(self, instance):
        return self.__subclasscheck__(type(instance))

    def __subclasscheck__(self, cls):
        raise TypeError("Subscripted generics cannot be used with class and instance checks")

    def __eq__(self, other):
        if not isinstance(other, _Alias):
            return NotImplemented
        mine, others = (list(zip(map(type, one.__args__), one.__args__)) if one._name == "Literal" else one.__args__
                        for one in (self, other))
        return self.__origin__ == other.__origin__ and mine == others

    def __hash__(self):
        return hash((self.__origin__, self.__args__))

    def __repr__(self):
        name = f"typing.{self._name}" if self._name else _shown(self.__origin__)
        if self._name == "Callable":
            *args, result = self.__args__
            shown = "..." if args == [...] else f"[{', '.join(map(_shown, args))}]"
            return f"{name}[{shown}, {_shown(result)}]"
        shown = map(repr if self._name == "Literal" else _shown, self.__args__)
        return f"{name}[{', '.join(shown) or '()'}]"


class _Annotated(_Alias):
    """`Annotated[type, ...]`."""

    def __init__(self, origin, metadata):
        super().__init__(origin, (origin,))
        self.__metadata__ = metadata

    def __mro_entries__(self, bases):
        return (self.__origin__,)

    def __eq__(self, other):
        return super().__eq__(other) and self.__metadata__ == getattr(other, "__metadata__", ())

    __hash__ = _Alias.__hash__

    def __repr__(self):
        return f"typing.Annotated[{', '.join([_shown(self.__origin__), *map(repr, self.__metadata__)])}]"


class _Bare(_Form):
    """A name for a class, such as `List`: it takes arguments, and stands for the class without them."""

    def __init__(self, origin, name, make=None):
        super().__init__(name, make or (lambda form, args: _Alias(origin, tuple(map(_type, args)), name)))
        self.__origin__ = origin

    def __call__(self, *args, **kwargs):
        return _Alias(self.__origin__, (), self._name)(*args, **kwargs)

    def __instancecheck__(self, instance):
        return isinstance(instance, self.__origin__)

    def __subclasscheck__(self, cls):
        return issubclass(cls, self.__origin__)


def _shown(value):
    if value is ...:
        return "..."
    if isinstance(value, type) and not isinstance(value, (GenericAlias, _AnyMeta)):
        return value.__qualname__ if value.__module__ == "builtins" else f"{value.__module__}.{value.__qualname__}"
    return repr(value)


def _type(value):
    """What stands in brackets, with references for strings."""
    if value is None:
        return type(None)
    if isinstance(value, (list, tuple)):
        return tuple(map(_type, value))
    return ForwardRef(value) if isinstance(value, str) else value


def _type_check(value, message, **ignored):
    """The interpreter calls this for the parts of unions and the bounds of type variables."""
    if isinstance(value, (tuple, list, int, float)):
        raise TypeError(f"{message} Got {value!r:.100}.")
    return _type(value)


def _typevar_subst(variable, arg):
    """The interpreter calls this where a type variable gets a value."""
    return _type(arg)


_paramspec_subst = _typevar_subst


def _paramspec_prepare_subst(variable, alias, args):
    return args


_typevartuple_prepare_subst = _paramspec_prepare_subst


def _is_many(parameter):
    return isinstance(parameter, (TypeVarTuple, ParamSpec))


def _parameters(args):
    """The type variables in some types, each once."""
    found = {}
    for arg in args:
        if isinstance(arg, (TypeVar, ParamSpec, TypeVarTuple)):
            found[arg] = True
        elif not isinstance(arg, type) or isinstance(arg, GenericAlias):
            inner = arg if isinstance(arg, tuple) else getattr(arg, "__parameters__", ())
            found.update(dict.fromkeys(_parameters(inner)))
    return tuple(found)


def _substituted(arg, chosen):
    if isinstance(arg, tuple):
        return tuple(_substituted(one, chosen) for one in arg)
    inner = () if isinstance(arg, type) and not isinstance(arg, GenericAlias) else getattr(arg, "__parameters__", ())
    return arg[tuple(chosen.get(one, one) for one in inner)] if inner else chosen.get(arg, arg)


def _with_args(alias, args):
    """The same with other arguments."""
    if isinstance(alias, _Annotated):
        return Annotated[(args[0], *alias.__metadata__)]
    if isinstance(alias, _Alias):
        return _Alias(alias.__origin__, tuple(args), alias._name)
    if isinstance(alias, UnionType):
        return Union[tuple(args)]
    if isinstance(alias, collections.abc.Callable[[], None].__class__) and alias.__origin__ is collections.abc.Callable:
        return alias.__origin__[args[0] if args[:-1] == [...] else args[:-1], args[-1]]
    return GenericAlias(alias.__origin__, tuple(args))


def _one(form, args):
    if len(args) != 1:
        raise TypeError(f"{form!r} accepts only single type. Got {args!r}.")
    return _Alias(form, (_type(args[0]),), form._name)


def _any_number(form, args):
    return _Alias(form, tuple(map(_type, args)), form._name)


def _literal(form, args):
    values = {}
    for arg in args:
        for value in arg.__args__ if isinstance(arg, _Alias) and arg._name == "Literal" else (arg,):
            values.setdefault((type(value), value) if value.__hash__ else id(value), value)
    return _Alias(form, tuple(values.values()), "Literal")


def _annotated(form, args):
    if len(args) < 2:
        raise TypeError("Annotated[...] should be used with at least two arguments (a type and an annotation).")
    origin, *metadata = args
    if isinstance(origin, _Annotated):
        origin, metadata = origin.__origin__, [*origin.__metadata__, *metadata]
    return _Annotated(_type(origin), tuple(metadata))


def _callable(form, args):
    if len(args) != 2:
        raise TypeError("Callable must be used as Callable[[arg, ...], result].")
    flat = args[0] if isinstance(args[0], (list, tuple)) else (args[0],)
    return _Alias(collections.abc.Callable, (*map(_type, flat), _type(args[1])), "Callable")


Optional = _Form("Optional", lambda form, args: Union[_one(form, args).__args__[0], None])
Literal, Annotated = _Form("Literal", _literal), _Form("Annotated", _annotated)
for _name in "ClassVar Final Required NotRequired ReadOnly Unpack TypeGuard TypeIs".split():
    globals()[_name] = _Form(_name, _one)
for _name in "LiteralString Never NoReturn Self TypeAlias".split():
    globals()[_name] = _Form(_name)
Concatenate = _Form("Concatenate", _any_number)
Callable = _Bare(collections.abc.Callable, "Callable", _callable)
for _cls in (tuple, list, dict, set, type):
    globals()[_cls.__name__.capitalize()] = _Bare(_cls, _cls.__name__.capitalize())
FrozenSet = _Bare(frozenset, "FrozenSet")
DefaultDict, Deque = _Bare(collections.defaultdict, "DefaultDict"), _Bare(collections.deque, "Deque")
ContextManager = _Bare(contextlib.AbstractContextManager, "ContextManager")
for _cls in (collections.OrderedDict, collections.Counter, collections.ChainMap):
    globals()[_cls.__name__] = _Bare(_cls, _cls.__name__)
for _name in """Awaitable Coroutine AsyncIterable AsyncIterator AsyncGenerator Iterable Iterator Reversible Generator
        Sized Hashable Container Collection Mapping MutableMapping MappingView KeysView ItemsView ValuesView Sequence
        MutableSequence MutableSet""".split():
    globals()[_name] = _Bare(getattr(collections.abc, _name), _name)
AbstractSet = _Bare(collections.abc.Set, "AbstractSet")
IO, Pattern, Match = (_Form(_name, _any_number) for _name in ("IO", "Pattern", "Match"))
TextIO, BinaryIO, Text = _Form("TextIO"), _Form("BinaryIO"), str
del _name, _cls


class _AnyMeta(type):
    def __instancecheck__(cls, instance):
        if cls is Any:
            raise TypeError("typing.Any cannot be used with isinstance()")
        return super().__instancecheck__(instance)

    def __repr__(cls):
        return "typing.Any" if cls is Any else super().__repr__()


class Any(metaclass=_AnyMeta):
    """Fits every type, and as a base class means that nothing is known of the class."""

    def __new__(cls, *args, **kwargs):
        if cls is Any:
            raise TypeError("Any cannot be instantiated")
        return super().__new__(cls)


class Generic:
    """The base of classes with type parameters."""

    __slots__ = ()
    _is_protocol = False

    def __class_getitem__(cls, args):
        args = tuple(map(_type, args if isinstance(args, tuple) else (args,)))
        if cls in (Generic, Protocol):
            unpacked = [arg.__args__[0] if isinstance(arg, _Alias) and arg._name == "Unpack" else arg for arg in args]
            if not args or not all(isinstance(arg, (TypeVar, ParamSpec, TypeVarTuple)) for arg in unpacked):
                raise TypeError(f"Parameters to {cls.__name__}[...] must all be type variables")
            if len(set(args)) != len(args):
                raise TypeError(f"Parameters to {cls.__name__}[...] must all be unique")
            return _Alias(cls, args)
        if not cls.__parameters__:
            raise TypeError(f"{cls!r} is not a generic class")
        if not any(map(_is_many, cls.__parameters__)):
            most, least = len(cls.__parameters__), len([one for one in cls.__parameters__ if not one.has_default()])
            if not least <= len(args) <= most:
                few = "few" if len(args) < least else "many"
                raise TypeError(f"Too {few} arguments for {cls!r}; actual {len(args)}, expected {most}")
        return _Alias(cls, args)

    def __init_subclass__(cls, *args, **kwargs):
        super().__init_subclass__(*args, **kwargs)
        bases = cls.__dict__.get("__orig_bases__", cls.__bases__)
        if Generic in bases and cls.__name__ != "Protocol":
            raise TypeError("Cannot inherit from plain Generic")
        aliases = [base for base in bases if isinstance(base, (_Alias, GenericAlias))]
        chosen = [base.__args__ for base in aliases if base.__origin__ in (Generic, Protocol)]
        cls.__parameters__ = _parameters(chosen[0] if chosen else aliases)


class _ProtocolMeta(ABCMeta):
    def __call__(cls, *args, **kwargs):
        if cls._is_protocol:
            raise TypeError("Protocols cannot be instantiated")
        return super().__call__(*args, **kwargs)

    def __instancecheck__(cls, instance):
        if not cls._is_protocol:
            return super().__instancecheck__(instance)
        if not cls._is_runtime:
            raise TypeError("Instance and class checks can only be used with @runtime_checkable protocols")
        return super().__instancecheck__(instance) or all(hasattr(instance, name) for name in _members(cls))

    def __subclasscheck__(cls, other):
        if not cls._is_protocol or cls is Protocol:
            return super().__subclasscheck__(other)
        if not cls._is_runtime:
            raise TypeError("Instance and class checks can only be used with @runtime_checkable protocols")
        return super().__subclasscheck__(other) or all(hasattr(other, name) for name in _members(cls))


def _members(protocol):
    """What a class must have to fulfil a protocol."""
    names = set()
    for cls in protocol.__mro__:
        if getattr(cls, "_is_protocol", False) and cls is not Protocol:
            names |= {*cls.__dict__, *get_annotations(cls, format=Format.FORWARDREF)}
    return sorted(name for name in names if name not in _NOT_MEMBERS and not name.startswith("_abc_"))


class Protocol(Generic, metaclass=_ProtocolMeta):
    """The base of classes that say what others must have."""

    __slots__ = ()
    _is_runtime = False

    def __init_subclass__(cls, *args, **kwargs):
        cls._is_protocol = Protocol in cls.__bases__
        super().__init_subclass__(*args, **kwargs)


Protocol._is_protocol = True
_NOT_MEMBERS = {
    "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__slots__", "__parameters__", "__orig_bases__",
    "__abstractmethods__", "__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__", "__init__",
    "__firstlineno__", "__static_attributes__", "__classdictcell__", "__match_args__", "__type_params__",
    "__init_subclass__", "_is_protocol", "_is_runtime",
}


def runtime_checkable(cls):
    """Lets `isinstance` ask whether an object has what a protocol wants."""
    if not getattr(cls, "_is_protocol", False):
        raise TypeError(f"@runtime_checkable can be only applied to protocol classes, got {cls!r}")
    cls._is_runtime = True
    return cls


for _name, _method in dict(SupportsInt="int", SupportsFloat="float", SupportsComplex="complex", SupportsBytes="bytes",
                           SupportsIndex="index", SupportsAbs="abs", SupportsRound="round").items():
    globals()[_name] = runtime_checkable(_ProtocolMeta(_name, (Protocol,), {f"__{_method}__": lambda self: None}))
del _name, _method


def _annotations_of(namespace):
    """The annotations of a class that is being made."""
    annotate = namespace.get("__annotate__") or namespace.get("__annotate_func__")
    found = call_annotate_function(annotate, Format.FORWARDREF) if annotate else namespace.get("__annotations__", {})
    return {name: _type(value) for name, value in found.items()}


class _NamedTupleMeta(type):
    def __new__(metacls, typename, bases, namespace):
        annotations = _annotations_of(namespace)
        defaults = []
        for name in annotations:
            if name in namespace:
                defaults.append(namespace[name])
            elif defaults:
                many = "s" if len(defaults) > 1 else ""
                raise TypeError(f"Non-default namedtuple field {name} cannot follow default field{many} "
                                f"{', '.join(one for one in annotations if one in namespace)}")
        made = collections.namedtuple(typename, annotations, defaults=defaults, module=namespace["__module__"])
        made.__annotations__ = made.__new__.__annotations__ = annotations
        for name, value in namespace.items():
            if name in ("__new__", "__init__", "__slots__", "__getnewargs__", *made.__dict__.keys() & {
                    "_fields", "_field_defaults", "_make", "_replace", "_asdict", "_source"}):
                raise AttributeError(f"Cannot overwrite NamedTuple attribute {name}")
            if name not in annotations and name not in ("__annotate__", "__annotate_func__", "__annotations__",
                                                        "__classdictcell__", "__classcell__", "__orig_bases__"):
                setattr(made, name, value)
        made.__orig_bases__ = (NamedTuple,)
        if any(isinstance(base, type) and issubclass(base, Generic) for base in bases):
            made.__class_getitem__ = classmethod(GenericAlias)
        return made


def NamedTuple(typename, fields=(), /):
    """A named tuple with typed fields; also the base of a class that is one."""
    fields = list(fields)
    module = sys._getframe(1).f_globals.get("__name__")
    made = collections.namedtuple(typename, [name for name, _ in fields], module=module)
    made.__annotations__ = {name: _type(value) for name, value in fields}
    return made


_NamedTuple = type.__new__(_NamedTupleMeta, "NamedTuple", (), {})
NamedTuple.__mro_entries__ = lambda bases: (_NamedTuple,)


class _TypedDictMeta(type):
    def __new__(metacls, name, bases, namespace, total=True):
        own = _annotations_of(namespace)
        annotations, required = {}, set()
        for base in bases:
            annotations.update(getattr(base, "__annotations__", {}))
            required |= getattr(base, "__required_keys__", frozenset())
        for key, value in own.items():
            said = getattr(value, "_name", None)
            if said == "Required" or total and said != "NotRequired":
                required.add(key)
        annotations.update(own)
        left_out = "__annotate_func__", "__classdictcell__"
        space = {key: value for key, value in namespace.items() if key not in left_out}
        made = super().__new__(metacls, name, (dict,), space)
        made.__annotations__, made.__total__ = annotations, total
        made.__required_keys__ = frozenset(required)
        made.__optional_keys__ = frozenset(annotations.keys() - required)
        return made

    def __call__(cls, *args, **kwargs):
        return dict(*args, **kwargs)

    def __instancecheck__(cls, instance):
        raise TypeError("TypedDict does not support instance and class checks")

    __subclasscheck__ = __instancecheck__


def TypedDict(typename, fields, /, *, total=True):
    """A dict with typed keys; also the base of a class that is one."""
    space = {"__annotations__": dict(fields), "__module__": sys._getframe(1).f_globals.get("__name__")}
    return _TypedDictMeta(typename, (), space, total=total)


_TypedDict = type.__new__(_TypedDictMeta, "TypedDict", (), {})
TypedDict.__mro_entries__ = lambda bases: (_TypedDict,)
AnyStr = TypeVar("AnyStr", bytes, str)


class NewType(_Typing):
    """A type of its own for the checker; at run time it gives back what it is given."""

    def __init__(self, name, tp):
        self.__name__ = self.__qualname__ = name
        self.__supertype__, self.__module__ = tp, sys._getframe(1).f_globals.get("__name__")

    def __call__(self, value, /):
        return value

    def __repr__(self):
        return f"{self.__module__}.{self.__qualname__}"


def cast(typ, val):
    """Gives back the value."""
    return val


def assert_type(val, typ, /):
    """Gives back the value."""
    return val


def assert_never(arg, /):
    """Stands where nothing should get to."""
    raise AssertionError(f"Expected code to be unreachable, but got: {arg!r:.100}")


def _overload_dummy(*args, **kwds):
    raise NotImplementedError("You should not call an overloaded function. A series of @overload-decorated functions "
                              "outside a stub module should always be followed by an implementation that is not "
                              "@overload-ed.")


def overload(func):
    """Describes one way to call the function that follows."""
    return _overload_dummy


def final(f):
    """Marks what is not to be overridden."""
    with contextlib.suppress(AttributeError, TypeError):
        f.__final__ = True
    return f


def no_type_check(arg):
    """Marks annotations that are no types."""
    arg.__no_type_check__ = True
    return arg


def dataclass_transform(**kwargs):
    """Marks what makes dataclasses."""
    return lambda decorated: decorated


def get_origin(tp):
    """The class or the form that the arguments were given to."""
    if isinstance(tp, _Annotated):
        return Annotated
    if isinstance(tp, (_Alias, _Bare, GenericAlias, ParamSpecArgs, ParamSpecKwargs)):
        return tp.__origin__
    if isinstance(tp, UnionType):
        return Union
    return Generic if tp is Generic else None


def get_args(tp):
    """The arguments."""
    if isinstance(tp, _Annotated):
        return tp.__origin__, *tp.__metadata__
    if not isinstance(tp, (_Alias, GenericAlias, UnionType)):
        return ()
    args = tp.__args__
    if get_origin(tp) is collections.abc.Callable and args[:-1] != (...,):
        return list(args[:-1]), args[-1]
    return args


def is_typeddict(tp):
    """Whether it was made by `TypedDict`."""
    return isinstance(tp, _TypedDictMeta)


def get_type_hints(obj, globalns=None, localns=None, include_extras=False):
    """The annotations of a class with its bases, a function or a module, with what strings in them stand for."""
    hints = {}
    if getattr(obj, "__no_type_check__", False):
        return hints
    for one in reversed(obj.__mro__) if isinstance(obj, type) else (obj,):
        space = _globals(one) if globalns is None else globalns
        names = {one.__name__: one for one in getattr(one, "__type_params__", ())}
        names.update(vars(one) if isinstance(one, type) else {})
        names.update(localns or {})
        for name, value in get_annotations(one, format=Format.FORWARDREF).items():
            hints[name] = _evaluated(_type(value) if not isinstance(value, tuple) else value, space, names)
    return hints if include_extras else {name: _without_extras(hint) for name, hint in hints.items()}


def _globals(obj):
    """The names that the code around an object sees, whether its module is in `sys.modules` or not."""
    while hasattr(obj, "__wrapped__"):
        obj = obj.__wrapped__
    if not isinstance(obj, type):
        return getattr(obj, "__globals__", getattr(obj, "__dict__", {}))
    for value in vars(obj).values():
        function = getattr(value, "__func__", getattr(value, "fget", value))
        if isinstance(function, FunctionType) and function.__module__ == obj.__module__:
            return function.__globals__
    return getattr(sys.modules.get(obj.__module__), "__dict__", {})


def _evaluated(value, space, names, within=()):
    if isinstance(value, ForwardRef):
        if value in within:
            return value  # A type that is made of itself.
        return _evaluated(_type(value.evaluate(globals=space, locals=names)), space, names, (*within, value))
    if isinstance(value, (_Alias, GenericAlias, UnionType)) and getattr(value, "_name", None) != "Literal":
        args = [_evaluated(arg, space, names, within) for arg in value.__args__]
        return value if args == list(value.__args__) else _with_args(value, args)
    return value


def _without_extras(value):
    if isinstance(value, _Annotated) or getattr(value, "_name", None) in ("Required", "NotRequired", "ReadOnly"):
        return _without_extras(value.__args__[0])
    if isinstance(value, (_Alias, GenericAlias, UnionType)) and getattr(value, "_name", None) != "Literal":
        args = [_without_extras(arg) for arg in value.__args__]
        return value if args == list(value.__args__) else _with_args(value, args)
    return value


_GenericAlias = _Alias  # The interpreter makes one for `class A[T]`.
__all__ = [name for name in globals() if not name.startswith("_") and name not in (
    "collections", "contextlib", "sys", "ABCMeta", "Format", "FunctionType", "GenericAlias", "UnionType",
    "get_annotations", "call_annotate_function")]
