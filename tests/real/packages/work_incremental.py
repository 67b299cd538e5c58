"""Compares versions and deprecates nothing."""
import incremental
from incremental import Version, getVersionString


def work():
    older, newer = Version("thing", 24, 7, 0, release_candidate=2), Version("thing", 24, 7, 0)
    assert older < newer < Version("thing", "NEXT", 0, 0) and newer == Version("thing", 24, 7, 0)
    try:
        older < Version("other", 1, 0, 0)
    except incremental.IncomparableVersions as error:
        reason = type(error).__name__
    post = Version("thing", 1, 2, 3, post=4, dev=5)
    return [older.public(), post.local(), repr(older), str(newer), getVersionString(newer), reason, incremental.__version__.public()]


def identity():
    return Version
