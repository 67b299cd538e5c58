from saying import Say

import abc
import collections
import typing
from typing import *

say = Say()
lines = say.lines

NAMES = """AbstractSet Annotated Any AnyStr AsyncGenerator AsyncIterable AsyncIterator Awaitable BinaryIO Callable ChainMap
ClassVar Collection Concatenate Container ContextManager Coroutine Counter DefaultDict Deque Dict Final ForwardRef FrozenSet
Generator Generic Hashable IO ItemsView Iterable Iterator KeysView List Literal LiteralString Mapping MappingView Match
MutableMapping MutableSequence MutableSet NamedTuple Never NewType NoReturn NotRequired Optional OrderedDict ParamSpec
ParamSpecArgs ParamSpecKwargs Pattern Protocol Required Reversible Self Sequence Set Sized SupportsAbs SupportsBytes
SupportsComplex SupportsFloat SupportsIndex SupportsInt SupportsRound TYPE_CHECKING Text TextIO Tuple Type TypeAlias
TypeGuard TypeVar TypeVarTuple TypedDict Union Unpack ValuesView assert_never assert_type cast dataclass_transform final
get_args get_origin get_type_hints is_typeddict no_type_check overload runtime_checkable""".split()
say([name for name in NAMES if not hasattr(typing, name)], [name for name in NAMES if name not in typing.__all__])

T, K, V = TypeVar("T"), TypeVar("K"), TypeVar("V", bound="Box")
say(T, T.__name__, T.__module__, TYPE_CHECKING, cast(int, "x"), Any)
say(List[int], Dict[str, Any], Tuple[int, ...], Set[T], Type[int], FrozenSet[str], Iterable[List[int]], Deque[int], Callable[[int, str], bool])
say(Callable[..., Any], Literal["a", 1], ClassVar[int], Final[str], Annotated[int, "meta", 3], Mapping[str, Sequence[int]], List, Callable)
say(List[int] == List[int], List[int] == List[str], hash(List[int]) == hash(List[int]), {Dict[str, int]: 1}[Dict[str, int]], Literal[1] == Literal[True])
say(Optional[int] == Union[int, None], Union[int, str] == Union[str, int], Union[int, int] is int, get_args(Union[int, str, None]))
for one in (List[int], Dict[str, int], Callable[[int], str], Callable[..., int], Literal[1, 2, 1], Annotated[int, 1], ClassVar[int],
            list[int], Tuple[int, str], Type[int], Iterable[int], Any, int, List, Literal[Literal[1], 2], Annotated[Annotated[int, 1], 2]):
    say(one, "Annotated" if get_origin(one) is Annotated else get_origin(one), get_args(one))
say(get_origin(Optional[int]) is Union, get_origin(Generic), get_origin(Generic[T]) is Generic, isinstance([], List), issubclass(dict, Mapping))
say.raised(isinstance, [], List[int], text=False)
say.raised(List, text=False)
say.raised(Any, text=False)
for wrong in (ClassVar, Literal[1], Optional, ClassVar[int], NewType("N", int)):
    say.raised(lambda: __build_class__(lambda: None, "X", wrong), text=False)
say.raised(isinstance, 1, Any, text=False)
say.raised(lambda: ClassVar[int, str], text=False)
say.raised(lambda: Optional[1, 2], text=False)
say(get_args(List["Box"]), List[None], get_args(Optional["Box"])[0].__forward_arg__, Dict[K, List[T]][str, int], Dict[K, List[T]].__parameters__)
say(Callable[[T], K][int, str], Tuple[T, T][int], Union[T, List[T]][int] == Union[int, List[int]])
say(List[T] | None == Optional[List[T]], (List[int] | int) == Union[List[int], int])


class Box(Generic[T]):
    "A box."

    def __init__(self, item: T):
        self.item = item

    @classmethod
    def make(cls, item):
        return cls(item)


class Pair(Box[K], Generic[K, T]):
    pass


class IntBox(Box[int]):
    pass


class Table(Dict[str, T]):
    pass


class Names(List[str]):
    pass


say(Box(1).item, Box[int](2).item, Box[int].make(3).item, Box[int], Box.__parameters__, Pair.__parameters__, IntBox.__parameters__)
say(Box[int] == Box[int], get_origin(Box[int]) is Box, get_args(Box[int]), Pair[int, str], [c.__name__ for c in Pair.__mro__], IntBox(4).item)
say(Table(a=1), Table[int](b=2), Names("ab"), [c.__name__ for c in Names.__mro__], isinstance(IntBox(1), Box), Box[T][int], Box.__orig_bases__)
say(Box[int](1).__orig_class__, Pair[int, T][str], isinstance(Table(), dict))
say.raised(lambda: IntBox[int], text=False)
say.raised(lambda: Pair[int], text=False)
say.raised(lambda: Generic[int], text=False)
say.raised(lambda: Generic[T, T], text=False)
say.raised(lambda: type("X", (Generic,), {}), text=False)
say.raised(isinstance, 1, Box[int], text=False)


class Abstract(abc.ABC, Generic[T]):
    @abc.abstractmethod
    def get(self) -> T: ...


class Concrete(Abstract[int]):
    def get(self):
        return 1


say(Concrete().get(), Abstract[str])
say.raised(Abstract, text=False)


class Closes(Protocol):
    name: str

    def close(self) -> None: ...


@runtime_checkable
class Sizes(Protocol[T]):
    def size(self) -> T: ...


class Sized_:
    def size(self):
        return 3


class Explicit(Closes):
    def close(self):
        return "closed"


say(isinstance(Sized_(), Sizes), isinstance(3, Sizes), Explicit().close(), isinstance(Explicit(), Explicit), Sizes[int], issubclass(Sized_, Sizes))
say.raised(Closes, text=False)
say.raised(isinstance, 3, Closes, text=False)
say(isinstance(3, SupportsInt), isinstance("", SupportsInt), isinstance(3, SupportsIndex), isinstance(1.5, SupportsFloat), isinstance([], SupportsAbs))
say.raised(runtime_checkable, int, text=False)


class Employee(NamedTuple):
    "An employee."
    name: str
    id: int = 3
    boss: Optional["Employee"] = None

    def describe(self):
        return f"{self.name} {self.id}"

    @property
    def upper(self):
        return self.name.upper()


say(Employee("a"), Employee("b", 5).describe(), Employee._fields, Employee._field_defaults, Employee("x").upper, Employee.__doc__)
say(Employee.__module__, Employee.__name__, Employee.__annotations__["id"], isinstance(Employee("a"), tuple), Employee("a") == ("a", 3, None))
say(NamedTuple("Point", [("x", int), ("y", int)])(1, 2), Employee("q")._replace(id=9))
say.raised(Employee)


def wrong():
    class Wrong(NamedTuple):
        a: int = 1
        b: int


say.raised(wrong)


class Movie(TypedDict):
    title: str
    year: "int"


class More(Movie, total=False):
    rating: Required[float]
    stars: int


say(Movie(title="x", year=1), type(Movie()).__name__, sorted(More.__annotations__), sorted(More.__required_keys__), sorted(More.__optional_keys__))
say(Movie.__total__, More.__total__, is_typeddict(Movie), is_typeddict(dict), TypedDict("P", {"x": int})(x=1), More.__name__, issubclass(dict, dict))
say.raised(isinstance, {}, Movie, text=False)

UserId = NewType("UserId", int)
say(UserId(5), UserId.__name__, UserId.__supertype__, Optional[UserId] == Union[UserId, None])


@overload
def over(x: int) -> int: ...
@overload
def over(x: str) -> str: ...
def over(x):
    return x


@final
class Final_:
    pass


say(over(3), Final_.__final__, assert_type(3, int), no_type_check(over).__no_type_check__)
say.raised(assert_never, 3)
say(dataclass_transform()(Final_) is Final_)


class Hinted:
    a: int
    b: "List[Hinted]"
    c: Optional["Hinted"] = None
    d: Annotated[int, "m"] = 1
    e: ClassVar[int] = 3
    f: List["int"] = []
    g: None = None

    def method(self, x: "int", y: Annotated[str, 1] = "", *args: "Hinted") -> "Optional[Hinted]":
        pass


class Sub(Hinted):
    h: "str"


hints = get_type_hints(Sub)
say(list(hints), hints["a"], hints["b"], hints["c"] == Optional[Hinted], hints["d"], hints["e"], hints["f"], hints["g"], hints["h"])
say(get_type_hints(Hinted, include_extras=True)["d"])
hints = get_type_hints(Hinted.method)
say(hints["x"], hints["y"], hints["args"], get_args(hints["return"]))
say(get_type_hints(over), get_args(get_type_hints(Employee)["boss"]), sorted(get_type_hints(More).items()))
say.raised(get_type_hints, type("N", (), {"__annotations__": {"x": "Nowhere"}}))


def local(x: "Here"):
    pass


say(get_type_hints(local, None, {"Here": int}))

P, Ts = ParamSpec("P"), TypeVarTuple("Ts")


def decorate(function: Callable[P, T]) -> Callable[Concatenate[int, P], T]:
    def inner(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    return inner


say(decorate(len)("abc"), P.__name__, Ts.__name__)


class Command(Generic[P, T]):
    def __init__(self, function: Callable[P, T]):
        self.function = function


class Shape(Generic[Unpack[Ts]]):
    pass


say(Command(len).function("ab"), Shape[int, str]().__class__.__name__, Command[[int], str].__args__[1])


class Anything(Any):
    pass


say(Anything().__class__.__name__, IO[str], Pattern[str] is not None, Text)

Json = Union[Dict[str, "Json"], List["Json"], int, None]


def recursive(x: "Json"):
    pass


@no_type_check
def unchecked(x: "nothing at all"):
    pass


say(len(get_args(get_type_hints(recursive)["x"])), get_type_hints(unchecked), List.__name__, Optional.__name__)
say(typing.OrderedDict(a=1)["a"], typing.DefaultDict(list), typing.Deque[int]([1]), typing.Counter("a")["a"])
