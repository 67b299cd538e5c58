version = 1


def greeting(name):
    return f"good day, {name}"
