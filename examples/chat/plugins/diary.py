lines = []

def reply(who, text):
    if text == "diary":
        return f"{len(lines)} lines, the last one is {lines[-1]!r}"
    lines.append(text)

def save_state():
    return lines

def load_state(state):
    lines.extend(state)
