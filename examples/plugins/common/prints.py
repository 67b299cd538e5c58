print("loaded prints")


def reply(name):
    print("about to reply")
    return f"hello {name}"
