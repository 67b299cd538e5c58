"""CPython's part: does one kind of work so many times, and prints what that took in seconds; or how many bytes one more takes."""

import importlib
import os
import sys
import time
import types

kind, folder, text, normal, common, times, memory = sys.argv[1:]
sys.path.insert(0, folder)
# Else the first import writes it, and all others read it.
sys.dont_write_bytecode = kind == "cold import"
with open(os.path.join(folder, "plugin.py")) as file:
    source = file.read()
code = compile(source, "plugin.py", "exec")


def imported():
    sys.modules.pop("plugin", None)
    return importlib.import_module("plugin")


def by_hand(code):
    module = types.ModuleType("plugin")
    exec(code, module.__dict__)
    return module


load = {
    "cold import": imported,
    "warm import": imported,
    "cold by hand": lambda: by_hand(compile(source, "plugin.py", "exec")),
    "warm by hand": lambda: by_hand(code),
    "call": imported,
}[kind]
for plugin in [load(), load()]:
    assert plugin.normalise(text) == normal
    counter = plugin.Counter()
    counter.add(text)
    assert " ".join(counter.most_common(2)) == common
assert os.path.exists(os.path.join(folder, "__pycache__")) == (kind in ("warm import", "call"))


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if memory:
    kept = [load() for _ in range(1000)]
    before = resident()
    kept += [load() for _ in range(5000)]
    print((resident() - before) / 5000)
else:
    work = (lambda: plugin.normalise(text)) if kind == "call" else load
    began = time.perf_counter()
    for _ in range(int(times)):
        work()
    print(time.perf_counter() - began)
