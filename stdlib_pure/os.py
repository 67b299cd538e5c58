"""Stands for `os` where the interpreter has no access to the host.

It has the names that work without one: paths as text, an environment of the program's own, random bytes. Any other name
of `os` is absent, so that `hasattr` and `try` find out what there is.
"""

import abc
import posixpath as path
import stat as st
import sys

from posix import F_OK, R_OK, W_OK, X_OK, environ, error, fspath, getcwd, getpid, listdir, lstat, stat, urandom

__all__ = [
    "F_OK", "PathLike", "R_OK", "W_OK", "X_OK", "altsep", "curdir", "defpath", "devnull", "environ", "error", "extsep",
    "fsdecode", "fsencode", "fspath", "getcwd", "getenv", "getpid", "linesep", "listdir", "lstat", "name", "pardir",
    "path", "pathsep", "sep", "stat", "urandom",
]

name = "posix"
sep, altsep, extsep, pathsep, linesep = "/", None, ".", ":", "\n"
curdir, pardir, defpath, devnull = ".", "..", "/bin:/usr/bin", "/dev/null"
supports_bytes_environ = False
sys.modules["os.path"] = path


def getenv(key, default=None):
    """What the program's own environment has under a name."""
    return environ.get(key, default)


def fsencode(filename):
    """A path as bytes."""
    filename = fspath(filename)
    return filename.encode("utf-8", "surrogateescape") if isinstance(filename, str) else filename


def fsdecode(filename):
    """A path as text."""
    filename = fspath(filename)
    return filename.decode("utf-8", "surrogateescape") if isinstance(filename, bytes) else filename


class PathLike(abc.ABC):
    """Whatever has `__fspath__`."""

    __slots__ = ()

    @abc.abstractmethod
    def __fspath__(self):
        raise NotImplementedError

    @classmethod
    def __subclasshook__(cls, subclass):
        if cls is PathLike:
            return any("__fspath__" in base.__dict__ for base in subclass.__mro__)
        return NotImplemented
