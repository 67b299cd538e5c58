from saying import Say

import collections
import copy

say = Say()
lines = say.lines

inner = [1, 2]
outer = {"a": inner, "b": (inner, 3), "c": {1}}
shallow, deep = copy.copy(outer), copy.deepcopy(outer)
say(shallow == outer, shallow is outer, shallow["a"] is inner, deep == outer, deep["a"] is inner, deep["a"] is deep["b"][0])
for value in (1, 1.5, "s", b"b", None, ..., True, (1, "a"), frozenset({1}), int, len, say.raised.__func__, range(3)):
    say(repr(value)[:12], copy.copy(value) is value, copy.deepcopy(value) == value)
cycle = [1]
cycle.append(cycle)
made = copy.deepcopy(cycle)
say(made[1] is made, made is cycle)
knot = ([],)
knot[0].append(knot)
made = copy.deepcopy(knot)
say(made[0][0] is made, made is knot)


class Plain:
    def __init__(self, items):
        self.items = items


class Slots:
    __slots__ = ("a", "b")


class Both(Slots):
    pass


class Custom:
    def __copy__(self):
        return "copied"

    def __deepcopy__(self, memo):
        return "deeply", type(memo).__name__


class State:
    def __getstate__(self):
        return {"kept": 1}

    def __setstate__(self, state):
        self.state = state


class Items(list):
    pass


class Table(dict):
    pass


plain = Plain([1])
say(copy.copy(plain).items is plain.items, copy.deepcopy(plain).items is plain.items, copy.deepcopy(plain).items)
slots = Slots()
slots.a = [1]
say(copy.copy(slots).a is slots.a, copy.deepcopy(slots).a, hasattr(copy.copy(slots), "b"))
both = Both()
both.a, both.c = 1, [2]
say(copy.deepcopy(both).a, copy.deepcopy(both).c, copy.copy(both).c is both.c)
say(copy.copy(Custom()), copy.deepcopy(Custom()), copy.copy(State()).state)
items = Items([[1]])
items.more = {}
made = copy.deepcopy(items)
say(type(made).__name__, made, made.more, made[0] is items[0], copy.copy(items)[0] is items[0])
table = Table(a=[1])
say(type(copy.copy(table)).__name__, copy.copy(table)["a"] is table["a"], copy.deepcopy(table), copy.deepcopy(table)["a"] is table["a"])
plain.myself = plain
say(copy.deepcopy(plain).myself is plain, type(copy.deepcopy(plain).myself).__name__)
default = collections.defaultdict(list, a=[1])
say(copy.copy(default), copy.deepcopy(default), copy.deepcopy(collections.deque([[1]], 3)))
say(list(copy.deepcopy(collections.OrderedDict(b=1, a=2)).items()), copy.copy(collections.Counter("aab")))
Pair = collections.namedtuple("Pair", "a b")
say(copy.deepcopy(Pair([1], 2)), copy.copy(Pair(1, 2)))
say(copy.deepcopy({1, 2}), copy.copy(bytearray(b"x")), repr(copy.copy(KeyError("k", 1))), copy.deepcopy([slice(1, 2)]))
bound = plain.__init__
say(copy.deepcopy(bound).__self__ is plain)
memo = {}
first = copy.deepcopy(inner, memo)
say(copy.deepcopy(inner, memo) is first, issubclass(copy.Error, Exception), copy.error is copy.Error)
say.raised(copy.copy, (i for i in ()), text=False)
say.raised(copy.deepcopy, copy, text=False)
