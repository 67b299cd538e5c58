"""Greets, and remembers whom it knows."""
import chat

state = {"known": []}


def reply(message):
    if "hello" not in message["text"].lower():
        return None
    who = message["who"]
    if who in state["known"]:
        return f"Hello again, {who}."
    state["known"].append(who)
    return f"Hello {who}, I am {chat.settings.name}."
