from saying import Say

import sys

say = Say()
lines = say.lines

import sample.one
say(sys.modules["sample.one"] is sample.one, "sample.sub" in sys.modules, sys.modules.get("sample.sub"))
kept = sys.modules.pop("sample.one")
from sample import one
say(one is kept)
import sample.one as fresh
say(fresh is kept, fresh.count, sample.one is fresh)
sys.modules["sample.gone"] = None
try:
    import sample.gone
except ModuleNotFoundError as error:
    say(error.name)
sys.modules["sample.made"] = "anything"
from sample import made
import sample.made as again
say(made, again)
say(isinstance(sys.path, list), all(hasattr(finder, "find_spec") for finder in sys.meta_path))
say(isinstance(sys, type(sample)), sys.__name__, sys.maxsize > 0, "modules" in dir(sys), hasattr(sys, "absent"))
