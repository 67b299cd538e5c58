"""Greets, and remembers whom it knows."""
import chat

known = []


def reply(message):
    if "hello" not in message["text"].lower():
        return None
    who = message["who"]
    if who in known:
        return f"Hello again, {who}."
    known.append(who)
    return f"Hello {who}, I am {chat.settings.name}."


def save_state():
    return known


def load_state(state):
    known.extend(state)
