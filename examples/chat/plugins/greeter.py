def reply(who, text):
    if "hello" in text:
        return f"Good day, {who}!"
