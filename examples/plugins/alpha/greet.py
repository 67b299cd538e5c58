import phrases


def reply(name):
    return phrases.greeting(name)
