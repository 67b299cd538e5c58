from saying import Say

import runpy

say = Say()
lines = say.lines

ran = runpy.run_module("sample", {"given": 5})
say(ran["ran"], ran["given"])
ran = runpy.run_module("sample.one", run_name="another")
say(ran["__name__"], ran["__package__"], ran["__spec__"].name, ran["count"], ran["Thing"].__module__)
for name in ("absent", "sample.absent", "sample.sub"):
    try:
        runpy.run_module(name)
    except ImportError as error:
        say(type(error).__name__)
