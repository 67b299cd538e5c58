from saying import Say

import contextlib
import io

say = Say()
lines = say.lines

text = io.StringIO("a\nb\n")
say(text.read(1), list(text), text.getvalue(), text.seek(0, io.SEEK_END), text.write("c"), text.getvalue(), text.tell())
say(io.BytesIO(b"xyz").read(2), isinstance(text, io.TextIOBase), isinstance(io.BytesIO(), io.BufferedIOBase), isinstance(text, io.IOBase))
say(io.TextIOWrapper(io.BytesIO(b"a\r\nb"), encoding="utf-8").readlines(), issubclass(io.UnsupportedOperation, OSError), io.DEFAULT_BUFFER_SIZE > 0)
with contextlib.redirect_stdout(io.StringIO()) as out:
    print("hello", 3)
say(repr(out.getvalue()))
with io.StringIO() as closed:
    pass
say.raised(closed.read, text=False)


class Upper(io.TextIOBase):
    def __init__(self):
        self.text = ""

    def writable(self):
        return True

    def write(self, text):
        self.text += text.upper()
        return len(text)


upper = Upper()
print("loud", file=upper)
say(repr(upper.text), upper.closed, upper.readable())
