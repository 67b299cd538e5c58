import os

import exocet

plugins = exocet.Plugins(path=[os.path.join(os.path.dirname(__file__), "plugins")])

def show(change):
    print(f"{change.plugin} is {change.what}" + (f": {change.error}" if change.error else ""))

plugins.on_change(show)
plugins.load()
while True:
    try:
        text = input("> ")
    except EOFError:
        break
    plugins.poll()
    for reply in plugins.call_all("reply", "Ann", text):
        if reply.error is not None:
            print(f"{reply.plugin} failed: {type(reply.error).__name__}: {reply.error}")
        elif reply.result is not None:
            print(f"{reply.plugin}: {reply.result}")
