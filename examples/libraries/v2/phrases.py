version = 2


class Phrase:
    def __init__(self, text):
        self.text = text

    def to(self, name):
        return f"{self.text}, {name}"
