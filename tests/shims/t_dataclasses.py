from saying import Say

import abc
import copy
import dataclasses
import typing
from collections import OrderedDict, namedtuple
from dataclasses import KW_ONLY, MISSING, InitVar, asdict, astuple, dataclass, field, fields, is_dataclass, replace
from typing import ClassVar, List, Optional

say = Say()
lines = say.lines


@dataclass
class Point:
    x: int
    y: int = 0


say(Point(1), Point(1, 2), Point(y=3, x=4), Point(1) == Point(1, 0), Point(1) == (1, 0), Point(1) != Point(2))
say.raised(Point)
say.raised(Point, 1, 2, 3)
say.raised(Point, 1, z=1)
say.raised(hash, Point(1))
say.raised(lambda: Point(1) < Point(2), text=False)
say([(one.name, one.type, one.default is MISSING, one.kw_only) for one in fields(Point)], Point.__match_args__, Point.y)
say(is_dataclass(Point), is_dataclass(Point(1)), is_dataclass(3), len(fields(Point(1))), hasattr(Point, "x"))
say.raised(fields, 3)
say.raised(asdict, Point, text=False)
say(Point.__init__.__annotations__, Point.__init__.__qualname__, Point.__eq__.__name__)


@dataclass
class Many:
    name: str
    tags: list = field(default_factory=list)
    secret: str = field(default="s", repr=False, compare=False)
    computed: int = field(init=False)
    constant: int = field(init=False, default=7)
    made: dict = field(init=False, default_factory=dict)
    total: ClassVar[int] = 0
    kind: "typing.ClassVar[str]" = "k"
    scale: InitVar[int] = 2
    other: "InitVar[int]" = 3
    data: Optional[List[int]] = field(default=None, metadata={"unit": "cm"})

    def __post_init__(self, scale, other):
        self.computed = len(self.name) * scale * other


many = Many("abc")
say(many, many.secret, many.computed, many.constant, Many("abc", scale=1).computed, Many("x", ["t"], "q", 1, 1).computed)
say([one.name for one in fields(many)], many.tags is Many("b").tags, Many.total, Many.kind, Many("abc", secret="z") == many)
say(fields(many)[-1].metadata["unit"], dict(fields(many)[0].metadata), Many.scale, hasattr(Many, "tags"), Many.secret)
say(asdict(many), astuple(many))
say(replace(many, name="ab"), replace(many, name="ab", scale=5).computed)


def refused(instance, **changes):
    # Which exception it is differs between versions.
    try:
        say("allowed", replace(instance, **changes))
    except (TypeError, ValueError):
        say("refused", changes)


refused(many, computed=3)
say.raised(replace, Point(1), z=1)


@dataclass
class NeedsInit:
    a: int
    b: InitVar[int]


refused(NeedsInit(1, 2))
say(NeedsInit(1, b=2), InitVar[int].type)


@dataclass(frozen=True)
class Frozen:
    x: int
    y: list = field(default_factory=list, hash=False)


frozen = Frozen(1)
say(frozen, hash(frozen) == hash(Frozen(1, [3])), {frozen: 1}[Frozen(1)], copy.copy(frozen), copy.deepcopy(frozen) == frozen)
say.raised(setattr, frozen, "x", 2)
say.raised(setattr, frozen, "q", 2)
say.raised(delattr, frozen, "x")
say(issubclass(dataclasses.FrozenInstanceError, AttributeError), replace(frozen, x=5))


@dataclass(order=True)
class Ordered:
    major: int
    minor: int = field(default=0, compare=False)


say(Ordered(1) < Ordered(2), Ordered(2) <= Ordered(2, 9), Ordered(1) > Ordered(0), Ordered(1) >= Ordered(2))
say(sorted([Ordered(3), Ordered(1, 5)]))
say.raised(lambda: Ordered(1) < 3, text=False)


@dataclass(kw_only=True)
class Keywords:
    a: int
    b: int = 1
    c: int = field(default=2, kw_only=False)


say(Keywords(5, a=1), Keywords.__match_args__, [one.kw_only for one in fields(Keywords)])
say.raised(Keywords, 1, 2)


@dataclass
class Mixed:
    a: int
    _: KW_ONLY
    b: int = 1
    c: int


say(Mixed(1, c=2), [one.name for one in fields(Mixed)])
say.raised(Mixed, 1, 2, 3)


@dataclass
class Base:
    x: int = 1
    y: int = 2


@dataclass
class Derived(Base):
    z: int = 3
    x: int = 10


say(Derived(), Derived(5), [one.name for one in fields(Derived)], Base() == Derived())


class Between(Base):
    pass


say(Between(3), is_dataclass(Between), Between(1) == Base(1))


@dataclass(slots=True)
class Slotted:
    a: int
    b: list = field(default_factory=list)
    c: int = 5

    def double(self):
        return self.a * 2


slotted = Slotted(1)
say(slotted, Slotted.__slots__, hasattr(slotted, "__dict__"), slotted.double(), Slotted.__qualname__, replace(slotted, a=2))
say.raised(setattr, slotted, "other", 1, text=False)
say(copy.copy(slotted), slotted == Slotted(1, []), copy.deepcopy(slotted).b is slotted.b)


@dataclass(frozen=True, slots=True)
class Both:
    a: int
    b: int = 2


@dataclass(slots=True)
class Below(Slotted):
    d: int = 6


say(Both(1), hash(Both(1)) == hash(Both(1, 2)), copy.copy(Both(1)), copy.deepcopy([Both(1)]), Below(1), Below.__slots__)
say.raised(setattr, Both(1), "a", 2)


@dataclass(init=False, repr=False, eq=False)
class Bare:
    x: int = 3

    def __init__(self):
        self.y = 1


say(Bare().x, Bare() == Bare(), "__eq__" in vars(Bare), hash(Bare()) is not None)


@dataclass
class Own:
    x: int

    def __repr__(self):
        return "own"

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 4


say(Own(1), Own(1) == 3, hash(Own(1)))


@dataclass(unsafe_hash=True)
class Hashed:
    x: int


say(hash(Hashed(1)) == hash(Hashed(1)), {Hashed(1)} == {Hashed(1)})


@dataclass
class Node:
    value: int
    child: "Node" = None


node = Node(1, Node(2))
say(node, asdict(node), astuple(node))
node.child = node
say(node)
Pair = namedtuple("Pair", "a b")


@dataclass
class Holder:
    items: list


holder = Holder([Point(1), (Point(2),), {"k": Point(3)}, Pair(Point(4), 5)])
say(asdict(holder))
say(asdict(holder, dict_factory=OrderedDict)["items"][0]["x"], astuple(holder, tuple_factory=list)[0][:2])
inner = [1]
say(asdict(Holder(inner))["items"] is inner)
match Point(1, 2):
    case Point(a, b):
        say("matched", a, b)


def make(**kwargs):
    return dataclass(type("Made", (), kwargs))


say.raised(make, __annotations__={"x": list}, x=[], text=False)
say.raised(make, __annotations__={"x": int, "y": int}, x=1, text=False)
say.raised(make, x=field())
say.raised(field, default=1, default_factory=list)
say.raised(lambda: dataclass(order=True, eq=False)(type("E", (), {})))
say.raised(lambda: dataclass(frozen=True)(type("F", (Base,), {})))
say.raised(lambda: dataclass(type("F", (Frozen,), {})))
say.raised(lambda: dataclass(order=True)(type("O", (), {"__lt__": len})), text=False)
say.raised(lambda: dataclass(frozen=True)(type("O", (), {"__setattr__": len})))
say.raised(lambda: dataclass(unsafe_hash=True)(type("O", (), {"__hash__": len})))


@dataclass
class Self:
    self: int
    other: int = 1


say(Self(1), Self(self=2).self)


@dataclass
class Generic(typing.Generic[typing.TypeVar("T")]):
    x: int


say(Generic(1), Generic[int](2))


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        return 5 if instance is None else instance.__dict__[self.name]

    def __set__(self, instance, value):
        instance.__dict__[self.name] = value * 2


@dataclass
class Described:
    x: int = Descriptor()


say(Described(), Described(3), Described.x)


class Ordering(abc.ABC):
    @abc.abstractmethod
    def __lt__(self, other): ...


@dataclass(order=True)
class Fulfils(Ordering):
    x: int


say(Fulfils(1) < Fulfils(2))
