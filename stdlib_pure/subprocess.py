"""Stands for `subprocess` where the interpreter has no access to the host: to start a process is an `OSError`."""

from posix import _starts_process

__all__ = [
    "CalledProcessError", "CompletedProcess", "DEVNULL", "PIPE", "Popen", "STDOUT", "SubprocessError", "TimeoutExpired", "call",
    "check_call", "check_output", "getoutput", "getstatusoutput", "run",
]

PIPE, STDOUT, DEVNULL = -1, -2, -3


class SubprocessError(Exception):
    """What goes wrong with a process."""


class CalledProcessError(SubprocessError):
    """A process ended with another code than zero."""

    def __init__(self, returncode, cmd, output=None, stderr=None):
        self.returncode, self.cmd, self.output, self.stderr = returncode, cmd, output, stderr

    stdout = property(lambda self: self.output)

    def __str__(self):
        return f"Command {self.cmd!r} returned non-zero exit status {self.returncode}."


class TimeoutExpired(SubprocessError):
    """A process took too long."""

    def __init__(self, cmd, timeout, output=None, stderr=None):
        self.cmd, self.timeout, self.output, self.stderr = cmd, timeout, output, stderr

    stdout = property(lambda self: self.output)

    def __str__(self):
        return f"Command {self.cmd!r} timed out after {self.timeout} seconds"


class CompletedProcess:
    """How a process ended."""

    def __init__(self, args, returncode, stdout=None, stderr=None):
        self.args, self.returncode, self.stdout, self.stderr = args, returncode, stdout, stderr

    def check_returncode(self):
        if self.returncode:
            raise CalledProcessError(self.returncode, self.args, self.stdout, self.stderr)


class Popen:
    """A process; none can be started."""

    __init__ = _starts_process("__init__")
    __class_getitem__ = classmethod(type(list[int]))


run, call, check_call, check_output, getoutput, getstatusoutput = map(
    _starts_process, ("run", "call", "check_call", "check_output", "getoutput", "getstatusoutput")
)
