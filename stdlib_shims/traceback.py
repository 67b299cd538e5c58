"""Stands for `traceback` where the standard library is not embedded.

It leaves out the marks below a line, suggestions, what is in a group of exceptions, and the classes
`TracebackException` and `StackSummary`.
"""

import sys
from itertools import groupby


class FrameSummary:
    """One line of a traceback."""

    def __init__(self, filename, lineno, name, line=None):
        self.filename, self.lineno, self.name, self.line = filename, lineno, name, line

    def __iter__(self):
        return iter((self.filename, self.lineno, self.name, self.line))

    def __getitem__(self, at):
        return tuple(self)[at]

    def __len__(self):
        return 4

    def __repr__(self):
        return f"<FrameSummary file {self.filename}, line {self.lineno} in {self.name}>"


def _summary(frame, lineno):
    return FrameSummary(frame.f_code.co_filename, lineno, frame.f_code.co_name, _line(frame.f_globals, lineno))


def _line(names, lineno):
    """A line of source, as the module's loader has it."""
    try:
        return names["__loader__"].get_source(names["__name__"]).splitlines()[lineno - 1].strip()
    except Exception:
        return ""  # It has no source, or no longer this line.


def _limited(frames, limit):
    return frames if limit is None else frames[:limit] if limit >= 0 else frames[limit:]


def extract_tb(tb, limit=None):
    """The lines of a traceback."""
    frames = []
    while tb is not None:
        frames.append((tb.tb_frame, tb.tb_lineno))
        tb = tb.tb_next
    return [_summary(*one) for one in _limited(frames, limit)]


def extract_stack(f=None, limit=None):
    """The lines where the calls are now, the outermost first."""
    f = sys._getframe(1) if f is None else f
    frames = []
    while f is not None:
        frames.append((f, f.f_lineno))
        f = f.f_back
    frames = frames[::-1]
    return [_summary(*one) for one in (frames if limit is None else frames[-limit:] if limit >= 0 else frames[:-limit])]


def format_list(extracted_list):
    """The text of such lines; many that are the same are counted."""
    shown = []
    for (filename, lineno, name, line), same in groupby(extracted_list, tuple):
        count = len(list(same))
        text = f'  File "{filename}", line {lineno}, in {name}\n' + (f"    {line.strip()}\n" if line else "")
        shown += [text] * min(count, 3)
        if count > 3:
            shown.append(f"  [Previous line repeated {count - 3} more time{'s' if count > 4 else ''}]\n")
    return shown


def format_tb(tb, limit=None):
    """The text of a traceback's lines."""
    return format_list(extract_tb(tb, limit))


def format_stack(f=None, limit=None):
    """The text of the lines where the calls are now."""
    return format_list(extract_stack(sys._getframe(1) if f is None else f, limit))


def format_exception_only(exc, /, value=None, **ignored):
    """The text of the exception itself, with its notes."""
    exc = value if value is not None else exc
    cls = type(exc)
    name = cls.__qualname__ if cls.__module__ in ("builtins", "__main__") else f"{cls.__module__}.{cls.__qualname__}"
    if exc is None:
        return ["NoneType: None\n"]
    shown = []
    if isinstance(exc, SyntaxError) and exc.lineno is not None:
        shown.append(f'  File "{exc.filename or "<string>"}", line {exc.lineno}\n')
        if exc.text:
            stripped = exc.text.strip()
            shown.append(f"    {stripped}\n")
            if exc.offset:
                at = max(exc.offset - 1 - (len(exc.text) - len(exc.text.lstrip())), 0)
                end = exc.end_offset or 0
                width = max(end - exc.offset, 1) if exc.end_lineno in (None, exc.lineno) else len(stripped) - at
                shown.append(f"    {' ' * at}{'^' * width}\n")
        text = exc.msg or "<no detail available>"
    else:
        try:
            text = str(exc)
        except Exception:
            text = "<exception str() failed>"
    shown.append(f"{name}: {text}\n" if text else f"{name}\n")
    notes = getattr(exc, "__notes__", None)
    for note in notes if isinstance(notes, (list, tuple)) else ():
        shown += [f"{line}\n" for line in str(note).split("\n")]
    return shown


_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


def format_exception(exc, /, value=None, tb=None, limit=None, chain=True, **ignored):
    """The text of an exception with its traceback, and before it those that led to it."""
    exc = value if value is not None else exc
    tb = tb if tb is not None else getattr(exc, "__traceback__", None)
    shown, seen = [], set()
    while True:
        seen.add(id(exc))
        text = ["Traceback (most recent call last):\n", *format_tb(tb, limit)] if tb is not None else []
        shown[:0] = text + format_exception_only(exc)
        cause, context = getattr(exc, "__cause__", None), getattr(exc, "__context__", None)
        before = cause if cause is not None else None if getattr(exc, "__suppress_context__", True) else context
        if not chain or before is None or id(before) in seen:
            return shown
        shown.insert(0, _CONTEXT if cause is None else _CAUSE)
        exc, tb = before, before.__traceback__


def format_exc(limit=None, chain=True):
    """The text of the exception that is being handled."""
    return "".join(format_exception(sys.exception(), limit=limit, chain=chain))


def _write(lines, file):
    file = sys.stderr if file is None else file
    if file is not None:
        file.write("".join(lines))


def print_tb(tb, limit=None, file=None):
    """Writes a traceback's lines."""
    _write(format_tb(tb, limit), file)


def print_stack(f=None, limit=None, file=None):
    """Writes the lines where the calls are now."""
    _write(format_stack(sys._getframe(1) if f is None else f, limit), file)


def print_exception(exc, /, value=None, tb=None, limit=None, file=None, chain=True, **ignored):
    """Writes an exception with its traceback."""
    _write(format_exception(exc, value, tb, limit, chain), file)


def print_exc(limit=None, file=None, chain=True):
    """Writes the exception that is being handled."""
    print_exception(sys.exception(), limit=limit, file=file, chain=chain)
