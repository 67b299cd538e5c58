# Loads modules fresh by importlib, as it is told: a request is one line of JSON on stdin, and so is its reply on stdout.
import importlib
import json
import os
import sys
import time

bytecode, *folders = sys.argv[1:]
sys.path[:0] = folders
replies = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def fresh(name, call=None):
    # The modules around it stay, as they do elsewhere.
    sys.modules.pop(name, None)
    start = time.perf_counter_ns()
    module = importlib.import_module(name)
    if call is not None:
        getattr(module, call)()
    return (time.perf_counter_ns() - start) / 1e9, module


def loads(work, name, times, call=None):
    sys.dont_write_bytecode = work == "source"
    # In an empty folder there is never any bytecode.
    sys.pycache_prefix = os.path.join(bytecode, work)
    return [fresh(name, call)[0] for _ in range(times)]


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def memory(name, times):
    loads("bytecode", name, 1)
    # The first ones fill what the allocator has at hand.
    alive = [fresh(name)[1] for _ in range(times)]
    before = resident()
    alive += [fresh(name)[1] for _ in range(times)]
    return max(resident() - before, 0) / times


def reply(work, name=None, times=0, call=None):
    if work == "version":
        return sys.implementation.name.replace("cpython", "CPython") + " " + sys.version.split()[0]
    if work == "memory":
        try:
            return memory(name, times)
        except OSError:
            return None
    return loads(work, name, times, call)


for line in sys.stdin:
    try:
        answer = {"ok": reply(**json.loads(line))}
    except BaseException as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), file=replies, flush=True)
