"""Misbehaves, in the ways that plugins do."""


def reply(message):
    words = message["text"].split()
    if words == ["sum"]:
        return sum(words)
    if words == ["secrets"]:
        import os
        return os.environ["HOME"]
    if words == ["number"]:
        return 42
    if words == ["quit"]:
        raise SystemExit(3)
    return None
