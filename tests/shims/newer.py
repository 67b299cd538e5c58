"""What the interpreter's own syntax needs of the library, and older versions of CPython can't parse."""

import dataclasses
import enum
import functools
import typing
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from nowhere import Nothing, mod

lines = []


class Box[T]:
    def __init__(self, item: T):
        self.item = item


class Sub(Box[int]):
    pass


class Two[K, V: int](Box[K]):
    pass


class Many[*Ts, **P]:
    pass


type Alias[T] = list[T]


def same[T](x: T) -> T:
    return x


assert Box(1).item == 1 and Box[int](2).item == 2 and Sub(3).item == 3 and same(4) == 4
assert [t.__name__ for t in Box.__parameters__] == ["T"] and Box.__type_params__ == Box.__parameters__
assert [t.__name__ for t in Two.__parameters__] == ["K", "V"] and Sub.__parameters__ == ()
assert typing.get_args(Box[int]) == (int,) and typing.get_origin(Box[int]) is Box
assert [cls.__name__ for cls in Two.__mro__] == ["Two", "Box", "Generic", "object"]
assert Many[int, str, [int]] is not None and repr(Alias[int]) == "Alias[int]"
assert typing.get_type_hints(same)["x"].__name__ == "T"
lines.append("type parameters")


@dataclasses.dataclass
class Data[T]:
    x: Nothing
    y: mod.sub.Thing[int] | None = None
    z: ClassVar[Nothing] = 3
    w: "Nothing" = 1
    v: T = None


assert repr(Data(1)) == "Data(x=1, y=None, w=1, v=None)" and Data[int](2).x == 2
assert [field.name for field in dataclasses.fields(Data)] == ["x", "y", "w", "v"]
assert dataclasses.fields(Data)[0].type.__forward_arg__ == "Nothing"


class Tuple(typing.NamedTuple):
    a: Nothing
    b: int = 1


class Table(typing.TypedDict):
    a: Nothing


class Asks(typing.Protocol):
    a: Nothing

    def m(self) -> mod.x: ...


class Number(enum.Enum):
    A: Nothing = 1
    B = enum.auto()


def annotated(x: Nothing):
    return x


@functools.wraps(annotated)
def wrapper(*args):
    return annotated(*args)


@functools.singledispatch
def single(x):
    return "any"


@single.register
def _(x: int) -> Nothing:
    return "int"


assert Tuple(1) == (1, 1) and Table(a=1) == {"a": 1} and list(Number) == [Number.A, Number.B]
assert wrapper(3) == 3 and wrapper.__name__ == "annotated" and single(1) == "int" and single("") == "any"
lines.append("names that are not known")

assert typing.get_args(typing.Optional["Q"])[0].__forward_arg__ == "Q"
assert typing.List[int] | None == typing.Union[typing.List[int], None]
T = typing.TypeVar("T")
assert typing.Optional[T][int] == typing.Optional[int] and (list[T] | T)[int] == list[int] | int
assert typing.Dict[str, T] | T == typing.Union[typing.Dict[str, T], T]
lines.append("unions")


@dataclasses.dataclass(slots=True)
class Base:
    x: int

    def twice(self):
        return self.x * 2


@dataclasses.dataclass(slots=True)
class Below(Base):
    y: int = 1

    def twice(self):
        return super().twice() + self.y


assert Below(2).twice() == 5 and Below.__slots__ == ("y",)
lines.append("super in slots")
