"""Curries, pipes, groups and memoizes."""
import toolz
import toolz.curried as curried
from toolz import compose, curry, dicttoolz, excepts, groupby, memoize, partition_all, pipe, sliding_window
from toolz.sandbox import parallel  # noqa: F401


@curry
def add(a, b, c=0):
    return a + b + c


def work():
    calls = []
    square = memoize(lambda n: calls.append(n) or n * n)
    assert [square(3), square(3)] == [9, 9] and calls == [3]
    words = pipe("the cat sat on the mat", str.split, toolz.frequencies, curried.keyfilter(lambda word: len(word) > 2), curried.valmap(str), dict)
    nested = dicttoolz.assoc_in({"a": {"b": 1}}, ["a", "c"], 2)
    assert dicttoolz.get_in(["a", "x"], nested, "none") == "none" and add(1)(2) == 3
    groups = groupby(len, ["a", "bb", "c"])
    return [str(sorted(words.items())), str(nested), str(groups), str(list(partition_all(2, range(5)))), str(list(sliding_window(2, "abc"))),
            str(compose(add(1), add(2))(3)), str(excepts(ValueError, int, lambda error: -1)("x"))]


def identity():
    return toolz.curry
