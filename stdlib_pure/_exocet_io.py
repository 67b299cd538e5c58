"""Files, where the interpreter has no access to the host: `open`, `open_code` and `FileIO`.

They are those of the sources that were handed in, and can be read only.
"""

import _io
from _exocet_files import read
from posix import _EBADF, _EINVAL, _checked, _error, _refuse_to_write, _text, fspath


class FileIO(_io._RawIOBase):
    """A file that is read byte by byte. All of it is in memory."""

    closefd, _blksize = True, _io.DEFAULT_BUFFER_SIZE

    def __init__(self, file, mode="r", closefd=True, opener=None):
        if set(mode) - set("rwaxb+"):
            raise ValueError(f"invalid mode: {mode}")
        if sum(mode.count(char) for char in "rwax") != 1 or mode.count("+") > 1:
            raise ValueError("Must have exactly one of create/read/write/append mode and at most one plus")
        if isinstance(file, int):
            if file < 0:
                raise ValueError("negative file descriptor")
            raise _error(_EBADF)
        path = _text(file)
        if not closefd:
            raise ValueError("Cannot use closefd=False with file name")
        if opener is not None:
            # It has no descriptor to give.
            opener(file, 0)
            raise _error(_EBADF)
        if mode.strip("b") != "r":
            _refuse_to_write(file, exclusive="x" in mode)
        self._data, self._at, self.name = _checked(read(path), file), 0, file

    mode = property(lambda self: "rb")

    def _open_data(self):
        if self.closed:
            raise ValueError("I/O operation on closed file")
        return self._data

    def readable(self):
        return self._open_data() is not None

    def seekable(self):
        return self._open_data() is not None

    def writable(self):
        return self._open_data() is None

    def isatty(self):
        return self._open_data() is None

    def fileno(self):
        self._open_data()
        raise _io.UnsupportedOperation("a file of a source has no descriptor")

    def readall(self):
        rest = self._open_data()[self._at:]
        self._at += len(rest)
        return rest

    def read(self, size=-1, /):
        if size is None or size < 0:
            return self.readall()
        part = self._open_data()[self._at:self._at + size]
        self._at += len(part)
        return part

    def readinto(self, buffer, /):
        with memoryview(buffer).cast("B") as view:
            part = self.read(len(view))
            view[:len(part)] = part
        return len(part)

    def seek(self, offset, whence=0, /):
        data = self._open_data()
        if whence not in (0, 1, 2):
            raise _error(_EINVAL)
        at = offset + (0, self._at, len(data))[whence]
        if at < 0:
            raise _error(_EINVAL)
        self._at = at
        return at

    def tell(self):
        self._open_data()
        return self._at

    def write(self, data, /):
        self._open_data()
        raise _io.UnsupportedOperation("File not open for writing")

    def truncate(self, size=None, /):
        self._open_data()
        raise _io.UnsupportedOperation("File not open for writing")

    def close(self):
        super().close()
        self._data = None

    def __getstate__(self):
        raise TypeError(f"cannot pickle {type(self).__name__!r} instances")

    def __repr__(self):
        kind = type(self)
        what = "[closed]" if self.closed else f"name={self.name!r} mode={self.mode!r} closefd=True"
        return f"<{kind.__module__}.{kind.__qualname__} {what}>"


FileIO.__module__ = "_io"


def open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    """Opens a file to read it, as text or as bytes."""
    if not isinstance(file, int):
        file = fspath(file)
    for name, value, kinds in (("mode", mode, str), ("encoding", encoding, (str, type(None))), ("errors", errors, (str, type(None)))):
        if not isinstance(value, kinds):
            raise TypeError(f"open() argument {name!r} must be str, not {type(value).__name__}")
    if set(mode) - set("rwaxbt+") or len(set(mode)) < len(mode):
        raise ValueError(f"invalid mode: {mode!r}")
    if "b" in mode and "t" in mode:
        raise ValueError("can't have text and binary mode at once")
    if sum(char in mode for char in "rwax") != 1:
        raise ValueError("must have exactly one of create/read/write/append mode")
    if "b" in mode:
        for name, value in (("encoding", encoding), ("errors", errors), ("newline", newline)):
            if value is not None:
                raise ValueError(f"binary mode doesn't take an {name} argument".replace("an n", "a n"))
    elif buffering == 0:
        raise ValueError("can't have unbuffered text I/O")
    raw = FileIO(file, mode.replace("t", "").replace("b", ""), closefd, opener)
    if buffering == 0:
        return raw
    buffered = _io.BufferedReader(raw, buffering if buffering > 1 else _io.DEFAULT_BUFFER_SIZE)
    if "b" in mode:
        return buffered
    try:
        text = _io.TextIOWrapper(buffered, _io.text_encoding(encoding), errors, newline, buffering == 1)
    except BaseException:
        buffered.close()
        raise
    text.mode = mode
    return text


def open_code(path):
    """Opens a file of code, as bytes."""
    if not isinstance(path, str):
        raise TypeError(f"open_code() argument 'path' must be str, not {type(path).__name__}")
    return open(path, "rb")
