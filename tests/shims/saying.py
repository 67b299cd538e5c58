"""What the scripts beside it share."""


class Say:
    """Called, it adds a line; `raised` adds what a call raises, by default with its text."""

    def __init__(self):
        self.lines = []

    def __call__(self, *values):
        self.lines.append(" ".join(map(str, values)))

    def raised(self, function, *args, text=True, **kwargs):
        try:
            self("no exception but", repr(function(*args, **kwargs)))
        except BaseException as error:
            self(type(error).__name__, error if text else "")
