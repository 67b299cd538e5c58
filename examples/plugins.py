"""Plugins with bad manners, none of which keeps the others from their work.

    exocet run examples/plugins.py
"""

import os

import exocet

here = os.path.dirname(__file__)

# Plugins of one team may require one another. Each team has a version of the library, and its file names may be those of another.
for team, version in (("common", "v1"), ("alpha", "v1"), ("beta", "v2")):
    plugins = exocet.Plugins(
        path=[os.path.join(here, "plugins", team)],
        library=[os.path.join(here, "libraries", version)],
        limits={"time": 2},
    )
    plugins.configure("leans", requires="prints")
    for change in plugins.load():
        if change.error:
            print(f"{team}/{change.plugin} is {change.what}: {change.error}")
    for reply in plugins.call_all("reply", "Ann"):
        if reply.error is not None:
            print(f"{team}/{reply.plugin} failed: {type(reply.error).__name__}: {reply.error}")
        else:
            print(f"{team}/{reply.plugin} says {reply.result}")
    for status in plugins.status():
        if status.state == "loaded" and status.name not in plugins.order("reply"):
            print(f"{team}/{status.name} has no reply")
