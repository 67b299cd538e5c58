"""Forgets values by use, by number and by a clock that is turned by hand."""
import cachetools
from cachetools import LFUCache, LRUCache, TTLCache, cached, cachedmethod
from cachetools.keys import hashkey


def work():
    recent = LRUCache(maxsize=2)
    recent.update(a=1, b=2)
    recent["a"], recent["c"] = recent["a"], 3
    frequent = LFUCache(maxsize=6, getsizeof=len)
    frequent["x"] = "abc"
    frequent["y"], _ = "de", frequent["x"]
    frequent["z"] = "fg"
    now, calls = [0], []
    timed = TTLCache(maxsize=10, ttl=5, timer=lambda: now[0])
    double = cached(timed, key=lambda n, **extra: hashkey(n), info=False)(lambda n, **extra: calls.append(n) or n * 2)
    assert [double(2), double(2, other=1)] == [4, 4] and calls == [2]
    now[0] = 6
    assert double(2) == 4 and len(calls) == 2
    try:
        frequent["long"] = "x" * 7
    except ValueError as error:
        return [str(sorted(recent)), str(sorted(frequent.items())), str(frequent.currsize), str(error), repr(sorted(timed)), cachedmethod.__name__]


def identity():
    return cachetools.Cache
