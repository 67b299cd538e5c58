"""Stands for `textwrap` where the standard library is not embedded.

It has `dedent` and `indent`, and leaves out what breaks lines: `wrap`, `fill`, `shorten`, `TextWrapper`.
"""


def dedent(text):
    """Takes off the white space that all lines begin with. Blank lines become empty, and don't count."""
    lines = [line if line.strip(" \t") else "" for line in text.split("\n")]
    full = [line for line in lines if line]
    # What the smallest and the greatest line share, all between them share.
    first, last = (min(full), max(full)) if full else ("", "")
    margin = 0
    while margin < len(first) and first[margin] in " \t" and first[margin] == last[margin]:
        margin += 1
    return "\n".join(line[margin:] for line in lines)


def indent(text, prefix, predicate=None):
    """Puts a prefix before each line that isn't blank, or for which `predicate` holds."""
    predicate = predicate or str.strip
    return "".join(prefix + line if predicate(line) else line for line in text.splitlines(True))
