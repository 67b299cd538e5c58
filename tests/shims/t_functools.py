from saying import Say

import functools
from functools import cached_property, partial, singledispatch

say = Say()
lines = say.lines


def area(width: int, height: int = 2, *rest):
    "Width times height."
    return width * height


double = partial(area, height=2)
say(double(4), double.func is area, double.args, double.keywords, partial(partial(area, 3), 5)())
say(functools.reduce(lambda a, b: a * b, [1, 2, 3, 4]), functools.reduce(lambda a, b: a + b, [], 7))
say.raised(functools.reduce, max, [], text=False)
say(sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))


def traced(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return ["traced", function(*args, **kwargs)]

    return inner


area.mark = 1
wrapped = traced(area)
say(wrapped(2), wrapped.__name__, wrapped.__qualname__, wrapped.__doc__, wrapped.__module__, wrapped.mark)
say(wrapped.__wrapped__ is area, wrapped.__annotations__)


class Callable:
    def __call__(self):
        return 5


say(traced(Callable())())

calls = []


@functools.lru_cache(maxsize=2)
def square(n):
    "n squared"
    calls.append(n)
    return n * n


say([square(n) for n in (1, 2, 1, 3, 2)], calls, square.cache_info(), square.__name__, square.__doc__)
say(square.cache_parameters(), square.__wrapped__(9), square.cache_clear(), square.cache_info())


@functools.lru_cache
def plain(*args, **kwargs):
    return args, kwargs


say(plain(1, a=2), plain(1, a=2), plain.cache_info().hits, plain.cache_info().maxsize)
say.raised(plain, [], text=False)
say.raised(functools.lru_cache, "x")


@functools.lru_cache(typed=True)
def kind(x):
    return type(x).__name__


say(kind(1), kind(1.0), kind.cache_info().currsize)


@functools.cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


say(fib(60), fib.cache_info().maxsize, fib.cache_info().misses)


class Cached:
    def __init__(self):
        self.count = 0

    @cached_property
    def value(self):
        "The value."
        self.count += 1
        return self.count

    @functools.lru_cache(maxsize=None)
    def method(self, n):
        return n + 1


cached = Cached()
say(cached.value, cached.value, vars(cached), cached.method(1), Cached.value.__doc__, type(Cached.value) is cached_property)
del cached.value
say(cached.value)
cached.value = 9
say(cached.value)


class Slots:
    __slots__ = ()
    value = cached_property(lambda self: 1)


say.raised(lambda: Slots().value)


@functools.total_ordering
class Version:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return self.n == other.n if isinstance(other, Version) else NotImplemented

    def __lt__(self, other):
        return self.n < other.n if isinstance(other, Version) else NotImplemented


def ordered(name):
    def compare(self, other):
        return getattr(self.n, name)(other.n)

    return functools.total_ordering(type(name, (), {
        "__init__": Version.__init__, name: compare, "__eq__": lambda self, other: self.n == other.n}))


for cls in (Version, ordered("__lt__"), ordered("__le__"), ordered("__gt__"), ordered("__ge__")):
    found = []
    for a, b in ((1, 2), (2, 2), (3, 2)):
        a, b = cls(a), cls(b)
        found.append((a < b, a <= b, a > b, a >= b))
    say(cls.__name__, found)
say.raised(lambda: Version(1) <= 3, text=False)
say(Version.__ge__.__name__)
say.raised(functools.total_ordering, type("Nothing", (), {}))


@singledispatch
def show(value, *rest):
    "Shows it."
    return "anything"


@show.register
def _(value: int):
    return "int"


@show.register
def _(value: "list | tuple"):
    return "sequence"


@show.register(str)
def show_str(value):
    return "str"


show.register(type(None), lambda value: "nothing")


class Base:
    pass


class Derived(Base):
    pass


say(show(1), show(True), show([]), show(()), show("x"), show(None), show(1.5), show.__name__, show.__doc__)
say(show.dispatch(bool) is show.dispatch(int), show.registry[str] is show_str, show(Derived()))
show.register(Base)(lambda value: "base")
say(show(Derived()), sorted(cls.__name__ for cls in show.registry))
say.raised(show)
say.raised(show.register, 3, text=False)


import collections.abc as abcs


class Sized(Base):
    def __len__(self):
        return 3


class Both(Sized):
    def __contains__(self, value):
        return True


show.register(abcs.Sized, lambda value: "sized")
say(show({}), show(Sized()), show(Derived()))
show.register(abcs.Mapping, lambda value: "mapping")
say(show({}), show({1}))
show.register(abcs.Container, lambda value: "container")
say(show({}), show(Both()))
say.raised(show, {1}, text=False)


def recursive(n):
    return n


functools.update_wrapper(recursive, area, assigned=("__doc__",), updated=())
say(recursive.__doc__, recursive.__name__)
