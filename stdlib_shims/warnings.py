"""Stands for `warnings` where the standard library is not embedded.

Which warnings are shown is decided in the interpreter; here are the filters, and how warnings look. `filterwarnings`
compares plain text, since there are no regular expressions: a message begins with it, whatever the case, and a
module is it. It leaves out `deprecated` for classes that are subclassed, and the options of the command line.
"""

import sys
from _warnings import _defaultaction as defaultaction
from _warnings import _filters_mutated_lock_held, filters, warn, warn_explicit
from _warnings import _onceregistry as onceregistry

from functools import wraps


class WarningMessage:
    """A warning and where it came from."""

    def __init__(self, message, category, filename, lineno, file=None, line=None, source=None, **ignored):
        self.message, self.category, self.filename, self.lineno = message, category, filename, lineno
        self.file, self.line, self.source = file, line, source

    def __str__(self):
        return (f"{{message : {self.message!r}, category : {self.category.__name__!r}, filename : {self.filename!r}, "
                f"lineno : {self.lineno}, line : {self.line!r}}}")


def formatwarning(message, category, filename, lineno, line=None):
    """A warning as text."""
    text = f"{filename}:{lineno}: {category.__name__}: {message}\n"
    return text + f"  {line.strip()}\n" if line else text


def showwarning(message, category, filename, lineno, file=None, line=None):
    """Writes a warning to `sys.stderr`; it may be replaced."""
    file = sys.stderr if file is None else file
    if file is not None:
        file.write(formatwarning(message, category, filename, lineno, line))


def _showwarnmsg(msg):
    """The interpreter calls this for a warning that is to be shown."""
    showwarning(msg.message, msg.category, msg.filename, msg.lineno, msg.file, msg.line)


class _Prefix:
    def __init__(self, text):
        self.text = text.lower()

    def match(self, text):
        return text.lower().startswith(self.text)

    def __eq__(self, other):
        return isinstance(other, _Prefix) and self.text == other.text


def filterwarnings(action, message="", category=Warning, module="", lineno=0, append=False):
    """Puts in front a filter that says what becomes of some warnings."""
    _check(action, category, lineno)
    _insert((action, _Prefix(message) if message else None, category, module or None, lineno), append)


def simplefilter(action, category=Warning, lineno=0, append=False):
    """Puts in front a filter that says what becomes of the warnings of a category."""
    _check(action, category, lineno)
    _insert((action, None, category, None, lineno), append)


def _check(action, category, lineno):
    if action not in ("default", "error", "ignore", "always", "all", "module", "once"):
        raise ValueError(f"invalid action: {action!r}")
    if not (isinstance(category, type) and issubclass(category, Warning)):
        raise TypeError("category must be a Warning subclass")
    if not isinstance(lineno, int) or lineno < 0:
        raise ValueError("lineno must be an int >= 0")


def _insert(item, append):
    if append and item in filters:
        return
    if item in filters:
        filters.remove(item)
    filters.insert(len(filters) if append else 0, item)
    _filters_mutated_lock_held()


def resetwarnings():
    """Removes all filters."""
    filters.clear()
    _filters_mutated_lock_held()


class catch_warnings:
    """Puts the filters back at the end; with `record`, collects the warnings in a list instead of showing them."""

    def __init__(self, *, record=False, module=None, action=None, category=Warning, lineno=0, append=False):
        self._record, self._filter = record, (action, category, lineno, append)
        self._before = None

    def __enter__(self):
        global showwarning, _showwarnmsg
        if self._before is not None:
            raise RuntimeError(f"Cannot enter {self!r} twice")
        self._before = filters[:], showwarning, _showwarnmsg
        caught = [] if self._record else None
        if self._record:
            _showwarnmsg = caught.append
        _filters_mutated_lock_held()
        if self._filter[0] is not None:
            simplefilter(*self._filter)
        return caught

    def __exit__(self, *exc_info):
        global showwarning, _showwarnmsg
        if self._before is None:
            raise RuntimeError(f"Cannot exit {self!r} without entering first")
        filters[:], showwarning, _showwarnmsg = self._before
        _filters_mutated_lock_held()


class deprecated:
    """Marks a function or a class whose use gives a warning."""

    def __init__(self, message, /, *, category=DeprecationWarning, stacklevel=1):
        self.message, self.category, self.stacklevel = message, category, stacklevel

    def __call__(self, arg, /):
        if self.category is None:
            arg.__deprecated__ = self.message
            return arg
        function = arg.__init__ if isinstance(arg, type) else arg

        @wraps(function)
        def warning(*args, **kwargs):
            warn(self.message, self.category, stacklevel=self.stacklevel + 1)
            return function(*args, **kwargs)

        if isinstance(arg, type):
            arg.__init__, warning = warning, arg
        warning.__deprecated__ = self.message
        return warning
