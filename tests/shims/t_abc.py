from saying import Say

import abc

say = Say()
lines = say.lines


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self):
        """The area."""

    @property
    @abc.abstractmethod
    def name(self):
        """The name."""

    @classmethod
    @abc.abstractmethod
    def make(cls):
        """A new one."""


class Half(Shape):
    def area(self):
        return 2


class Whole(Half):
    name = "whole"

    @classmethod
    def make(cls):
        return cls()


say(sorted(Shape.__abstractmethods__), sorted(Half.__abstractmethods__), sorted(Whole.__abstractmethods__))
say.raised(Shape, text=False)
say.raised(Half, text=False)
say(Whole.make().area(), Whole().name, isinstance(Whole(), Shape), issubclass(Whole, Shape))
say(Shape.area.__isabstractmethod__, Shape.__dict__["name"].__isabstractmethod__, type(Shape) is abc.ABCMeta)


class Stranger:
    pass


say(isinstance(Stranger(), Shape), Shape.register(Stranger) is Stranger, isinstance(Stranger(), Shape))
say(issubclass(Stranger, Shape), isinstance(3, Shape))
say.raised(Whole.register, Shape)
say.raised(Shape.register, 3, text=False)
before = abc.get_cache_token()
Shape.register(type("Another", (), {}))
say(abc.get_cache_token() == before)


class Quacks(metaclass=abc.ABCMeta):
    @classmethod
    def __subclasshook__(cls, other):
        return hasattr(other, "quack") or NotImplemented


class Duck:
    def quack(self):
        pass


say(isinstance(Duck(), Quacks), issubclass(Stranger, Quacks))
say.raised(issubclass, 3, Quacks, text=False)
Half.name, Half.make = "half", classmethod(lambda cls: cls())
say(sorted(Half.__abstractmethods__), abc.update_abstractmethods(Half) is Half, sorted(Half.__abstractmethods__))
say(Half.make().area(), abc.update_abstractmethods(Stranger) is Stranger)


class Keyed(abc.ABC):
    def __init_subclass__(cls, key=None):
        cls.key = key


class Below(Keyed, key=7):
    pass


say(Below.key, abc.ABC.__slots__)
