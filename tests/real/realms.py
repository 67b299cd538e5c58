"""Each package of the requirements at work in two realms at once.

Takes the folder of the packages, the folder of the scripts that work with them, and perhaps names of packages.
"""

import json
import os
import sys
import traceback

import exocet

packages, scripts, *names = sys.argv[1:]
with open(os.path.join(os.path.dirname(scripts), "expected.json")) as file:
    expected = json.load(file)
before = set(sys.modules)
failed = []
for name in names or sorted(expected):
    script = name if name.startswith("work_") else "work_" + name
    try:
        first, second = (exocet.Realm(path=[packages, scripts]) for _ in range(2))
        one, two = first.loadNamed(script), second.loadNamed(script)
        results = one.work(), two.work()
        want = expected[name]
        for result in results:
            assert json.loads(json.dumps(result)) == want, f"{result!r} instead of {want!r}"
        assert one.identity() is not two.identity(), "the realms share a class"
        print("ok    ", name, flush=True)
    except BaseException:
        failed.append(name)
        print("failed", name, flush=True)
        traceback.print_exc()
inside = [name for name in set(sys.modules) - before if getattr(sys.modules[name], "__file__", None) and str(sys.modules[name].__file__).startswith((packages, scripts))]
assert not inside, f"loaded globally: {inside}"
print(f"{len(names or expected) - len(failed)} of {len(names or expected)} work in two realms at once")
sys.exit(bool(failed))
