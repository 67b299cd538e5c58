"""What a server does with texts."""

import re

__all__ = ["slug", "count"]


def slug(title):
    return "-".join(re.findall(r"\w+", title.lower()))


def count(text):
    words = re.findall(r"\w+", text.lower())
    return {word: words.count(word) for word in sorted(set(words))}
