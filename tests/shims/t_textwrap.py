from saying import Say

from textwrap import dedent, indent

say = Say()
lines = say.lines

for text in ("", "a", "  a\n  b", "  a\n    b\n", "\n  a\n\n   b\n   \n", "\ta\n  b", "\ta\n\tb", "  a\n b\n", "   ", " \n a\n", "  a\n\n\n  b",
             "\t a\n\t  b\n", "  x\r\n  y"):
    say(repr(dedent(text)))
    say(repr(indent(text, "> ")))
say(repr(indent("a\n\nb\n", "+", lambda line: True)), repr(indent("a\n", "+", None)), repr(indent("a\nbc\n", "-", lambda line: "b" in line)))
