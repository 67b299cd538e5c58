"""Stands for `select` where the interpreter has no access to the host: there is nothing that could be waited for."""

__all__ = ["error", "select"]

error = OSError


def select(rlist, wlist, xlist, timeout=None, /):
    """Nothing gets ready. Without a timeout that would be a wait for ever."""
    if rlist or wlist or xlist or timeout is None:
        raise PermissionError(1, "there is nothing to wait for")
    return [], [], []
