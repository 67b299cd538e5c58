"""A plugin that counts words."""

LIMIT = 100
WORDS = {"the": 1, "a": 2, "of": 3}


def normalise(text):
    """Lower case, without punctuation."""
    return "".join(char for char in text.lower() if char.isalnum() or char == " ")


def count(text, *, limit=LIMIT):
    found = {}
    for word in normalise(text).split():
        found[word] = found.get(word, 0) + 1
        if len(found) >= limit:
            break
    return found


class Counter:
    """Counts over several texts."""

    def __init__(self, limit=LIMIT):
        self.limit = limit
        self.found = {}

    def add(self, text):
        for word, times in count(text, limit=self.limit).items():
            self.found[word] = self.found.get(word, 0) + times

    def most_common(self, n=3):
        return sorted(self.found, key=self.found.get, reverse=True)[:n]
