# Imports a module anew as often as it is told, and prints how long that took in nanoseconds.
import importlib
import sys
import time

module, function, argument = sys.argv[1:4]
own = [name for name in sys.argv[4:]]
importlib.import_module(module)
for line in sys.stdin:
    began = time.perf_counter_ns()
    for _ in range(int(line)):
        for name in [name for name in sys.modules if name.split(".")[0] in own]:
            del sys.modules[name]
        getattr(importlib.import_module(module), function)(argument)
    print(time.perf_counter_ns() - began, flush=True)
