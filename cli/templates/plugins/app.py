"""Asks each plugin, and says which of them failed: `exocet run app.py Ann`."""

import sys

import exocet

plugins = exocet.Plugins(path=["plugins"])
for change in plugins.load():
    if change.error is not None:
        print(f"{change.plugin} isn't loaded: {change.error}")
for reply in plugins.call_all("reply", sys.argv[1] if len(sys.argv) > 1 else "Ann"):
    print(f"{reply.plugin}: {reply.result if reply.error is None else reply.error}")
