"""Stands for `posix` where the interpreter has no access to the host: the functions that `os` and `importlib` expect.

The files are those of the sources that were handed in. They can be read; whatever would change one is an `OSError` that says so.
"""

import _exocet_files
from _exocet_entropy import urandom
from _operator import itemgetter as _itemgetter

_EPERM, _ENOENT, _EBADF, _EEXIST, _ENOTDIR, _EINVAL, _ENOTTY, _EROFS, _ENOSYS = 1, 2, 9, 17, 20, 22, 25, 30, 38
_MESSAGES = {
    _EPERM: "Operation not permitted", _ENOENT: "No such file or directory", 5: "Input/output error", _EBADF: "Bad file descriptor",
    13: "Permission denied", _EEXIST: "File exists", _ENOTDIR: "Not a directory", 21: "Is a directory", _EINVAL: "Invalid argument",
    _ENOTTY: "Inappropriate ioctl for device", _EROFS: "Read-only file system", _ENOSYS: "Function not implemented",
    39: "Directory not empty",
}
#: The VM makes no choice by the number where there is no operating system.
_CLASSES = {
    _EPERM: PermissionError, _ENOENT: FileNotFoundError, 13: PermissionError, _EEXIST: FileExistsError, _ENOTDIR: NotADirectoryError,
    21: IsADirectoryError,
}
_S_IFDIR, _S_IFREG = 0o040000, 0o100000

error = OSError
F_OK, X_OK, W_OK, R_OK = 0, 1, 2, 4
O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC = 0, 1, 2, 0o100, 0o200, 0o1000
O_APPEND, O_NONBLOCK, O_DIRECTORY, O_NOFOLLOW, O_CLOEXEC = 0o2000, 0o4000, 0o200000, 0o400000, 0o2000000

#: There is no process whose environment it could be.
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


def strerror(code, /):
    """What the number of an error means."""
    return _MESSAGES.get(code, f"Unknown error {code}")


def getcwd():
    """The root: there is nothing else to be in."""
    return "/"


def getcwdb():
    return b"/"


def getpid():
    """A number, as programs mix it into names. There is one process."""
    return 1


def cpu_count():
    return 1


def _text(path):
    """A path as text."""
    if isinstance(path, int):
        raise _error(_EBADF)
    path = fspath(path)
    if isinstance(path, bytes):
        path = path.decode("utf-8", "surrogateescape")
    if "\0" in path:
        raise ValueError("embedded null byte")
    if not path:
        raise _error(_ENOENT, path)
    return path


def _error(code, *about):
    """The exception of a number."""
    return _CLASSES.get(code, OSError)(code, strerror(code), *about)


def _checked(answer, path):
    """The answer, unless it is the number of an error."""
    if type(answer) is int:
        raise _error(-answer, fspath(path))
    return answer


class stat_result(tuple):
    """What `stat` tells of a file. There are no times."""

    n_fields = n_sequence_fields = 10
    n_unnamed_fields = 3
    st_mode, st_ino, st_dev, st_nlink, st_uid, st_gid, st_size = (property(_itemgetter(at)) for at in range(7))
    st_atime, st_mtime, st_ctime = (property(lambda self, at=at: float(self[at])) for at in (7, 8, 9))
    st_atime_ns, st_mtime_ns, st_ctime_ns = (property(lambda self, at=at: self[at] * 10**9) for at in (7, 8, 9))
    st_blksize, st_blocks, st_rdev = 4096, property(lambda self: (self[6] + 511) // 512), 0

    def __repr__(self):
        names = ("mode", "ino", "dev", "nlink", "uid", "gid", "size", "atime", "mtime", "ctime")
        return f"os.stat_result({', '.join(f'st_{name}={value}' for name, value in zip(names, self))})"


def stat(path, *, dir_fd=None, follow_symlinks=True):
    """What there is to tell of a file or a folder."""
    is_folder, size, number = _checked(_exocet_files.stat(_text(path)), path)
    mode = _S_IFDIR | 0o555 if is_folder else _S_IFREG | 0o444
    return stat_result((mode, number, 1, 1, 0, 0, size, 0, 0, 0))


def lstat(path, *, dir_fd=None):
    """As `stat`: there are no links."""
    return stat(path)


def fstat(fd):
    """No file has a descriptor."""
    raise _error(_EBADF)


def readlink(path, *, dir_fd=None):
    """There are no links."""
    stat(path)
    raise _error(_EINVAL, fspath(path))


def access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True):
    """Whether a file can be used so."""
    answer = _exocet_files.is_folder(_text(path))
    return type(answer) is bool and not mode & W_OK and not (mode & X_OK and not answer)


def listdir(path=None):
    """The names in a folder."""
    path = "." if path is None else path
    names = [name for name, is_folder in _checked(_exocet_files.names(_text(path)), path)]
    return [name.encode() for name in names] if isinstance(fspath(path), bytes) else names


class DirEntry:
    """A name in a folder, with what stands there."""

    __slots__ = ("name", "path", "_is_folder")

    def __init__(self, name, path, is_folder):
        self.name, self.path, self._is_folder = name, path, is_folder

    def is_dir(self, *, follow_symlinks=True):
        return self._is_folder

    def is_file(self, *, follow_symlinks=True):
        return not self._is_folder

    def is_symlink(self):
        return False

    def is_junction(self):
        return False

    def stat(self, *, follow_symlinks=True):
        return stat(self.path)

    def inode(self):
        return stat(self.path).st_ino

    def __fspath__(self):
        return self.path

    def __repr__(self):
        return f"<DirEntry {self.name!r}>"


class _Scan:
    """What `scandir` gives."""

    def __init__(self, entries):
        self._entries = iter(entries)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._entries)

    def close(self):
        self._entries = iter(())

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def scandir(path=None):
    """The entries of a folder."""
    path = "." if path is None else path
    folder, answer = fspath(path), _checked(_exocet_files.names(_text(path)), path)
    slash, bare = (b"/", bytes.endswith) if isinstance(folder, bytes) else ("/", str.endswith)
    start = folder if bare(folder, slash) else folder + slash
    names = ((name.encode() if isinstance(folder, bytes) else name, is_folder) for name, is_folder in answer)
    return _Scan(DirEntry(name, start + name, is_folder) for name, is_folder in names)


def _refuse_to_write(path, exclusive=True):
    """Says why no file is made or written at a path, as a file system says it that can't be written to."""
    answer = _exocet_files.is_folder(text := _text(path))
    if answer is True and not exclusive:
        answer = -21
    elif type(answer) is bool:
        answer = -_EEXIST if exclusive else -_EROFS
    elif answer == -_ENOENT:
        above = _exocet_files.is_folder(text.rstrip("/").rpartition("/")[0] + "/" if "/" in text.rstrip("/") else "/")
        answer = -_EROFS if above is True else answer
    _checked(answer, path)


def mkdir(path, mode=0o777, *, dir_fd=None):
    """No folder can be made."""
    _refuse_to_write(path)


def open(path, flags, mode=0o777, *, dir_fd=None):
    """Files are opened by `open`; there are no descriptors."""
    if flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC):
        _refuse_to_write(path, exclusive=bool(flags & O_EXCL))
    stat(path)
    raise OSError(_ENOSYS, "files have no descriptors here", path)


def _changes(name):
    def change(path, *args, **kwargs):
        stat(path)
        raise _error(_EROFS, fspath(path))

    change.__name__ = change.__qualname__ = name
    return change


def _makes(name):
    def make(src, dst, *args, **kwargs):
        _refuse_to_write(dst)

    make.__name__ = make.__qualname__ = name
    return make


def _takes_descriptor(name):
    def take(fd, *args, **kwargs):
        raise _error(_EBADF)

    take.__name__ = take.__qualname__ = name
    return take


def _starts_process(name):
    def start(*args, **kwargs):
        raise PermissionError(_EPERM, "no process can be started or signalled")

    start.__name__ = start.__qualname__ = name
    return start


for _name in ("unlink", "remove", "rmdir", "rename", "replace", "chmod", "chown", "utime", "truncate", "chdir"):
    globals()[_name] = _changes(_name)
for _name in ("link", "symlink"):
    globals()[_name] = _makes(_name)
for _name in ("close", "read", "write", "lseek", "ftruncate", "fsync", "dup"):
    globals()[_name] = _takes_descriptor(_name)
for _name in ("system", "kill", "execv", "execve", "posix_spawn"):
    globals()[_name] = _starts_process(_name)
del _name


def isatty(fd, /):
    return False


class terminal_size(tuple):
    """The size of a terminal."""

    columns, lines = property(_itemgetter(0)), property(_itemgetter(1))

    def __repr__(self):
        return f"os.terminal_size(columns={self[0]}, lines={self[1]})"


def get_terminal_size(fd=1, /):
    """There is no terminal."""
    raise _error(_ENOTTY)
