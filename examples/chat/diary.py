"""Prints what is said, and tells it on request. What it knows is the host's."""
import chat


def reply(message):
    print(f"diary: line {message['line']}")
    if message["text"] == "diary":
        return " | ".join(entry["text"] for entry in chat.history(chat.settings.remembers))
