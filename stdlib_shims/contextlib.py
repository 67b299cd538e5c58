"""Stands for `contextlib` where the standard library is not embedded.

It leaves out everything asynchronous (`asynccontextmanager`, `AsyncExitStack`, `aclosing`), `chdir`, and the groups of
exceptions that `suppress` takes apart.
"""

import sys
from abc import ABC, abstractmethod
from functools import wraps


class AbstractContextManager(ABC):
    """What a `with` statement takes. Any class with the two methods counts as a subclass."""

    __class_getitem__ = classmethod(type(list[int]))
    __slots__ = ()

    def __enter__(self):
        return self

    @abstractmethod
    def __exit__(self, exc_type, exc_value, traceback):
        return None

    @classmethod
    def __subclasshook__(cls, other):
        if cls is not AbstractContextManager:
            return NotImplemented
        found = [next((base.__dict__[name] for base in other.__mro__ if name in base.__dict__), None)
                 for name in ("__enter__", "__exit__")]
        return True if None not in found else NotImplemented


class ContextDecorator:
    """Lets a context manager serve as a decorator: each call runs inside it."""

    def _recreate_cm(self):
        return self

    def __call__(self, func):
        @wraps(func)
        def inner(*args, **kwargs):
            with self._recreate_cm():
                return func(*args, **kwargs)

        return inner


class _GeneratorContextManager(ContextDecorator, AbstractContextManager):
    def __init__(self, func, args, kwargs):
        self.call = func, args, kwargs
        self.gen = func(*args, **kwargs)
        self.__doc__ = func.__doc__

    def _recreate_cm(self):
        func, args, kwargs = self.call
        return type(self)(func, args, kwargs)

    def __enter__(self):
        del self.call  # The arguments aren't kept alive any longer.
        try:
            return next(self.gen)
        except StopIteration:
            raise RuntimeError("generator didn't yield") from None

    def __exit__(self, kind, error, traceback):
        if kind is None:
            if self._advance(lambda: next(self.gen)):
                return False
            raise RuntimeError("generator didn't stop")
        error = kind() if error is None else error
        try:
            if self._advance(lambda: self.gen.throw(error)):
                return True
        except BaseException as raised:
            # A StopIteration that went through the generator comes out as the cause of a RuntimeError.
            wrapped = isinstance(raised, RuntimeError) and isinstance(error, StopIteration)
            if raised is not error and not (wrapped and raised.__cause__ is error):
                raise
            error.__traceback__ = traceback
            return False
        raise RuntimeError("generator didn't stop after throw()")

    def _advance(self, step):
        """Whether the generator ends in this step. Closes it if it doesn't."""
        try:
            step()
        except StopIteration:
            return True
        self.gen.close()
        return False


def contextmanager(func):
    """Makes a context manager of a generator function that yields once."""

    @wraps(func)
    def make(*args, **kwargs):
        return _GeneratorContextManager(func, args, kwargs)

    return make


class closing(AbstractContextManager):
    """Closes something at the end."""

    def __init__(self, thing):
        self._thing = thing

    def __enter__(self):
        return self._thing

    def __exit__(self, *exc_info):
        self._thing.close()


class nullcontext(AbstractContextManager):
    """Does nothing; gives what it was given."""

    def __init__(self, enter_result=None):
        self.enter_result = enter_result

    def __enter__(self):
        return self.enter_result

    def __exit__(self, *exc_info):
        pass


class suppress(AbstractContextManager):
    """Ends quietly on some exceptions."""

    def __init__(self, *exceptions):
        self._quiet = exceptions

    def __enter__(self):
        return None

    def __exit__(self, kind, error, traceback):
        return kind is not None and issubclass(kind, self._quiet)


class _Redirect(AbstractContextManager):
    def __init__(self, new_target):
        self._target, self._before = new_target, []

    def __enter__(self):
        self._before.append(vars(sys)[self._stream])
        return self._set(self._target)

    def __exit__(self, *exc_info):
        self._set(self._before.pop())

    def _set(self, target):
        setattr(sys, self._stream, target)
        return target


class redirect_stdout(_Redirect):
    """Sends what is printed somewhere else."""

    _stream = "stdout"


class redirect_stderr(_Redirect):
    """Sends what goes to `sys.stderr` somewhere else."""

    _stream = "stderr"


class ExitStack(AbstractContextManager):
    """Ends any number of context managers and callbacks, the newest first."""

    def __init__(self):
        self._exits = []

    def enter_context(self, cm):
        """Enters a context manager now and leaves it at the end."""
        kind = type(cm)
        if not (hasattr(kind, "__enter__") and hasattr(kind, "__exit__")):
            raise TypeError(f"'{kind.__module__}.{kind.__qualname__}' object does not support the context manager "
                            "protocol")
        result = kind.__enter__(cm)
        self.push(cm)
        return result

    def push(self, exit):
        """Leaves a context manager at the end, or calls a function with the arguments of `__exit__`."""
        method = getattr(type(exit), "__exit__", None)
        self._exits.append(exit if method is None else lambda *exc_info: method(exit, *exc_info))
        return exit

    def callback(self, callback, /, *args, **kwds):
        """Calls a function at the end."""

        def call(*exc_info):
            callback(*args, **kwds)

        self._exits.append(call)
        return callback

    def pop_all(self):
        """A new stack that takes over what this one would end."""
        other = type(self)()
        other._exits, self._exits = self._exits, []
        return other

    def close(self):
        """Ends all of it now."""
        self.__exit__(None, None, None)

    def __exit__(self, kind, error, traceback):
        given = error
        while self._exits:
            exit = self._exits.pop()
            try:
                if exit(None if error is None else type(error), error, error and error.__traceback__):
                    error = None
            except BaseException as raised:
                _put_behind(raised, error, given)
                error = raised
        if error is None or error is given:
            return given is not None and error is None
        context = error.__context__
        try:
            raise error
        except BaseException:
            error.__context__ = context
            raise


def _put_behind(raised, error, given):
    """Makes `error` the context of what an exit raised, as if `with` statements were nested; `given` stands there."""
    while raised.__context__ is not None:
        if raised.__context__ is given:
            raised.__context__ = error
        if raised.__context__ is error:
            return
        raised = raised.__context__
