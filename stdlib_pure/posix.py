"""Stands for `posix` where the interpreter has no access to the host: the functions that `os` and `importlib` expect.

What asks for a file says that there is none.
"""

from _exocet_entropy import urandom

# Where there is no operating system, `errno` is empty.
_ENOENT = 2

error = OSError
F_OK, X_OK, W_OK, R_OK = 0, 1, 2, 4

#: What the program puts there. There is no process whose environment it could be.
environ = {}


def fspath(path):
    """The text or bytes that a path is."""
    if isinstance(path, (str, bytes)):
        return path
    kind = type(path)
    try:
        method = kind.__fspath__
    except AttributeError:
        raise TypeError(f"expected str, bytes or os.PathLike object, not {kind.__name__}") from None
    shown = method(path)
    if isinstance(shown, (str, bytes)):
        return shown
    raise TypeError(f"expected {kind.__name__}.__fspath__() to return str or bytes, not {type(shown).__name__}")


def getcwd():
    """The root: there is nothing else to be in."""
    return "/"


def getpid():
    """A number, as programs mix it into names. There is one process."""
    return 1


def stat(path, *, dir_fd=None, follow_symlinks=True):
    """There is no file to tell of."""
    raise FileNotFoundError(_ENOENT, "there are no files", fspath(path))


def lstat(path, *, dir_fd=None):
    """There is no file to tell of."""
    return stat(path)


def listdir(path="."):
    """There is no folder to list."""
    return stat(path)
