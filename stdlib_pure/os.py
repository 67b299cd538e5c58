"""Stands for `os` where the interpreter has no access to the host.

It has the names that work without one: paths as text, the files of the sources, read-only, an environment of the program's own,
random bytes. What would change a file or start a process is an `OSError`. Any other name of `os` is absent, so that `hasattr` and
`try` find out what there is.
"""

import abc
import posix
import posixpath as path
import stat as st
import sys
from posix import *

__all__ = [
    *(_name for _name in dir(posix) if not _name.startswith("_")), "PathLike", "SEEK_CUR", "SEEK_END", "SEEK_SET", "altsep", "curdir",
    "defpath", "devnull", "extsep", "fdopen", "fsdecode", "fsencode", "get_exec_path", "getenv", "linesep", "makedirs", "name",
    "pardir", "path", "pathsep", "popen", "putenv", "removedirs", "renames", "sep", "supports_dir_fd", "supports_effective_ids",
    "supports_fd", "supports_follow_symlinks", "unsetenv", "walk",
]

name = "posix"
sep, altsep, extsep, pathsep, linesep = "/", None, ".", ":", "\n"
curdir, pardir, defpath, devnull = ".", "..", "/bin:/usr/bin", "/dev/null"
SEEK_SET, SEEK_CUR, SEEK_END = range(3)
supports_bytes_environ = False
supports_dir_fd = supports_effective_ids = supports_fd = supports_follow_symlinks = frozenset()
sys.modules["os.path"] = path
popen = posix._starts_process("popen")
removedirs, renames = rmdir, rename
#: `walk` is given it, to list links to folders among the files; there are no links.
_walk_symlinks_as_files = object()


class _Environ(dict):
    """What the program puts there; there is no process whose environment it could be."""

    def __setitem__(self, key, value):
        for text in (key, value):
            if not isinstance(text, str):
                raise TypeError(f"str expected, not {type(text).__name__}")
        super().__setitem__(key, value)


environ = _Environ()


def getenv(key, default=None):
    """What the program's own environment has under a name."""
    return environ.get(key, default)


def putenv(name, value, /):
    """The program's own environment is all that there is."""


def unsetenv(name, /):
    """The program's own environment is all that there is."""


def get_exec_path(env=None):
    """The folders in which programs are looked up."""
    return (environ if env is None else env).get("PATH", defpath).split(pathsep)


def fsencode(filename):
    """A path as bytes."""
    filename = fspath(filename)
    return filename.encode("utf-8", "surrogateescape") if isinstance(filename, str) else filename


def fsdecode(filename):
    """A path as text."""
    filename = fspath(filename)
    return filename.decode("utf-8", "surrogateescape") if isinstance(filename, bytes) else filename


def fdopen(fd, mode="r", buffering=-1, encoding=None, *args, **kwargs):
    """No file has a descriptor."""
    if not isinstance(fd, int):
        raise TypeError(f"invalid fd type ({type(fd)}, expected integer)")
    import io
    return io.open(fd, mode, buffering, encoding, *args, **kwargs)


def makedirs(name, mode=0o777, exist_ok=False):
    """No folder can be made; one that is there already may do."""
    if not (exist_ok and path.isdir(name)):
        head, tail = path.split(name)
        if not tail:
            head, tail = path.split(head)
        if head and tail and not path.exists(head):
            makedirs(head, exist_ok=exist_ok)
        mkdir(name, mode)


def walk(top, topdown=True, onerror=None, followlinks=False):
    """Each folder at and below `top`, with the names of the folders and of the files in it."""
    top = fspath(top)
    try:
        entries = list(scandir(top))
    except OSError as failed:
        if onerror is not None:
            onerror(failed)
        return
    folders = [entry.name for entry in entries if entry.is_dir()]
    files = [entry.name for entry in entries if not entry.is_dir()]
    if topdown:
        yield top, folders, files
    for folder in folders:
        yield from walk(path.join(top, folder), topdown, onerror, followlinks)
    if not topdown:
        yield top, folders, files


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

    __class_getitem__ = classmethod(type(list[int]))


PathLike.register(DirEntry)
