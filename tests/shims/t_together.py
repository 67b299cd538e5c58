"""How plugins use these modules together."""

from saying import Say

import abc
import contextlib
import copy
import enum
import functools
import operator
import types
from collections import ChainMap, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Iterator as AbcIterator, Mapping as AbcMapping, MutableMapping as AbcMutableMapping
from contextlib import AbstractContextManager, ContextDecorator, ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from enum import Enum, Flag, IntEnum, auto
from typing import (
    Annotated, Any, Callable, ClassVar, Dict, Final, Generic, Hashable, Iterable, Iterator, List, Literal, Mapping,
    MutableMapping, NamedTuple, NewType, Optional, Protocol, Sequence, Set, Sized, Tuple, Type, TypedDict, TypeVar, Union,
    get_args, get_origin, get_type_hints, runtime_checkable,
)

say = Say()
lines = say.lines

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
H = TypeVar("H", bound=Callable[..., Any])


class Registry(Generic[T]):
    def __init__(self) -> None:
        self._known: Dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        def decorate(item: T) -> T:
            self._known[name] = item
            return item

        return decorate

    def __getitem__(self, name: str) -> T:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._known))


class Plugin(abc.ABC):
    name: ClassVar[str] = "plugin"
    registry: ClassVar[Registry[Type["Plugin"]]] = Registry()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.registry.register(cls.name)(cls)

    @abc.abstractmethod
    def run(self, *args: int) -> Optional[int]: ...

    @property
    @abc.abstractmethod
    def kind(self) -> "Kind": ...


class Kind(Enum):
    FAST = "fast"
    SLOW = "slow"

    @classmethod
    def parse(cls, text: str) -> "Kind":
        return cls(text.strip().lower())

    @functools.cached_property
    def label(self):
        return self.value.title()

    @staticmethod
    def names():
        return [kind.name for kind in Kind]


@dataclass(frozen=True)
class Options:
    kind: Kind = Kind.FAST
    limit: int = 3
    tags: Tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def with_limit(self, limit: int) -> "Options":
        return replace(self, limit=limit)


class Add(Plugin):
    name = "add"
    kind = Kind.FAST

    def run(self, *args):
        return functools.reduce(operator.add, args, 0)


say(list(Plugin.registry), Plugin.registry["add"]().run(1, 2, 3), Kind.parse(" SLOW "), Kind.FAST.label, Kind.names())
say(Options().with_limit(7), asdict(Options(tags=("a",))), hash(Options()) == hash(Options(extra={"x": 1})), copy.deepcopy(Options()))
say.raised(Plugin, text=False)


@dataclass
class Shape(abc.ABC):
    name: str = "shape"

    @abc.abstractmethod
    def area(self): ...

    def __post_init__(self):
        self.upper = self.name.upper()


@dataclass
class Square(Shape):
    side: float = 1.0

    def area(self):
        return self.side**2

    def __post_init__(self):
        super().__post_init__()
        self.checked = True


@dataclass(order=True)
class Event:
    priority: int
    payload: Any = field(compare=False)
    history: List["Event"] = field(default_factory=list, compare=False, repr=False)


say(Square("s", 2.0), Square(side=3).area(), Square().upper, Square().checked, sorted([Event(2, "b"), Event(1, "a")]), max(Event(1, {}), Event(3, [])))
say.raised(Shape, text=False)


@dataclass
class Coordinates:
    x: int
    y: int


class Place(Coordinates, Enum):
    HOME = 1, 2
    WORK = 3, 4


say(Place.HOME.x, Place.WORK.y, Place.WORK.name, isinstance(Place.HOME, Coordinates))


class Level(IntEnum):
    LOW = 1
    HIGH = 10

    def __str__(self):
        return self.name.lower()

    @property
    def next(self):
        return Level.HIGH if self is Level.LOW else None


class Access(Flag):
    READ = auto()
    WRITE = auto()
    ALL = READ | WRITE


class Weird(Enum):
    ONE = (1, "one")
    TWO = (2, "two")

    def __init__(self, number, word):
        self.number = number
        self.word = word

    @classmethod
    def _missing_(cls, value):
        return next((one for one in cls if one.number == value or one.word == value), None)


class Operation(Enum):
    ADD = "+"
    SUB = "-"

    def __call__(self, a, b):
        return {"+": operator.add, "-": operator.sub}[self.value](a, b)


say(f"{Level.LOW} {Level.HIGH!r}", Level.LOW.next, Level.LOW + 1, max(Level), Access.ALL, Access.READ in Access.ALL, Weird(2), Weird("one"), Operation.SUB(3, 1))
say({kind: kind.value for kind in Kind}, sorted(Level, reverse=True), dict(Kind.__members__)["FAST"], [*Access.ALL], Kind.FAST is copy.copy(Kind.FAST))
say.raised(Weird, 5)


class Table(MutableMapping[str, T]):
    def __init__(self, **content):
        self.content = content

    def __getitem__(self, key):
        return self.content[key]

    def __setitem__(self, key, value):
        self.content[key] = value

    def __delitem__(self, key):
        del self.content[key]

    def __iter__(self):
        return iter(self.content)

    def __len__(self):
        return len(self.content)


class Steps(Iterator[int]):
    def __init__(self, n):
        self.n = n

    def __next__(self):
        if not self.n:
            raise StopIteration
        self.n -= 1
        return self.n


class Plain(List):
    pass


class Keyed(Hashable, Sized):
    def __hash__(self):
        return 1

    def __len__(self):
        return 2


class Builtin(dict[str, int]):
    pass


class AbcTable(AbcMapping[str, int]):
    def __getitem__(self, key):
        return 1

    def __iter__(self):
        return iter("ab")

    def __len__(self):
        return 2


table = Table(a=1)
table.update(b=2)
say(dict(table), table.pop("a"), isinstance(table, AbcMutableMapping), Table[int](c=3)["c"], list(Steps(3)), Plain([1]), len(Keyed()), Builtin(a=1), dict(AbcTable()))
say([cls.__name__ for cls in Table.__mro__], isinstance(Steps(1), AbcIterator), [cls.__name__ for cls in Plain.__mro__], Table.__parameters__)


@runtime_checkable
class Supports(Protocol[T_co]):
    @property
    def value(self) -> T_co: ...

    def get(self, default: int = 0) -> T_co: ...


class Holds:
    value = 3

    def get(self, default=0):
        return self.value


class Combined(Holds, Supports[int]):
    pass


say(isinstance(Holds(), Supports), isinstance(object(), Supports), Combined().get(), issubclass(Combined, Holds))


class Row(NamedTuple):
    key: str
    values: List[int] = []

    @classmethod
    def parse(cls, text: str) -> "Row":
        key, *rest = text.split()
        return cls(key, [int(one) for one in rest])

    def __str__(self):
        return f"{self.key}:{sum(self.values)}"


class Config(TypedDict, total=False):
    name: str
    options: Dict[str, "Config"]


UserId = NewType("UserId", int)
Json = Union[Dict[str, "Json"], List["Json"], str, int, float, bool, None]
Handler = Callable[["Request"], Optional["Response"]]
Mode = Literal["r", "w"]
LIMIT: Final[int] = 3
Names = Annotated[List[str], "names"]
say(Row.parse("a 1 2"), str(Row.parse("b 3")), Row("c")._asdict(), Config(name="x"), UserId(3) + 1, len(get_args(Json)), get_args(Mode), LIMIT, get_origin(Names) is Annotated)
say(get_type_hints(Row.parse.__func__), get_type_hints(Registry.register)["name"], Mode == Literal["r", "w"], Optional[Mode] == Union[Mode, None])


@contextmanager
def opened(name: str) -> Iterator[str]:
    say("open", name)
    try:
        yield name
    finally:
        say("close", name)


class Timer(ContextDecorator):
    def __enter__(self):
        say("start")
        return self

    def __exit__(self, *exc_info):
        say("stop", exc_info[0])
        return False


class Service:
    def __init__(self):
        self.stack = ExitStack()

    def __enter__(self):
        with ExitStack() as stack:
            stack.enter_context(opened("a"))
            stack.callback(say, "cleanup")
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info):
        return self.stack.__exit__(*exc_info)

    @contextmanager
    def session(self):
        with opened("session") as name:
            yield self, name

    @Timer()
    def work(self, n=1):
        return n * 2


with Service() as service, service.session() as (same, name):
    say(same is service, name, service.work(4))
with contextlib.suppress(KeyError), opened("b"):
    raise KeyError


class Lazy:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function = function

    def __get__(self, instance, owner):
        return types.MethodType(self.function, instance) if instance is not None else self


class Uses:
    @Lazy
    def method(self):
        "Doc."
        return type(self).__name__

    handle = functools.partial(print)

    @functools.lru_cache(maxsize=None)
    def slow(self, n: int) -> int:
        return n + 1


say(Uses().method(), Uses.method.__doc__, Uses.method.__name__, Uses().slow(2))


def retry(times: int = 2, errors: Tuple[Type[BaseException], ...] = (ValueError,)) -> Callable[[H], H]:
    def decorate(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(attempt, *args, **kwargs)
                except errors as error:
                    last = error
            raise last

        return inner

    return decorate


@retry(times=3)
def flaky(attempt, value):
    if attempt < 2:
        raise ValueError(attempt)
    return attempt, value


say(flaky("x"), flaky.__name__, flaky.__wrapped__(5, 1))
graph = defaultdict(set, {"a": {"b"}})
graph["c"].add("d")
settings = ChainMap({}, {"debug": False}, {"debug": True, "level": 3})
settings["debug"] = None
recent = deque((n for n in range(10)), maxlen=3)
say(dict(graph), dict(settings), list(recent), OrderedDict(sorted({"b": 1, "a": 2}.items()))["a"], [one.name for one in fields(Options)])
