"""Stands for `dataclasses` where the standard library is not embedded.

It leaves out `make_dataclass`, `weakref_slot`, and the docstring made of the signature. In annotations that are
strings, `ClassVar`, `InitVar` and `KW_ONLY` are known by these names, with or without a module before them.
"""

from abc import update_abstractmethods
from annotationlib import Format, get_annotations
from copy import deepcopy
from types import FunctionType, GenericAlias, MappingProxyType, MemberDescriptorType


class FrozenInstanceError(AttributeError):
    """A field of a frozen instance was to be changed."""


class _Mark:
    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return self._name


MISSING = _Mark("MISSING")
KW_ONLY = _Mark("KW_ONLY")
_FIELDS, _PARAMS = "__dataclass_fields__", "__dataclass_params__"
_NORMAL, _CLASS, _INIT = "field", "ClassVar", "InitVar"


class InitVar:
    """The annotation of what is only handed to `__init__` and `__post_init__`."""

    __slots__ = ("type",)

    def __init__(self, type):
        self.type = type

    def __class_getitem__(cls, type):
        return cls(type)

    def __repr__(self):
        shown = self.type.__name__ if type(self.type) is type else repr(self.type)
        return f"dataclasses.InitVar[{shown}]"


class Field:
    """A field of a dataclass; `field` makes it, `fields` gives it."""

    __slots__ = ("name", "type", "default", "default_factory", "repr", "hash", "init", "compare", "metadata", "kw_only",
                 "_kind")

    def __init__(self, default, default_factory, init, repr, hash, compare, metadata, kw_only):
        self.name = self.type = self._kind = None
        self.default, self.default_factory = default, default_factory
        self.init, self.repr, self.hash, self.compare = init, repr, hash, compare
        self.metadata = MappingProxyType({} if metadata is None else metadata)
        self.kw_only = kw_only

    def __set_name__(self, owner, name):
        method = getattr(type(self.default), "__set_name__", None)
        if method:
            method(self.default, owner, name)

    def __repr__(self):
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__slots__[:-1])
        return f"Field({','.join(shown)},_field_type={self._kind})"

    __class_getitem__ = classmethod(GenericAlias)

    @property
    def _optional(self):
        return self.default is not MISSING or self.default_factory is not MISSING


def field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None,
          kw_only=MISSING):
    """Says more about a field than its annotation can."""
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError("cannot specify both default and default_factory")
    return Field(default, default_factory, init, repr, hash, compare, metadata, kw_only)


class _Params:
    def __init__(self, **params):
        self.__dict__.update(params)


def dataclass(cls=None, /, *, init=True, repr=True, eq=True, order=False, unsafe_hash=False, frozen=False,
              match_args=True, kw_only=False, slots=False):
    """Gives a class the methods that follow from its annotated fields."""
    params = _Params(init=init, repr=repr, eq=eq, order=order, unsafe_hash=unsafe_hash, frozen=frozen,
                     match_args=match_args, kw_only=kw_only, slots=slots)
    return (lambda cls: _process(cls, params)) if cls is None else _process(cls, params)


def _process(cls, params):
    if params.order and not params.eq:
        raise ValueError("eq must be true if order is true")
    found, own = {}, {}
    for base in reversed(cls.__mro__[1:]):
        found.update(base.__dict__.get(_FIELDS, {}))
        if _PARAMS in base.__dict__ and base.__dict__[_PARAMS].frozen != params.frozen:
            mine, others = ("frozen", "non-frozen") if params.frozen else ("non-frozen", "frozen")
            raise TypeError(f"cannot inherit {mine} dataclass from a {others} one")
    kw_only = params.kw_only
    annotations = get_annotations(cls, format=Format.FORWARDREF)
    for name, annotation in annotations.items():
        if _means(annotation) == "KW_ONLY":
            if kw_only == "seen":
                raise TypeError(f"{name!r} is KW_ONLY, but KW_ONLY has already been specified")
            kw_only = "seen"
        else:
            own[name] = _own_field(cls, name, annotation, bool(kw_only))
    for name, value in cls.__dict__.items():
        if isinstance(value, Field) and name not in annotations:
            raise TypeError(f"{name!r} is a field but has no type annotation")
    for name, one in own.items():
        # What instances see on the class is the default, and not its description.
        if isinstance(cls.__dict__.get(name), Field):
            if one.default is MISSING:
                delattr(cls, name)
            else:
                setattr(cls, name, one.default)
    found.update(own)
    has_hash = "__hash__" in cls.__dict__ and not (cls.__dict__["__hash__"] is None and "__eq__" in cls.__dict__)
    if params.slots:
        cls = _with_slots(cls, [name for name, one in own.items() if one._kind == _NORMAL])
    setattr(cls, _FIELDS, found)
    setattr(cls, _PARAMS, params)
    _add_methods(cls, params, found, has_hash)
    return update_abstractmethods(cls)


def _means(annotation):
    """The special annotation that this one is, by its name."""
    if isinstance(annotation, str):
        return annotation.partition("[")[0].strip().rpartition(".")[2]
    if isinstance(annotation, InitVar) or annotation is InitVar:
        return _INIT
    if annotation is KW_ONLY:
        return "KW_ONLY"
    origin = getattr(annotation, "__origin__", annotation)
    return _CLASS if type(origin).__module__ == "typing" and getattr(origin, "_name", None) == _CLASS else None


def _own_field(cls, name, annotation, kw_only):
    default = getattr(cls, name, MISSING)
    if isinstance(default, MemberDescriptorType):
        default = MISSING  # A slot of a base class.
    one = default if isinstance(default, Field) else field(default=default)
    one.name, one.type = name, annotation
    means = _means(annotation)
    one._kind = means if means in (_CLASS, _INIT) else _NORMAL
    if one._kind != _NORMAL and one.default_factory is not MISSING:
        raise TypeError(f"field {name} cannot have a default factory")
    if one._kind == _CLASS:
        if one.kw_only is not MISSING:
            raise TypeError(f"field {name} is a ClassVar but specifies kw_only")
    elif one.kw_only is MISSING:
        one.kw_only = kw_only
    if one._kind == _NORMAL and type(one.default).__hash__ is None:
        raise ValueError(f"mutable default {type(one.default)} for field {name} is not allowed: use default_factory")
    return one


def _with_slots(cls, names):
    """The class made anew with slots: they can't be added later."""
    if "__slots__" in cls.__dict__:
        raise TypeError(f"{cls.__name__} already specifies __slots__")
    inherited = {name for base in cls.__mro__[1:] for name in _names(base.__dict__.get("__slots__", ()))}
    space = dict(cls.__dict__)
    for name in (*names, "__dict__", "__weakref__"):
        space.pop(name, None)
    space["__slots__"] = tuple(name for name in names if name not in inherited)
    made = type(cls)(cls.__name__, cls.__bases__, space)
    made.__qualname__ = cls.__qualname__
    # `super()` and `__class__` in the methods mean the new class.
    for value in space.values():
        for function in (value, getattr(value, "__func__", None), getattr(value, "fget", None)):
            if isinstance(function, FunctionType):
                for cell in function.__closure__ or ():
                    try:
                        if cell.cell_contents is cls:
                            cell.cell_contents = made
                    except ValueError:
                        pass
    return made


def _names(slots):
    return (slots,) if isinstance(slots, str) else slots


def _add_methods(cls, params, found, has_hash):
    normal = [one for one in found.values() if one._kind == _NORMAL]
    compared = tuple(one.name for one in normal if one.compare)
    if params.init:
        _add(cls, _init(cls, params, [one for one in found.values() if one._kind != _CLASS]))
    if params.repr:
        _add(cls, _repr(tuple(one.name for one in normal if one.repr)))
    if params.eq:
        _add(cls, _compare("__eq__", compared))
    if params.order:
        for name in ("__lt__", "__le__", "__gt__", "__ge__"):
            if not _add(cls, _compare(name, compared)):
                raise TypeError(f"Cannot overwrite attribute {name} in class {cls.__name__}. "
                                "Consider using functools.total_ordering")
    if params.frozen:
        for method in _frozen(cls, {one.name for one in normal}):
            if not _add(cls, method):
                raise TypeError(f"Cannot overwrite attribute {method.__name__} in class {cls.__name__}")
        if params.slots and not {"__getstate__", "__setstate__"} & set(cls.__dict__):
            # Copying sets slots one by one, which a frozen instance refuses.
            cls.__getstate__, cls.__setstate__ = __getstate__, __setstate__
    if params.unsafe_hash and has_hash:
        raise TypeError(f"Cannot overwrite attribute __hash__ in class {cls.__name__}")
    if params.unsafe_hash or params.eq and params.frozen and not has_hash:
        cls.__hash__ = _hash(tuple(one.name for one in normal if (one.compare if one.hash is None else one.hash)))
    elif params.eq and not has_hash:
        cls.__hash__ = None
    if params.match_args and "__match_args__" not in cls.__dict__:
        cls.__match_args__ = tuple(one.name for one in found.values()
                                   if one._kind != _CLASS and one.init and not one.kw_only)
    if "__replace__" not in cls.__dict__:
        cls.__replace__ = _replace


def _add(cls, method):
    """Adds a method, unless the class has its own."""
    if method.__name__ in cls.__dict__:
        return False
    method.__qualname__ = f"{cls.__qualname__}.{method.__name__}"
    setattr(cls, method.__name__, method)
    return True


def _init(cls, params, found):
    """Made of text, so that calls are checked and fail as those of any other function."""
    space = {"_factory": _Mark("<factory>"), "_set": object.__setattr__}
    this = "self" if all(one.name != "self" for one in found) else "_dataclass_self"
    positional, keyword, body, optional = [], [], [], None
    for one in found:
        name = one.name
        if one.default is not MISSING:
            space[f"_default_{name}"] = one.default
        elif one.default_factory is not MISSING:
            space[f"_make_{name}"] = one.default_factory
        value = name
        if one.init:
            parameter = name
            if one.default is not MISSING:
                parameter += f"=_default_{name}"
            elif one.default_factory is not MISSING:
                parameter += "=_factory"
                value = f"_make_{name}() if {name} is _factory else {name}"
            (keyword if one.kw_only else positional).append(parameter)
            if not one.kw_only:
                if one._optional:
                    optional = name
                elif optional:
                    raise TypeError(f"non-default argument {name!r} follows default argument {optional!r}")
        elif one.default_factory is not MISSING:
            value = f"_make_{name}()"
        elif params.slots and one.default is not MISSING:
            value = f"_default_{name}"
        else:
            continue
        if one._kind == _NORMAL:
            body.append(f"_set({this}, {name!r}, {value})" if params.frozen else f"{this}.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        body.append(f"{this}.__post_init__({', '.join(one.name for one in found if one._kind == _INIT)})")
    head = ", ".join([this, *positional, *(["*"] if keyword else []), *keyword])
    exec(f"def __init__({head}):\n" + "\n".join(f"    {line}" for line in body or ["pass"]), space)
    made = space["__init__"]
    made.__annotations__ = {**{one.name: getattr(one.type, "type", one.type) if one._kind == _INIT else one.type
                               for one in found if one.init}, "return": None}
    return made


_shown = set()


def _repr(names):
    def __repr__(self):
        if id(self) in _shown:
            return "..."
        _shown.add(id(self))
        try:
            return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"
        finally:
            _shown.discard(id(self))

    return __repr__


def _values(self, names):
    return tuple([getattr(self, name) for name in names])


def _compare(name, names):
    def compare(self, other):
        if other.__class__ is not self.__class__:
            return NotImplemented
        return getattr(_values(self, names), name)(_values(other, names))

    compare.__name__ = name
    return compare


def _hash(names):
    def __hash__(self):
        return hash(_values(self, names))

    return __hash__


def _frozen(cls, names):
    def __setattr__(self, name, value):
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self, name):
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return __setattr__, __delattr__


def __getstate__(self):
    return {name: getattr(self, name) for name in getattr(self, _FIELDS) if hasattr(self, name)}


def __setstate__(self, state):
    for name, value in state.items():
        object.__setattr__(self, name, value)


def fields(class_or_instance):
    """The fields, in order, without `ClassVar`s and `InitVar`s."""
    try:
        found = getattr(class_or_instance, _FIELDS)
    except AttributeError:
        raise TypeError("must be called with a dataclass type or instance") from None
    return tuple(one for one in found.values() if one._kind == _NORMAL)


def is_dataclass(obj):
    """Whether it is a dataclass or an instance of one."""
    return hasattr(obj if isinstance(obj, type) else type(obj), _FIELDS)


def _check_instance(obj, function):
    if not hasattr(type(obj), _FIELDS):
        raise TypeError(f"{function}() should be called on dataclass instances")


def asdict(obj, *, dict_factory=dict):
    """The fields by their names; dataclasses, lists, tuples and dicts in them are taken apart too."""

    def take(one):
        return dict_factory([(field.name, _apart(getattr(one, field.name), take)) for field in fields(one)])

    _check_instance(obj, "asdict")
    return take(obj)


def astuple(obj, *, tuple_factory=tuple):
    """The fields' values; dataclasses, lists, tuples and dicts in them are taken apart too."""

    def take(one):
        return tuple_factory([_apart(getattr(one, field.name), take) for field in fields(one)])

    _check_instance(obj, "astuple")
    return take(obj)


def _apart(value, take):
    cls = type(value)
    if hasattr(cls, _FIELDS):
        return take(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return cls(*[_apart(item, take) for item in value])
    if isinstance(value, (list, tuple)):
        return cls([_apart(item, take) for item in value])
    if isinstance(value, dict):
        pairs = [(_apart(key, take), _apart(item, take)) for key, item in value.items()]
        return cls(value.default_factory, pairs) if hasattr(cls, "default_factory") else cls(pairs)
    return deepcopy(value)


def replace(obj, /, **changes):
    """A new instance with other values in some fields."""
    _check_instance(obj, "replace")
    return _replace(obj, **changes)


def _replace(self, /, **changes):
    for one in getattr(self, _FIELDS).values():
        if one._kind == _CLASS:
            continue
        if not one.init:
            if one.name in changes:
                raise TypeError(f"field {one.name} is declared with init=False, it cannot be specified with replace()")
        elif one.name not in changes:
            if one._kind == _INIT and one.default is MISSING:
                raise TypeError(f"InitVar {one.name!r} must be specified with replace()")
            if one._kind == _NORMAL:
                changes[one.name] = getattr(self, one.name)
    return type(self)(**changes)
