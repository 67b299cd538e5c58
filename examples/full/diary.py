"""Keeps what is written, and shows the last lines on request."""
import chat

lines = []


def reply(message):
    if message["text"] == "diary":
        return " | ".join(lines[-chat.settings.remembers:])
    lines.append(message["text"])


def save_state():
    return lines


def load_state(state):
    lines.extend(state)
