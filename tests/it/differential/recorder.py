"""What the modules of a case write down, in the same words under both importers."""

import sys
import types

_events = []
_known = []
_depth = 0
_starts = 0
_TOPS = ("p", "q", "r", "zz")


class Enough(BaseException):
    """Ends a case that would go on for ever. No case catches it."""


class Stand:
    """What a module may put into `sys.modules` in its own place."""

    x = 7

    def __init__(self, **values):
        vars(self).update(values)


def show(value):
    if isinstance(value, types.ModuleType):
        for at, known in enumerate(_known):
            if known is value:
                break
        else:
            at = len(_known)
            _known.append(value)
        return f"module {vars(value).get('__name__')!r} #{at}"
    if isinstance(value, types.FunctionType):
        return f"function of {value.__module__!r}"
    if isinstance(value, Stand):
        return "stand"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(map(show, value)) + "]"
    if value is None or isinstance(value, (bool, int, str)):
        return repr(value)
    return type(value).__name__


def record(*values):
    _events.append(" ".join(map(show, values)))
    if len(_events) > 300:
        raise Enough


def error(raised):
    """Only of an ImportError a part is compared beside the class: messages differ between versions of Python."""
    name = getattr(raised, "name", None) if isinstance(raised, ImportError) else None
    record("error", type(raised).__name__, name)


def start(name):
    global _starts
    _starts += 1
    record("start", name)
    if _starts > 40:
        raise Enough


def end(name):
    record("end", name)


def call(function, *arguments):
    """Calls a function that may lead back to itself."""
    global _depth
    if _depth > 3:
        return "deep"
    _depth += 1
    try:
        return function(*arguments)
    finally:
        _depth -= 1


def step(run):
    try:
        run()
    except Exception as raised:
        error(raised)
    except Enough:
        _events.append("enough")


def dump():
    """Everything that was written down, and all modules as they are in the end."""
    lines = list(_events)
    del _events[:]
    for name in sorted(name for name in sys.modules if name.partition(".")[0] in _TOPS):
        module = sys.modules[name]
        lines.append(f"{name}: {show(module)}")
        if not isinstance(module, types.ModuleType):
            continue
        values = vars(module)
        spec = values.get("__spec__")
        if spec is not None:
            lines.append(f"  spec {spec.name} {spec.parent} {bool(getattr(spec, '_initializing', False))}")
        lines.append(f"  package {values.get('__package__')!r} path {'__path__' in values}")
        for key in sorted(key for key in values if not key.startswith("_")):
            lines.append(f"  {key} = {show(values[key])}")
    return "\n".join(lines)
