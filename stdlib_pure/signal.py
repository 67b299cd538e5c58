"""Stands for `signal` where the interpreter has no access to the host: no signal comes, and none can be waited for."""

import enum
import posix


class Signals(enum.IntEnum):
    SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM = 1, 2, 3, 6, 9, 10, 11, 12, 13, 14, 15


class Handlers(enum.IntEnum):
    SIG_DFL, SIG_IGN = 0, 1


globals().update(Signals.__members__)
globals().update(Handlers.__members__)
NSIG = 65


def default_int_handler(signalnum, frame, /):
    """What Ctrl-C does."""
    raise KeyboardInterrupt


def getsignal(signalnum, /):
    """What happens at a signal."""
    return default_int_handler if Signals(signalnum) == 2 else Handlers.SIG_DFL


def signal(signalnum, handler, /):
    """No signal can be caught."""
    Signals(signalnum)
    raise PermissionError(1, "no signal comes here")


def valid_signals():
    return set(Signals)


raise_signal = posix._starts_process("raise_signal")
