/** The module that is loaded: 35 lines with a class, as a plugin may be. */
export const TEXT = `"""A plugin of 35 lines."""

NAMES = ["alpha", "beta", "gamma"]
TABLE = {name: index for index, name in enumerate(NAMES)}


class Plugin:
    """What the host calls."""

    name = "plugin"

    def __init__(self, config=None):
        self.config = dict(config or {})
        self.count = 0

    def run(self, text):
        self.count += 1
        words = [word.strip().lower() for word in text.split(",") if word]
        return {word: TABLE.get(word, -1) for word in words}

    @property
    def total(self):
        return self.count

    @staticmethod
    def fold(items, start=0):
        for item in items:
            if item is not None:
                start += item
        return start


default = Plugin({"level": 1})
result = default.run("alpha,Beta, delta")
assert Plugin.fold([1, 2, None, 3]) == 6
`;
