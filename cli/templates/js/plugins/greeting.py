import page


def reply(name):
    if page.hour() < 12:
        return f"Good morning, {name}!"
    return f"Good day, {name}!"
