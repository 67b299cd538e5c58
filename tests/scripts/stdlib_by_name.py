# What the standard library finds by the name of a class's module is found in a fresh module too: while it runs and
# later, for two instances at once, and without a trace.
# file: shapes.py
# | from __future__ import annotations
# | import abc, dataclasses, enum, functools, inspect, sys, typing, unittest.mock, warnings
# | from typing import ClassVar, NamedTuple
# | @dataclasses.dataclass
# | class Point:
# |     kinds: ClassVar[list[Kind]] = []
# |     start: dataclasses.InitVar[int]
# |     x: int = 0
# |     other: Point | None = None
# |     def __post_init__(self, start): self.x += start
# |     def move(self, by: Kind) -> Point: return self
# | class Kind(enum.Enum):
# |     ROUND = 1
# | @enum.global_enum
# | class Level(enum.IntEnum):
# |     LOW = 1
# | class Pair(NamedTuple):
# |     left: Point
# | class Typed(typing.TypedDict):
# |     point: Point
# | class Base(abc.ABC):
# |     @abc.abstractmethod
# |     def area(self): ...
# | @functools.singledispatch
# | def describe(thing): return "thing"
# | @describe.register
# | def _(thing: Point): return "point"
# | during = inspect.getmodule(Point).__dict__ is globals(), sorted(typing.get_type_hints(Point.move)), inspect.getsource(Kind)
# | def helper(): return "real"
# | def patched():
# |     with unittest.mock.patch.object(sys.modules.get(__name__) or Me, "helper", lambda: "patched"):
# |         return helper()
# | def warn():
# |     warnings.warn("careful", stacklevel=1)
# > (True, ['by', 'return'], 'class Kind(enum.Enum):\n    ROUND = 1\n')
# > 5 ['x', 'other'] {'a': 1} point thing
# > True True True True
# > True True True 1
# > class Point:
# > patched real
# > careful
# > PicklingError its module 'shapes' was loaded fresh, and who reads the pickle would not find that module by its name; a realm's modules can pickle what is the realm's
# > pickled in a realm: 7
# > [] True
import exocet
import copy, dataclasses, enum, inspect, pickle, sys, typing, unittest.mock, warnings

one, two = (exocet.loadNamed("shapes", exocet.pep302Mapper) for _ in range(2))
print(one.during)
fields = dataclasses.fields(one.Point)
print(one.Point(5).x, [field.name for field in fields], dataclasses.asdict(dataclasses.make_dataclass("Made", ["a"], module="shapes")(1)), one.describe(one.Point(1)), one.describe(two.Point(1)))
hints = [typing.get_type_hints(module.Point) for module in (one, two)]
print(hints[0]["other"] == one.Point | None, hints[1]["other"] == two.Point | None, typing.get_type_hints(one.Pair)["left"] is one.Point, typing.get_type_hints(two.Typed)["point"] is two.Point)
print(inspect.getmodule(one.Point) is one, inspect.getmodule(two.Point.move) is two, inspect.getmodule(two.Kind) is two, one.LOW)
print(inspect.getsource(two.Point).splitlines()[1])
one.Me = one
print(one.patched(), one.helper())
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    two.warn()
print(caught[0].message)
try:
    pickle.dumps(one.Point(2))
except pickle.PicklingError as error:
    print(type(error).__name__, str(error).split(": ", 1)[1])
assert copy.deepcopy(one.Point(3)).x == 3

class Pickling:
    pass
realm = exocet.Realm("shapes")
shapes = realm.loadNamed("shapes")
inside = realm.lookup("pickle")
print("pickled in a realm:", inside.loads(inside.dumps(shapes.Point(7))).x)
print([name for name in sys.modules if name == "shapes"], inside is not pickle)
