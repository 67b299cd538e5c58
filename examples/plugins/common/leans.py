import prints


def reply(name):
    return prints.reply(name).upper()
