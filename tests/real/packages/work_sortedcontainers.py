"""Keeps things sorted while they come and go."""
from sortedcontainers import SortedDict, SortedKeyList, SortedList, SortedSet


def work():
    numbers = SortedList((n * 37 % 101 for n in range(101)), )
    numbers._reset(8)
    for n in range(0, 101, 3):
        numbers.remove(n)
    numbers.update([5, 5, 500])
    numbers._check()
    words = SortedKeyList(["pear", "fig", "banana"], key=len)
    table = SortedDict({"b": 2, "a": 1, "c": 3})
    assert table.peekitem(0) == ("a", 1) and list(table.irange("b")) == ["b", "c"] and table.bisect("bb") == 2
    left, right = SortedSet("hello"), SortedSet("world")
    return [str(list(numbers[:8])), str(numbers.count(5)), str(numbers[-1]), str(list(words)), repr(left & right), repr(left ^ right), repr(table), str(numbers.index(50))]


def identity():
    return SortedList
