from saying import Say

import collections
import collections.abc
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple

say = Say()
lines = say.lines

Point = namedtuple("Point", "x, y", defaults=[5])
say(Point(1), Point(1, 2), Point(y=3, x=4), Point._fields, Point._field_defaults, Point.__match_args__)
point = Point(1, 2)
say(point.x, point[1], *point, point == (1, 2), isinstance(point, tuple), point._asdict(), point._replace(x=9))
say(Point._make([7, 8]), Point.__name__, Point.__module__, Point.__doc__, Point.x.__doc__, hash(point) == hash((1, 2)))
say.raised(Point)
say.raised(Point, 1, 2, 3)
say.raised(Point, 1, z=2)
say.raised(Point._make, [1])
say.raised(lambda: setattr(point, "x", 1), text=False)
for wrong in (("P", "a a"), ("P", "_a"), ("P", "class"), ("P", "1"), ("for", "a")):
    say.raised(namedtuple, *wrong)
say.raised(namedtuple, "P", "a", defaults=[1, 2])
say(namedtuple("R", "a class _b a", rename=True)._fields, namedtuple("E", "")(), namedtuple("M", "a", module="here").__module__)
say(point.__getnewargs__(), Point.__new__.__name__, Point._make.__name__)


class Sub(Point):
    __slots__ = ()

    @property
    def sum(self):
        return self.x + self.y


say(Sub(1, 2), Sub(1, 2).sum, Sub(1, 2)._replace(x=5), type(Sub._make([1, 2])).__name__)
match point:
    case Point(x=1, y=other):
        say("matched", other)
match point:
    case Point(a, b):
        say("matched", a, b)

ordered = OrderedDict([("a", 1), ("b", 2), ("c", 3)])
ordered.move_to_end("a")
ordered.move_to_end("c", last=False)
say(list(ordered.items()), ordered.popitem(last=False), ordered.popitem(), list(reversed(ordered)), len(ordered))
say(OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1), OrderedDict(a=1, b=2) == dict(b=2, a=1))

groups = defaultdict(list)
groups["a"].append(1)
groups["a"].append(2)
say(groups, dict(groups), "b" in groups, groups.get("b"), groups.default_factory, groups.copy())
say.raised(lambda: defaultdict()["k"])

queue = deque([1, 2, 3], maxlen=3)
queue.append(4)
queue.appendleft(0)
queue.rotate(1)
say(queue, queue.maxlen, queue.pop(), queue.popleft(), queue[0], list(reversed(deque("abc"))), deque("ab") + deque("c"))

counter = Counter("abracadabra")
say(counter, counter["z"], counter.most_common(2), counter.total(), sorted(counter.elements()))
counter.update("aaz", b=3)
counter.subtract({"a": 2})
say(counter.most_common(), Counter(a=1, b=2), Counter({"a": 3}) + Counter(a=1, c=2), Counter(a=3, b=1) - Counter(a=1, b=2))
say(Counter(a=3, b=1) | Counter(a=1, b=2), Counter(a=3, b=1) & Counter(a=1, b=2), +Counter(a=-1, b=2), -Counter(a=-1, b=2))
say(Counter(a=1) == Counter(a=1, b=0), Counter(a=1) <= Counter(a=2), Counter(a=1) < Counter(a=1), Counter(a=1) != Counter())
say(Counter(), Counter(a="x", b=1), Counter.most_common(Counter("ab"), 0), counter.copy() == counter, type(counter.copy()).__name__)
del counter["absent"]
counter += Counter("q")
counter -= Counter("aaaaaaaaa")
say(sorted(counter.items()), Counter(a=1) == {"a": 1})
counter &= Counter("zq")
counter |= Counter("y")
say(sorted(counter.items()))
say.raised(Counter.fromkeys, "ab", text=False)
say.raised(lambda: Counter(a=1) + {"a": 1}, text=False)
say(Counter(1 for _ in range(3)), Counter(dict(a=2)), isinstance(counter, dict))

chain = ChainMap({"a": 1}, {"a": 2, "b": 3})
say(chain["a"], chain["b"], len(chain), list(chain), chain, chain.get("z", 0), "b" in chain, dict(chain))
chain["b"] = 9
say(chain.maps, chain.parents, chain.new_child({"c": 1}), chain.new_child()["a"], chain.pop("b"), chain)
say.raised(lambda: chain.pop("b"))
say.raised(lambda: chain["z"])
say.raised(chain.__delitem__, "z")
say(chain | {"q": 1}, {"q": 1, "a": 0} | chain, chain == {"a": 1, "b": 3}, bool(ChainMap()), chain.copy())
chain.update(d=4)
chain.clear()
say(chain, ChainMap.fromkeys("ab"), sorted(chain.items()), isinstance(chain, collections.abc.MutableMapping))
