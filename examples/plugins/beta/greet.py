from phrases import Phrase


def reply(name):
    return Phrase("good morning").to(name)
