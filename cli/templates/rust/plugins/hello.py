import host


def reply(name):
    if host.hour() < 12:
        return f"Good morning, {name}!"
    return f"Good day, {name}!"
