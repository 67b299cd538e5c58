"""Stands for `_threading_local`, which serves where there is one thread: what belongs to that thread is all that there is."""


class local:
    """An object whose attributes belong to the one thread."""

    def __new__(cls, /, *args, **kwargs):
        if (args or kwargs) and cls.__init__ is object.__init__:
            raise TypeError("Initialization arguments are not supported")
        return super().__new__(cls)
