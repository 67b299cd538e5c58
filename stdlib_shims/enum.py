"""Stands for `enum` where the standard library is not embedded.

It has `Enum`, `IntEnum`, `StrEnum`, `Flag`, `IntFlag` with their boundaries, `ReprEnum`, `auto`, `unique`, `member`,
`nonmember`, `property` and the functional API. It leaves out `verify`, `global_enum`, `EnumDict`, what `dir` adds, the
check of `_order_`, and the members' being there already when `__init_subclass__` runs.
"""

import sys
from types import MappingProxyType

_property = property


class property(_property):
    """A property of the members. On the class, its name is that of a member."""

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        if instance is not None:
            return super().__get__(instance, owner)
        try:
            return owner._member_map_[self.name]
        except KeyError:
            raise AttributeError(f"{owner!r} has no attribute {self.name!r}") from None


class auto:
    """Stands for the value that comes next."""

    def __init__(self, value=None):
        self.value = value


class member:
    """Makes a member of what would be none, such as a function."""

    def __init__(self, value):
        self.value = value


class nonmember:
    """Makes a plain attribute of what would be a member."""

    def __init__(self, value):
        self.value = value


class FlagBoundary:
    """What becomes of bits that no flag has: an error, or they go, or the flag does, or they stay."""

    STRICT, CONFORM, EJECT, KEEP = "strict", "conform", "eject", "keep"


STRICT, CONFORM, EJECT, KEEP = FlagBoundary.STRICT, FlagBoundary.CONFORM, FlagBoundary.EJECT, FlagBoundary.KEEP


def _is_plain(name, value, cls_name):
    """Whether an attribute is none that makes a member."""
    dunder = name.startswith("__") and name.endswith("__")
    private = name.startswith(f"_{cls_name.lstrip('_')}__")
    sunder = name.startswith("_") and name.endswith("_") and len(name) > 2
    descriptor = any(hasattr(value, method) for method in ("__get__", "__set__", "__delete__"))
    return dunder or private or sunder or descriptor


class _Namespace(dict):
    """The namespace of an enum's body: it keeps the members apart."""

    def __init__(self, cls_name, generate):
        super().__init__()
        self.cls_name, self.generate = cls_name, generate
        self.members, self.ignored = {}, ()

    def __setitem__(self, name, value):
        if name == "_ignore_":
            self.ignored = value.replace(",", " ").split() if isinstance(value, str) else tuple(value)
            return
        if name == "_generate_next_value_":
            self.generate = getattr(value, "__func__", value)
            value = staticmethod(self.generate)
        if name in self.members:
            raise TypeError(f"{name!r} already defined as {self[name]!r}")
        if isinstance(value, nonmember):
            value = value.value
        elif isinstance(value, member) or not (name in self.ignored or _is_plain(name, value, self.cls_name)):
            if name in self:
                raise TypeError(f"{name!r} already defined as {self[name]!r}")
            value = value.value if isinstance(value, member) else self.numbered(name, value)
            self.members[name] = value
        super().__setitem__(name, value)

    def numbered(self, name, value):
        if isinstance(value, tuple) and any(isinstance(item, auto) for item in value):
            return type(value)(self.numbered(name, item) for item in value)
        if not isinstance(value, auto):
            return value
        if value.value is None:
            value.value = self.generate(name, 1, len(self.members), list(self.members.values()))
        return value.value


_SHOWING = "__repr__", "__str__", "__format__", "__reduce_ex__"
_COMBINING = "__or__", "__and__", "__xor__", "__ror__", "__rand__", "__rxor__", "__invert__"


class EnumType(type):
    """The metaclass: it makes the members, and is asked for them."""

    @classmethod
    def __prepare__(metacls, name, bases, **kwds):
        if not bases:
            return {}
        for base in bases:
            if getattr(base, "_member_map_", None):
                raise TypeError(f"<enum {name!r}> cannot extend {base!r}")
        first = next((base for base in reversed(bases) if isinstance(base, EnumType)), None)
        return _Namespace(name, getattr(first, "_generate_next_value_", None))

    def __new__(metacls, name, bases, namespace, *, boundary=None, **kwds):
        if not bases:
            return super().__new__(metacls, name, bases, namespace, **kwds)
        if not isinstance(namespace, _Namespace):
            namespace, plain = metacls.__prepare__(name, bases), namespace
            for key, value in plain.items():
                namespace[key] = value
        members = namespace.members
        space = {key: value for key, value in namespace.items() if key not in members and key not in namespace.ignored}
        first = bases[-1]
        data = _data_type(bases)
        inherited = getattr(first, "_boundary_", None)
        space.update(
            _member_map_={}, _member_names_=[], _value2member_map_={}, _member_type_=data, _mask_=0,
            _boundary_=boundary or inherited,
        )
        cls = super().__new__(metacls, name, bases, space, **kwds)
        # What shows and combines members is the enum's, and not that of the type that is mixed in.
        for method in _SHOWING + (_COMBINING if Flag is not None and issubclass(cls, Flag) else ()):
            own = method in space or data is object
            if not own and getattr(cls, method) in (getattr(data, method, None), getattr(object, method, None)):
                type.__setattr__(cls, method, getattr(first, method))
        if ReprEnum is not None and ReprEnum in bases:
            if "__str__" not in space:
                type.__setattr__(cls, "__str__", data.__repr__ if data.__str__ is object.__str__ else data.__str__)
            if "__format__" not in space:
                type.__setattr__(cls, "__format__", data.__format__)
        for key, value in members.items():
            cls._add_member(key, value)
        return cls

    def __init__(cls, name, bases, namespace, *, boundary=None, **kwds):
        super().__init__(name, bases, namespace)

    def _add_member(cls, name, value):
        data = cls._member_type_
        args = value if isinstance(value, tuple) and data is not tuple else (value,)
        made = _instantiate(cls, data, args)
        if not hasattr(made, "_value_"):
            made._value_ = value if data is object else data(*args)
        made._name_, made.__objclass__ = name, cls
        made.__init__(*args)
        known = cls._find(made._value_)
        if known is not None:
            made = known
        elif issubclass(cls, Flag) and isinstance(made._value_, int):
            cls._note_flag(made)
        else:
            cls._member_names_.append(name)
        cls._member_map_[name] = made
        made._sort_order_ = len(cls._member_names_)
        try:
            cls._value2member_map_.setdefault(made._value_, made)
        except TypeError:
            pass  # It can't be hashed; it is searched for.
        if not any(isinstance(base.__dict__.get(name), property) for base in cls.__mro__):
            type.__setattr__(cls, name, made)

    def _note_flag(cls, made):
        """Of flags, those with one bit are members; the others are names for several, or for none."""
        value = made._value_
        cls._mask_ |= value if value > 0 else 0
        if value > 0 and value & (value - 1) == 0:
            cls._member_names_.append(made._name_)

    def _find(cls, value):
        try:
            return cls._value2member_map_.get(value)
        except TypeError:
            return next((made for made in cls._member_map_.values() if made._value_ == value), None)

    def __call__(cls, value, names=None, *values, module=None, qualname=None, type=None, start=1, boundary=None):
        if cls._member_map_ and (names is not None or values):
            value, names = (value, names, *values), None
        if names is None and cls._member_map_ or isinstance(value, cls):
            return cls._of_value(value)
        if names is None and type is None:
            raise TypeError(f"{cls!r} has no members; specify `names=()` if you meant to create a new, empty, enum")
        module = module or sys._getframe(1).f_globals.get("__name__")
        return cls._functional(value, names, module, qualname, type, start, boundary)

    def _of_value(cls, value):
        if type(value) is cls:
            return value
        found = cls._find(value)
        if found is None:
            error = ValueError(f"{value!r} is not a valid {cls.__qualname__}")
            try:
                found = cls._missing_(value)
            except Exception as raised:
                if not isinstance(raised, ValueError):
                    raised.__context__ = error
                raise
            if found is None:
                raise error
            if not isinstance(found, cls) and cls._boundary_ is not EJECT:
                raise TypeError(f"error in {cls.__name__}._missing_: returned {found!r} instead of None or a valid "
                                "member")
        return found

    def _functional(cls, name, names, module, qualname, mixin, start, boundary):
        metacls = cls.__class__
        bases = (cls,) if mixin is None else (mixin, cls)
        namespace = metacls.__prepare__(name, bases)
        if isinstance(names, str):
            names = names.replace(",", " ").split()
        names = list(names.items() if hasattr(names, "items") else names or ())
        values = []
        for at, one in enumerate(names):
            if isinstance(one, str):
                values.append(namespace.generate(one, start, at, values[:]))
                one = one, values[-1]
            namespace[one[0]] = one[1]
        namespace["__module__"] = module
        namespace["__qualname__"] = qualname or name
        return metacls.__new__(metacls, name, bases, namespace, boundary=boundary)

    def __iter__(cls):
        return (cls._member_map_[name] for name in cls._member_names_)

    def __reversed__(cls):
        return (cls._member_map_[name] for name in reversed(cls._member_names_))

    def __len__(cls):
        return len(cls._member_names_)

    def __bool__(cls):
        return True

    def __contains__(cls, value):
        return isinstance(value, cls) or cls._find(value) is not None

    def __getitem__(cls, name):
        return cls._member_map_[name]

    @_property
    def __members__(cls):
        return MappingProxyType(cls._member_map_)

    def __setattr__(cls, name, value):
        if name in cls.__dict__.get("_member_map_", {}):
            raise AttributeError(f"cannot reassign member {name!r}")
        super().__setattr__(name, value)

    def __delattr__(cls, name):
        if name in cls.__dict__.get("_member_map_", {}):
            raise AttributeError(f"{cls.__name__!r} cannot delete member {name!r}.")
        super().__delattr__(name)

    def __repr__(cls):
        return f"<{'flag' if Flag is not None and issubclass(cls, Flag) else 'enum'} {cls.__name__!r}>"


EnumMeta = EnumType
ReprEnum = Flag = None


def _data_type(bases):
    """The type that is mixed in: the members are instances of it."""
    for base in bases:
        for cls in base.__mro__:
            if isinstance(cls, EnumType):
                if cls.__dict__.get("_member_type_", object) is not object:
                    return cls._member_type_
            elif cls is not object and ("__new__" in cls.__dict__ or "__dataclass_fields__" in cls.__dict__):
                return base if not isinstance(base, EnumType) else cls
    return object


def _instantiate(cls, data, args):
    new = cls.__new__
    if new is object.__new__:
        return new(cls)
    return new(cls, *args)


class Enum(metaclass=EnumType):
    """A class whose instances, the members, are written in its body."""

    _member_map_, _member_names_, _value2member_map_, _member_type_ = {}, [], {}, object
    _boundary_ = None

    def __init__(self, *args, **kwds):
        pass

    @property
    def name(self):
        """The name of the member."""
        return self._name_

    @property
    def value(self):
        """The value of the member."""
        return self._value_

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        """What `auto()` gives: one more than the highest value so far."""
        return max(last_values) + 1 if last_values else start

    @classmethod
    def _missing_(cls, value):
        """Called for a value that no member has."""
        return None

    def __repr__(self):
        show = repr if self._member_type_ is object else self._member_type_.__repr__
        return f"<{self.__class__.__name__}.{self._name_}: {show(self._value_)}>"

    def __str__(self):
        return f"{self.__class__.__name__}.{self._name_}"

    def __format__(self, format_spec):
        return str.__format__(str(self), format_spec)

    def __hash__(self):
        return hash(self._name_)

    def __reduce_ex__(self, proto):
        return self.__class__, (self._value_,)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


class ReprEnum(Enum):
    """Changes only how members are shown by `repr`."""


class IntEnum(int, ReprEnum):
    """The members are numbers too."""


class StrEnum(str, ReprEnum):
    """The members are strings too; `auto()` gives the name in lower case."""

    def __new__(cls, *values):
        for value in values:
            if not isinstance(value, str):
                raise TypeError(f"{value!r} is not a string")
        return str.__new__(cls, *values)

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return name.lower()


class Flag(Enum, boundary=STRICT):
    """The members are bits, and can be put together."""

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return 1 << max(last_values).bit_length() if last_values else start

    @classmethod
    def _missing_(cls, value):
        """Makes a member of several bits."""
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is not a valid {cls.__qualname__}")
        mask = cls._mask_
        every = (1 << mask.bit_length()) - 1
        beyond = value < 0 and value < ~every or value > 0 and value & ~mask
        if beyond and cls._boundary_ is STRICT or value < 0 and cls._boundary_ is STRICT and ~value & ~mask & every:
            width = max(value.bit_length(), mask.bit_length())
            raise ValueError(f"{cls!r} invalid value {value!r}\n    given {value:#0{width + 2}b}\n  "
                             f"allowed {mask:#0{width + 2}b}")
        if beyond and cls._boundary_ is EJECT:
            return value
        if cls._boundary_ is CONFORM:
            value &= mask
        if value < 0:
            value += max(every + 1, 1 << value.bit_length()) if beyond else every + 1
            value = value if cls._boundary_ is KEEP else value & mask
        found = cls._value2member_map_.get(value)
        if found is not None:
            return found
        made = object.__new__(cls) if cls._member_type_ is object else cls._member_type_.__new__(cls, value)
        made._value_, made.__objclass__ = value, cls
        bits = [one for one in cls if one._value_ & value]
        names, rest = [one._name_ for one in bits], value - sum(one._value_ for one in bits)
        made._name_ = "|".join(names + ([f"{rest}"] if rest else [])) if names else None
        return cls._value2member_map_.setdefault(value, made)

    def __iter__(self):
        return (one for one in self.__class__ if one._value_ & self._value_)

    def __len__(self):
        return self._value_.bit_count()

    def __bool__(self):
        return bool(self._value_)

    def __contains__(self, other):
        if not isinstance(other, self.__class__):
            raise TypeError(f"unsupported operand type(s) for 'in': {type(other).__qualname__!r} and "
                            f"{self.__class__.__qualname__!r}")
        return other._value_ & self._value_ == other._value_

    def __repr__(self):
        name = "" if self._name_ is None else f".{self._name_}"
        return f"<{self.__class__.__name__}{name}: {self._value_!r}>"

    def __str__(self):
        return f"{self.__class__.__name__}({self._value_})" if self._name_ is None else super().__str__()

    def _bits(self, other):
        if isinstance(other, self.__class__):
            return other._value_
        if self.__class__._member_type_ is not object and isinstance(other, self.__class__._member_type_):
            return other
        return None

    def __or__(self, other):
        bits = self._bits(other)
        return NotImplemented if bits is None else self.__class__(self._value_ | bits)

    def __and__(self, other):
        bits = self._bits(other)
        return NotImplemented if bits is None else self.__class__(self._value_ & bits)

    def __xor__(self, other):
        bits = self._bits(other)
        return NotImplemented if bits is None else self.__class__(self._value_ ^ bits)

    def __invert__(self):
        if self._boundary_ in (EJECT, KEEP):
            return self.__class__(~self._value_)
        return self.__class__(self.__class__._mask_ & ~self._value_)

    __ror__, __rand__, __rxor__ = __or__, __and__, __xor__


class IntFlag(int, ReprEnum, Flag, boundary=KEEP):
    """Flags that are numbers too, and mix with others."""


def unique(enumeration):
    """Refuses an enum in which two names have the same value."""
    aliases = [(name, made._name_) for name, made in enumeration.__members__.items() if name != made._name_]
    if aliases:
        shown = ", ".join(f"{alias} -> {name}" for alias, name in aliases)
        raise ValueError(f"duplicate values found in {enumeration!r}: {shown}")
    return enumeration
