count = globals().get("count", 0) + 1


class Thing:
    def __init__(self, value):
        self.value = value
