"""Compares what `exocet check` says of modules with whether `exocet load` loads them: of each module of the embedded standard
library, or of packages.

    exocet run verdicts.py EXOCET                    # the library
    exocet run verdicts.py EXOCET PACKAGES [NAME...] # all in the folder that `pip install --target` filled, or these

One process checks all of them, and another one loads them. Differences are explained in verdicts.json, by name: what a load
meets that isn't in the texts. Whatever else differs is printed and fails, and so does an explanation that nothing needs any more.
"""

import json
import os
import subprocess
import sys

import exocet

# These act when they are imported, or take the process with them.
ACTING = ("__main__", "antigravity", "this", "idlelib")

binary, *rest = sys.argv[1:]
folder, names = (rest[0], rest[1:]) if rest else (None, [])
if not folder:
    walked = exocet.walkModules(path=["<stdlib>"])
    names = [handle.name for handle in walked if not any(part in ACTING for part in handle.name.split("."))]
elif not names:
    names = [handle.name for handle in exocet.iterModules(path=[folder]) if handle.name != "__pycache__"]
place = ["--path", folder] if folder else []


def run(command, *arguments):
    done = subprocess.run([binary, command, *place, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return json.loads(done.stdout)


with open(os.path.join(os.path.dirname(__file__), "verdicts.json")) as file:
    explained = json.load(file)["packages" if folder else "library"]
loads = {item["name"]: item["ok"] and None or item["error"] for item in run("load", "--json", *names)}
checked = {name: None for name in names}
for item in run("check", "--json", *names):
    for name in item["prevents"]:
        checked[name] = f"{item['file']}:{item['line']} {item['verdict']} {item['name']}: {item['reason']}"
wrong = 0
for name in names:
    if (loads[name] is None) != (checked[name] is None):
        if name not in explained:
            wrong += 1
            print(f"{name}: the load says {loads[name]}, the check {checked[name]}")
    elif name in explained:
        wrong += 1
        print(f"{name}: its explanation isn't needed")
print(f"{len(names)} verdicts compared, {len(explained)} differences explained, {wrong} not")
sys.exit(bool(wrong))
