from saying import Say

import pkgutil
import sample

say = Say()
lines = say.lines

infos = list(pkgutil.iter_modules(sample.__path__, "sample."))
say(sorted((info.name, info.ispkg) for info in infos))
say(sorted(name for _, name, _ in pkgutil.iter_modules(sample.__path__)))
say(sorted(info.name for info in pkgutil.walk_packages(sample.__path__, "sample.")))
say("sample" in [info.name for info in pkgutil.iter_modules()])
try:
    list(pkgutil.iter_modules("sample"))
except ValueError as error:
    say(error)

say(pkgutil.get_data("sample", "data.txt"))
try:
    pkgutil.get_data("sample", "absent.txt")
except OSError:
    say("no such file")

import sample.one
say(pkgutil.resolve_name("sample.one") is sample.one, pkgutil.resolve_name("sample.one:Thing") is sample.one.Thing)
say(pkgutil.resolve_name("sample.one.Thing.__init__").__name__, pkgutil.resolve_name("sample:here"))
for name in ("absent", "sample:absent", "not a name"):
    try:
        pkgutil.resolve_name(name)
    except Exception as error:
        say(type(error).__name__)
say(pkgutil.extend_path(list(sample.__path__), "sample") == list(sample.__path__))
