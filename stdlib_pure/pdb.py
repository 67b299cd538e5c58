"""Stands for `pdb` where the interpreter has no terminal: to start the debugger is an `OSError`."""

__all__ = ["Pdb", "Restart", "pm", "post_mortem", "run", "runcall", "runeval", "set_trace"]


class Restart(Exception):
    """The program is to be started anew."""


def _refuse(name):
    def refused(*args, **kwargs):
        raise OSError(25, "there is no terminal to debug at")

    refused.__name__ = refused.__qualname__ = name
    return refused


class Pdb:
    """A debugger; none can be started."""

    __init__ = _refuse("__init__")


pm, post_mortem, run, runcall, runeval, set_trace = map(_refuse, ("pm", "post_mortem", "run", "runcall", "runeval", "set_trace"))
