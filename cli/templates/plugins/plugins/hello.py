import time


def reply(name):
    if time.localtime().tm_hour < 12:
        return f"Good morning, {name}!"
    return f"Good day, {name}!"
