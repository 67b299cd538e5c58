from saying import Say

import importlib
import importlib.util
import sys

say = Say()
lines = say.lines


def fails(what, *arguments):
    try:
        what(*arguments)
    except Exception as error:
        say(type(error).__name__, getattr(error, "name", None))
    else:
        say("nothing raised")


one = importlib.import_module("sample.one")
say(one.__name__, one is sys.modules["sample.one"], sys.modules["sample"].one is one)
say(importlib.import_module(".one", "sample") is one, importlib.import_module("..one", "sample.sub") is one)
for name in (".one", "absent", "sample.absent", "sample.one.deeper", "absent.deeper", ""):
    fails(importlib.import_module, name)
fails(importlib.import_module, "...one", "sample")
say(importlib.__import__("sample.sub.leaf").__name__, importlib.__import__("sample.sub.leaf", fromlist=["Thing"]).__name__)

spec = importlib.util.find_spec("sample.sub")
say(spec.name, spec.parent, spec.submodule_search_locations is not None, spec.loader is not None)
say(importlib.util.find_spec("absent"), importlib.util.find_spec("sample.absent"), importlib.util.find_spec(".one", "sample").name)
fails(importlib.util.find_spec, "sample.one.deeper")
fails(importlib.util.find_spec, ".one")
say(importlib.util.resolve_name("a.b", None), importlib.util.resolve_name(".b", "a"), importlib.util.resolve_name("..b", "a.c"))
fails(importlib.util.resolve_name, "..b", "a")

say(one.count, importlib.reload(one) is one, one.count, one.__name__)
fails(importlib.reload, "sample.one")
fails(importlib.reload, type(sys)("sample.one"))

spec = importlib.util.find_spec("sample.one")
other = importlib.util.module_from_spec(spec)
say(hasattr(other, "count"), other.__name__, other.__spec__ is spec)
spec.loader.exec_module(other)
say(other is one, other.count, other.Thing is one.Thing, sys.modules["sample.one"] is one)
importlib.invalidate_caches()
say(importlib.util.spec_from_loader("made", None, origin="nowhere").origin)
