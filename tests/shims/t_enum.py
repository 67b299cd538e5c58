from saying import Say

import copy
import enum
from enum import Enum, Flag, IntEnum, IntFlag, StrEnum, auto, unique

say = Say()
lines = say.lines


class Color(Enum):
    "Colours."
    RED = 1
    GREEN = 2
    BLUE = 3
    CRIMSON = 1

    @property
    def bright(self):
        return self is Color.RED

    def shout(self):
        return self.name + "!"

    @classmethod
    def default(cls):
        return cls.GREEN


red = Color.RED
say(red, repr(red), red.name, red.value, f"{red}", f"{red:>12}", red.bright, red.shout(), Color.default(), Color.__doc__)
say(list(Color), len(Color), list(reversed(Color)), Color(2), Color["BLUE"], Color.CRIMSON is red, dict(Color.__members__))
say(red in Color, isinstance(red, Color), type(red) is Color, red == Color.RED, red == 1, red != Color.BLUE, Color, bool(Color))
say({red: 1}[Color.CRIMSON], hash(red) == hash("RED"), Color(red) is red, copy.copy(red) is red, copy.deepcopy([red])[0] is red)
say.raised(Color, 9)
say.raised(lambda: Color["X"])
say.raised(lambda: Color.X, text=False)
say.raised(setattr, Color, "RED", 2, text=False)
say.raised(delattr, Color, "RED", text=False)
say.raised(setattr, red, "value", 2, text=False)
say.raised(setattr, red, "name", 2, text=False)
say.raised(lambda: red < Color.BLUE, text=False)


def more():
    class More(Color):
        pass


say.raised(more, text=False)
say(Color.extra if hasattr(Color, "extra") else "none", Color.__name__, Color.__module__, Color.__qualname__)
Color.extra = 5
say(Color.extra, len(Color), red.__reduce_ex__(2)[1], [member.name for member in Color], iter(Color) is not Color)
match Color(3):
    case Color.RED:
        say("red")
    case Color.BLUE:
        say("blue")


def twice():
    class Twice(Enum):
        A = 1
        A = 2


say.raised(twice, text=False)


class Auto(Enum):
    A = auto()
    B = auto()
    C = 10
    D = auto()


say(list(Auto), [one.value for one in Auto])


class Named(Enum):
    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return name.lower(), start, count, list(last_values)

    A = auto()
    B = auto()


say([one.value for one in Named])


class Planet(Enum):
    EARTH = (5.9, 6.3)
    MARS = (0.6, 3.3)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius

    @property
    def density(self):
        return round(self.mass / self.radius, 3)


say(Planet.EARTH, repr(Planet.EARTH), Planet.EARTH.mass, Planet.MARS.density, Planet((0.6, 3.3)), Planet.EARTH.value)


class Coded(Enum):
    def __new__(cls, code, label):
        made = object.__new__(cls)
        made._value_ = code
        made.label = label
        return made

    A = 1, "first"
    B = 2, "second"


say(Coded.A, repr(Coded.B), Coded(2).label, Coded.A.value)


class Number(IntEnum):
    ONE = 1
    TWO = 2
    UN = 1


say(Number.ONE, repr(Number.ONE), f"{Number.TWO}", f"{Number.TWO:03}", Number.ONE + 1, Number.ONE < Number.TWO, Number(2))
say(Number.ONE == 1, [10, 20, 30][Number.TWO], sorted([Number.TWO, Number.ONE]), isinstance(Number.ONE, int), {1: "a"}[Number.ONE])
say("%d %s" % (Number.TWO, Number.TWO), Number.UN is Number.ONE, int(Number.TWO), str(Number.TWO), Number.TWO.name, Number.TWO.value)


class Word(StrEnum):
    HELLO = "hello"
    AUTO_NAME = auto()


say(Word.HELLO, repr(Word.HELLO), f"{Word.HELLO:>7}", Word.HELLO.upper(), Word.AUTO_NAME, Word("hello") is Word.HELLO, Word.HELLO == "hello")
say("-".join(Word), {"hello": 1}[Word.HELLO], isinstance(Word.HELLO, str), Word.HELLO + "!")
say.raised(lambda: StrEnum("W", {"A": 1}), text=False)


class Text(str, Enum):
    A = "a"
    B = "b"


say(Text.A, repr(Text.A), f"{Text.B}", Text.A == "a", Text.A.upper(), Text("b"), Text.A.value, type(Text.A.value).__name__)


class Float(float, Enum):
    HALF = 0.5


say(Float.HALF, repr(Float.HALF), Float.HALF * 2, Float(0.5) is Float.HALF)


class Tuple(tuple, Enum):
    A = (1, 2)


say(Tuple.A, repr(Tuple.A), Tuple.A[1], Tuple.A.value)


class Perm(Flag):
    R = auto()
    W = auto()
    X = auto()
    RW = R | W
    NONE = 0


say(list(Perm), len(Perm), Perm.R | Perm.X, repr(Perm.R | Perm.X), Perm.RW, repr(Perm.RW), Perm.NONE, repr(Perm(0)), Perm(7))
say(Perm.R in Perm.RW, Perm.X in Perm.RW, Perm.RW in Perm.R, bool(Perm.R & Perm.W), Perm.R & Perm.RW, Perm.R ^ Perm.RW, ~Perm.R)
say(list(Perm.RW), len(Perm.RW), (Perm.R | Perm.W) is Perm.RW, Perm(3) is Perm.RW, ~Perm.NONE, (Perm.R | Perm.X).value, Perm["RW"])
say((Perm.R | Perm.X).name, Perm.RW.name, list(Perm.__members__), Perm, hash(Perm.R | Perm.X) == hash(Perm.X | Perm.R), Perm(-1))
say.raised(Perm, 8, text=False)
say.raised(Perm, "r", text=False)
say.raised(lambda: Perm.R | 1, text=False)
say.raised(lambda: 1 in Perm.R, text=False)


class Bare(Flag):
    A = 1
    B = 4


say(repr(Bare(0)), Bare(0), Bare(0).name, bool(Bare(0)), ~Bare.A, list(Bare(5)), ~Bare(0))
say.raised(Bare, 2, text=False)


class Mode(IntFlag):
    R = 4
    W = 2
    X = 1


say(Mode.R | Mode.W, repr(Mode.R | Mode.W), Mode.R | 8, repr(Mode.R | 8), Mode(16), repr(Mode(16)), Mode.R + 1, 1 | Mode.R)
say(~Mode.R, repr(~Mode.R), Mode.R & 5, Mode.R == 4, list(Mode.R | Mode.X), Mode(0), repr(Mode(0)), f"{Mode.R:02}", Mode.R.name)
say(isinstance(Mode.R | Mode.W, Mode), isinstance(Mode.R, int), Mode.W in (Mode.R | Mode.W), repr(Mode(7)), (Mode.R | Mode.W).value, repr(~Mode(0)))


class Holes(IntFlag):
    A = 1
    B = 2
    MASK = 255


say(repr(~Holes.A), repr(~Holes(0)), repr(~Holes.MASK), repr(~Holes(3)), repr(~Holes(256)), ~Mode(7))


class Conform(Flag, boundary=enum.CONFORM):
    A = 1
    B = 2


class Eject(IntFlag, boundary=enum.EJECT):
    A = 1


say(Conform(9), repr(Eject(5)), type(Eject(5)).__name__, Conform.A | Conform.B)


class Missing(Enum):
    A = "a"
    OTHER = None

    @classmethod
    def _missing_(cls, value):
        return {"upper": cls.A, "wrong": 3}.get(value) if value != "raise" else 1 / 0


say(Missing("upper"), Missing(None))
say.raised(Missing, "z")
say.raised(Missing, "wrong")
say.raised(Missing, "raise")


class Lists(Enum):
    A = [1]
    B = {"k": 1}


say(Lists([1]), Lists({"k": 1}), repr(Lists.A))
say.raised(Lists, [2])


@unique
class Unique(Enum):
    A = 1
    B = 2


say(Unique.A)
say.raised(unique, Color)


class IntOperators(int, Flag, boundary=enum.KEEP):
    A = 1
    B = 2


say(repr(IntOperators.A | IntOperators.B), repr(~IntOperators.A), repr(IntOperators.A | 2))


class Column(Enum):
    name = "n"
    value = "v"
    other = "o"


say(Column.name, Column.other.name, Column.value, Column.value.value, Column.name.name, list(Column))


class Plain(Enum):
    _ignore_ = ["helper", "i"]
    helper = 3
    A = 1
    _private = 2
    __dunder__ = 3

    def method(self):
        return 1

    function = enum.member(len)
    number = enum.nonmember(5)
    lambda_ = lambda self: 2


say(list(Plain), Plain.number, Plain.A.method(), Plain.function.value([1]), hasattr(Plain, "helper"), Plain.A.lambda_())

Animal = Enum("Animal", "CAT DOG")
say(Animal.CAT, list(Animal), Animal.__module__, Animal.__name__)
say(list(Enum("A", ["X", "Y"], start=5)), list(Enum("B", {"P": "p", "Q": "q"})), list(IntEnum("C", [("M", 3)])), list(Enum("D", "A,B", type=str))[0])
say(list(Flag("F", "A B C")), Enum("E", "A", module="mod").__module__)


class Base(Enum):
    def describe(self):
        return f"<{self.name.lower()}>"


class Derived(Base):
    A = 1
    B = 2


say(Derived.A.describe(), isinstance(Derived.A, Base), list(Base), Derived.B)


class Mixin:
    def hello(self):
        return "hello " + self.name


class Mixed(Mixin, Enum):
    A = 1


class MixedInt(Mixin, IntEnum):
    B = 2


say(Mixed.A.hello(), MixedInt.B.hello(), MixedInt.B + 1, repr(MixedInt.B), MixedInt.B)


class Strange(Enum):
    A = 1

    def __str__(self):
        return "strange"

    def __repr__(self):
        return "STRANGE"

    def __eq__(self, other):
        return self is other or other == "A"

    __hash__ = Enum.__hash__


say(Strange.A, [Strange.A], Strange.A == "A", f"{Strange.A}")


class Nested:
    class Inner(Enum):
        A = 1


say(Nested.Inner.A, repr(Nested.Inner.A), Nested.Inner.__qualname__)
say.raised(Nested.Inner, 7)


class True_(Enum):
    YES = True
    NO = False

    def __bool__(self):
        return self.value


say(bool(True_.NO), True_(True), list(True_))


class Accented(Enum):
    A = 1

    @enum.property
    def label(self):
        return "label of " + self.name

    @property
    def upper(self):
        return self.name


say(Accented.A.label, Accented.A.upper)
