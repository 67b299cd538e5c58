from saying import Say

import sys
import traceback

say = Say()
lines = say.lines


def shown(text):
    """Leaves out what differs: marks below lines, and folders."""
    kept = [line.replace(__file__, "FILE") for line in text.split("\n") if line.strip(" ~^") or not line]
    say("\n".join(kept))


def fails(n):
    if n:
        return fails(n - 1)
    raise ValueError("deep")


def caught(function, *args):
    try:
        function(*args)
    except BaseException as error:
        return error


error = caught(fails, 2)
shown("".join(traceback.format_exception(error)))
shown("".join(traceback.format_exception(type(error), error, error.__traceback__)))
shown("".join(traceback.format_exception(error, limit=1)))
shown("".join(traceback.format_exception(error, limit=-1)))
shown("".join(traceback.format_tb(error.__traceback__)))
say(traceback.format_exception_only(error), traceback.format_exception_only(KeyError, KeyError("k")), traceback.format_exception_only(KeyboardInterrupt()))
try:
    fails(0)
except ValueError:
    shown(traceback.format_exc())
say([(one.lineno > 0, one.name, one.line) for one in traceback.extract_tb(error.__traceback__)])


def chained():
    try:
        {}["key"]
    except KeyError as first:
        try:
            raise TypeError("second") from first
        except TypeError:
            raise OSError("third")


def without():
    try:
        {}["key"]
    except KeyError:
        raise TypeError("alone") from None


shown("".join(traceback.format_exception(caught(chained))))
shown("".join(traceback.format_exception(caught(chained), chain=False)))
shown("".join(traceback.format_exception(caught(without))))


class Own(Exception):
    pass


class Bad(Exception):
    def __str__(self):
        raise ValueError


noted = Own("noted")
noted.add_note("a note\nof two lines")
noted.add_note("another")
say(traceback.format_exception_only(noted), traceback.format_exception_only(Bad()), traceback.format_exception_only(Own()))
shown("".join(traceback.format_exception(ValueError("never raised"))))
shown("".join(traceback.format_exception(caught(fails, 12))))
same = caught(compile, "a = 1\nb = = 2\n", "code.py", "exec")
shown("".join(traceback.format_exception_only(same)).replace("invalid syntax", "SYNTAX").split("SyntaxError")[0])


class Out:
    text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass


out = Out()
traceback.print_exception(error, file=out)
try:
    fails(0)
except ValueError:
    traceback.print_exc(file=out)
traceback.print_tb(error.__traceback__, file=out)
shown(out.text)
stderr, sys.stderr = sys.stderr, Out()
try:
    traceback.print_exception(noted)
    text = sys.stderr.text
finally:
    sys.stderr = stderr
shown(text)


def stack():
    return traceback.extract_stack(limit=2), traceback.format_stack(limit=1)


frames, text = stack()
say([(one.name, one.line) for one in frames])
shown("".join(text))
