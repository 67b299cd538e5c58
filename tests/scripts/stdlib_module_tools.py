# Fresh modules get on with the standard library: dataclasses, enum, abc, singledispatch, inspect, mock, weakref; pickle says what is wrong.
# file: app.py
# | """An application."""
# | import dataclasses, enum, functools, typing, abc
# | @dataclasses.dataclass
# | class Point:
# |     x: int
# |     y: int = 2
# |     names: typing.ClassVar[list[str]] = []
# | class Color(enum.Enum):
# |     RED = 1
# | class Pair(typing.NamedTuple):
# |     a: int
# |     b: "Point"
# | class Base(abc.ABC):
# |     @abc.abstractmethod
# |     def go(self): ...
# | @functools.singledispatch
# | def kind(value): return "any"
# | @kind.register
# | def _(value: int): return "int"
# | def now(): return dataclasses
# > Point(x=1, y=2) True False False
# > <class 'int'> Pair(a=1, b=2)
# > int any True app
# > An application. (value) True
# > patched dataclasses
# > dataclasses
# > PicklingError Can't pickle <class 'app.Point'>: its module 'app' was loaded fresh, and who reads the pickle would not find that module by its name; a realm's modules can pickle what is the realm's
# > True
import exocet
import gc
import inspect
import pickle
import time
import typing
import weakref
from unittest import mock

one, two = (exocet.loadNamed("app", exocet.pep302Mapper) for _ in range(2))
print(one.Point(1), one.Point(1) == one.Point(1), one.Point(1) == two.Point(1), one.Color.RED is two.Color.RED)
print(typing.get_type_hints(one.Point)["y"], one.Pair(1, 2))
print(one.kind(1), one.kind(""), inspect.isabstract(one.Base), one.Point.__module__)
print(inspect.getdoc(one), inspect.signature(one.kind), inspect.getfile(one) == one.__file__)
with mock.patch.object(one, "dataclasses", "patched"):
    print(one.now(), two.now().__name__)
print(one.now().__name__)
try:
    print(pickle.loads(pickle.dumps(one.Point(1))))
except Exception as error:
    print(type(error).__name__, error)
alive = weakref.ref(one)
del one
# A collection does nothing while another interpreter of the process collects.
for _ in range(1000):
    if alive() is not None:
        time.sleep(0.01)
        gc.collect()
print(alive() is None)
