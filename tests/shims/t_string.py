from saying import Say

import string

say = Say()
lines = say.lines

for name in "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits octdigits punctuation printable whitespace".split():
    say(name, repr(getattr(string, name)))
say(string.capwords("hello  big WORLD"), string.capwords("a-b-C", "-"))
