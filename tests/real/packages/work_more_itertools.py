"""Peeks, cuts, buckets and merges iterables."""
import more_itertools
from more_itertools import *


def work():
    view = peekable("abc")
    assert view.peek() == "a" and view[1] == "b" and list(view) == ["a", "b", "c"] and not view
    even, odd = (list(part) for part in bucket_parts())
    spied, rest = spy("xyz", 2)
    assert spied == ["x", "y"] and "".join(rest) == "xyz" and ilen(x for x in "four") == 4
    try:
        one([1, 2])
    except ValueError as error:
        reason = str(error)
    return [str(list(chunked(range(5), 2))), str(even + odd), str(list(windowed("abcd", 3))), "".join(interleave_longest("ace", "bd")), reason,
            str(list(split_when([1, 2, 4, 5, 9], lambda a, b: b != a + 1))), str(list(collapse([1, [2, ["three"]]]))), more_itertools.peekable.__module__]


def bucket_parts():
    buckets = bucket(range(6), key=lambda n: n % 2)
    return buckets[0], buckets[1]


def identity():
    return peekable
