from saying import Say

import contextlib
import sys
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress

say = Say()
lines = say.lines


@contextmanager
def tag(name, swallow=()):
    "Says when it begins and ends."
    say("begin", name)
    try:
        yield name.upper()
    except swallow as error:
        say("swallowed", repr(error))
    finally:
        say("end", name)


with tag("a") as got:
    say(got)


def fails():
    with tag("b"):
        raise KeyError("k")


say.raised(fails)
with tag("c", ValueError):
    raise ValueError("v")
say(tag.__name__, tag.__doc__, tag("z").__doc__)


@tag("decorator")
def decorated(x):
    return x + 1


say(decorated(1), decorated(2), decorated.__name__)


@contextmanager
def broken(kind):
    if kind == "no yield":
        return
    try:
        yield
        if kind == "two yields":
            yield
    except Exception:
        if kind == "yield again":
            yield
        if kind == "other":
            raise OSError("other") from None
        raise


def use(kind, error=None):
    with broken(kind):
        if error is not None:
            raise error


say.raised(use, "no yield")
say.raised(use, "two yields")
say.raised(use, "yield again", KeyError(1))
say.raised(use, "other", KeyError(1))
say.raised(use, "fine", StopIteration("through"))
say.raised(use, "fine", RuntimeError("runtime"))


def traceback_length(error):
    count, tb = 0, error.__traceback__
    while tb:
        count, tb = count + 1, tb.tb_next
    return count


try:
    use("fine", KeyError("x"))
except KeyError as error:
    say(error, error.__context__, error.__cause__, traceback_length(error) > 0)


class Thing:
    def close(self):
        say("closed")


with closing(Thing()) as thing:
    say(type(thing).__name__)
with suppress(KeyError, ValueError):
    {}["x"]
with suppress():
    pass
say.raised(lambda: suppress(KeyError).__exit__(TypeError, TypeError(), None))
with nullcontext(3) as three, nullcontext() as nothing:
    say(three, nothing)


class Out:
    def __init__(self):
        self.text = []

    def write(self, text):
        self.text.append(text)

    def flush(self):
        pass


before, out, inner = sys.stdout, Out(), Out()
redirect = contextlib.redirect_stdout(out)
with redirect as target:
    print("hello")
    with contextlib.redirect_stdout(inner):
        print("inner")
    with redirect:
        print("again")
say(target is out, out.text, inner.text, sys.stdout is before)
with contextlib.redirect_stderr(out):
    print("error", file=sys.stderr)
say(out.text[-2:])


class Manager(contextlib.AbstractContextManager):
    def __exit__(self, *exc_info):
        say("manager", exc_info[0] and exc_info[0].__name__)


class Stranger:
    def __enter__(self):
        pass

    def __exit__(self, *exc_info):
        pass


with Manager() as manager:
    say(isinstance(manager, Manager))
say(isinstance(Stranger(), contextlib.AbstractContextManager), issubclass(int, contextlib.AbstractContextManager))
say.raised(contextlib.AbstractContextManager, text=False)

with ExitStack() as stack:
    say(stack.enter_context(tag("one")), stack.enter_context(tag("two")))
    stack.callback(say, "callback", 1)
    stack.push(lambda *exc_info: say("pushed", exc_info))
    stack.push(Manager())
    say(stack.callback(len, []) is len)
with ExitStack() as stack:
    stack.enter_context(suppress(KeyError))
    stack.push(lambda *exc_info: say("sees", exc_info[0].__name__))
    raise KeyError
with ExitStack() as stack:
    stack.callback(say, "kept")
    kept = stack.pop_all()
say("not yet")
kept.close()
say.raised(ExitStack().enter_context, 3)


def chain():
    with ExitStack() as stack:
        stack.callback(lambda: 1 / 0)
        stack.callback(lambda: {}["inner"])
        raise ValueError("first")


def contexts(function):
    try:
        function()
    except BaseException as error:
        found = []
        while error:
            found.append(f"{type(error).__name__}: {error}")
            error = error.__context__
        say(found)


def replaced():
    with ExitStack() as stack:
        stack.callback(lambda: 1 / 0)
        stack.push(lambda *exc_info: True)
        raise ValueError("first")


def without():
    with ExitStack() as stack:
        stack.callback(lambda: 1 / 0)
        stack.callback(lambda: {}["inner"])


def outer():
    try:
        raise OSError("outer")
    except OSError:
        chain()


contexts(chain)
contexts(replaced)
contexts(without)
contexts(outer)

import weakref


class Kept:
    pass


kept = Kept()
gone = weakref.ref(kept)
with contextmanager(lambda thing: (None for _ in [1]))(kept):
    del kept
    say(gone() is None)
