from saying import Say

import collections.abc
from collections import OrderedDict, defaultdict, deque
from collections.abc import *

say = Say()
lines = say.lines

NAMES = """AsyncGenerator AsyncIterable AsyncIterator Awaitable Callable Collection Container Coroutine Generator
Hashable ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping MutableSequence MutableSet Reversible
Sequence Set Sized ValuesView""".split()
classes = [getattr(collections.abc, name) for name in NAMES]


def generator():
    yield


async def coroutine():
    pass


async def asynchronous():
    yield


running = coroutine()
samples = [
    1, "s", b"b", bytearray(), (), [], {}, set(), frozenset(), range(3), memoryview(b""), {}.keys(), {}.items(),
    {}.values(), iter([]), iter({}), reversed([]), generator(), generator, running, asynchronous(), len, object(), None, int,
    deque(), OrderedDict(), defaultdict(), zip(), map(len, []), enumerate([]), print,
]
for sample in samples:
    say(type(sample).__name__, *(name for name, cls in zip(NAMES, classes) if isinstance(sample, cls)))
running.close()
for name, cls in zip(NAMES, classes):
    say(name, *sorted(cls.__abstractmethods__), "|", *(base.__name__ for base in cls.__mro__[1:-1]))
say(isinstance(type.__dict__, Mapping), isinstance(type.__dict__, MutableMapping))
say(list[int], Iterable[int], Mapping[str, int].__args__, Callable[[int, str], bool], Callable[..., int])
say(Callable[[int], str].__args__, Callable[[], str].__origin__ is Callable, Generator[int, None, str], Callable[[], None])
say.raised(lambda: Callable[int], text=False)


class Unhashable:
    __hash__ = None

    def __iter__(self):
        return iter(())


say(isinstance(Unhashable(), Hashable), isinstance(Unhashable(), Iterable), isinstance(Unhashable(), Sized))
for cls in classes:
    if cls.__abstractmethods__:
        say.raised(cls, text=False)


class Numbers(Sequence):
    def __init__(self, *items):
        self.items = items

    def __getitem__(self, at):
        return self.items[at]

    def __len__(self):
        return len(self.items)


numbers = Numbers(3, 1, 2, 1)
say(list(numbers), 1 in numbers, 9 in numbers, list(reversed(numbers)), numbers.index(1), numbers.index(1, 2), numbers.count(1))
say.raised(numbers.index, 7, text=False)
match numbers:
    case [first, *rest]:
        say("sequence", first, rest)


class Items(MutableSequence):
    def __init__(self, items=()):
        self.items = list(items)

    def __getitem__(self, at):
        return self.items[at]

    def __setitem__(self, at, value):
        self.items[at] = value

    def __delitem__(self, at):
        del self.items[at]

    def __len__(self):
        return len(self.items)

    def insert(self, at, value):
        self.items.insert(at, value)


items = Items([1, 2])
items.append(3)
items.extend([4, 5])
items += [6]
items.remove(2)
say(items.items, items.pop(), items.pop(0))
items.reverse()
say(items.items)
items.extend(items)
say(items.items, items.clear(), items.items)


class Table(MutableMapping):
    def __init__(self, **kwds):
        self.content = {}
        self.update(kwds)

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

    def __repr__(self):
        return f"Table({self.content})"


table = Table(a=1, b=2)
say(table["a"], table.get("z"), "a" in table, "z" in table, list(table.keys()), list(table.items()), list(table.values()))
say(table.keys(), table.items(), table.values(), ("a", 1) in table.items(), 2 in table.values(), len(table.keys()))
say(table.keys() & {"a", "q"}, sorted(table.keys() | {"q"}), table.keys() - ["a"], table.keys() == {"a", "b"}, table == {"a": 1, "b": 2})
say(table.setdefault("a", 5), table.setdefault("c", 3), table.pop("c"), table.pop("c", "gone"), table != {"a": 1})
say.raised(table.pop, "c")
table.update([("d", 4)], e=5)
say(table, table.popitem(), table)
table.update(Table(x=9))
table.clear()
say(table, len(table))
say.raised(table.popitem, text=False)
say.raised(hash, table, text=False)
say.raised(reversed, table, text=False)
match Table(a=1, b=2):
    case {"a": one, **rest}:
        say("mapping", one, rest)


class Bag(MutableSet):
    def __init__(self, items=()):
        self.items = []
        for item in items:
            self.add(item)

    def __contains__(self, item):
        return item in self.items

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def add(self, item):
        if item not in self.items:
            self.items.append(item)

    def discard(self, item):
        if item in self.items:
            self.items.remove(item)

    def __repr__(self):
        return f"Bag({self.items})"


bag = Bag("abc")
say(bag & "bcd", bag | "cd", bag - {"a"}, bag ^ {"a", "d"}, {"a", "z"} - bag, {"a", "d"} & bag)
say(bag <= {"a", "b", "c", "d"}, bag < set("abc"), bag >= set("ab"), bag > set("ab"), bag == set("abc"), bag != set("ab"))
say(bag.isdisjoint("xyz"), bag._hash() == Bag("cba")._hash(), bag.pop(), bag)
bag |= "xy"
bag -= "x"
bag &= {"y", "b"}
bag ^= {"y", "q"}
say(bag, bag.remove("q"), bag.discard("q"), bag.clear(), bag)
say.raised(bag.remove, "q")
say.raised(bag.pop, text=False)
say.raised(lambda: bag < [1], text=False)


class Steps(Generator):
    def __init__(self):
        self.sent = []

    def send(self, value):
        self.sent.append(value)
        if len(self.sent) > 2:
            raise StopIteration
        return len(self.sent)

    def throw(self, typ, val=None, tb=None):
        return super().throw(typ, val, tb)


steps = Steps()
say(list(steps), steps.sent, steps.close(), iter(steps) is steps)
say.raised(steps.throw, KeyError("x"))


class Counted(Iterator):
    def __next__(self):
        raise StopIteration


say(list(Counted()), isinstance(Counted(), Iterable))
