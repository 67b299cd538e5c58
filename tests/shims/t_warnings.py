from saying import Say

import sys
import warnings

say = Say()
lines = say.lines


def caught(act, *filters):
    with warnings.catch_warnings(record=True) as found:
        warnings.resetwarnings()
        for one in filters:
            warnings.simplefilter(*one)
        try:
            act()
        except Warning as error:
            say("raised", repr(error))
    say([(str(one.message), one.category.__name__) for one in found])
    return found


def two():
    for _ in range(2):
        warnings.warn("first")
    warnings.warn("other", DeprecationWarning)


before = list(warnings.filters)
[one, *_] = caught(two, ("always",))
say(one.filename == __file__, one.lineno, isinstance(one.message, UserWarning))
caught(two, ("ignore",))
caught(two, ("default",))
caught(two, ("once",))
caught(two, ("error",))
caught(two, ("always",), ("ignore", DeprecationWarning))
caught(two, ("always",), ("error", DeprecationWarning))
caught(lambda: warnings.warn(RuntimeWarning("instance")), ("always",))
caught(lambda: warnings.warn_explicit("explicit", FutureWarning, "file.py", 7), ("always",))
say(warnings.filters == before, warnings.formatwarning("text", UserWarning, "file.py", 3, "  code  "))


def filtered():
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", "plea", UserWarning)
        warnings.filterwarnings("ignore", category=FutureWarning)
        warnings.filterwarnings("error", "fatal", append=True)
        warnings.warn("Please don't")
        warnings.warn("please", RuntimeWarning)
        warnings.warn("future", FutureWarning)
        warnings.warn("fatal")
    say([str(one.message) for one in found])


filtered()
try:
    warnings.simplefilter("wrong")
except (AssertionError, ValueError):  # Which one differs between versions.
    say("refused")
say.raised(warnings.warn, "x", int, text=False)


class Out:
    text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def shown(message, category, filename, lineno, file=None, line=None):
    say("shown", message, category.__name__, lineno)


with warnings.catch_warnings():
    warnings.simplefilter("always")
    warnings.showwarning = shown
    warnings.warn("to my function")
say(warnings.showwarning is shown)
out, stderr = Out(), sys.stderr
sys.stderr = out
try:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn_explicit("to stderr", UserWarning, "nowhere.py", 3)
finally:
    sys.stderr = stderr
say(out.text)


def level():
    warnings.warn("where", stacklevel=2)


[one] = caught(lambda: level(), ("always",))
say(one.lineno > 0, one.line, one.source)
