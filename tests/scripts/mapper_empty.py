# The empty mapper finds nothing.
# file: app.py
# | import helper
# file: helper.py
# file: alone.py
# | value = len([1, 2])
# | def late():
# |     import sys
# file: pk/__init__.py
# file: pk/part.py
# | from . import other
# > sys False
# > sys | No module named 'sys'
# > helper False
# > helper | No module named 'helper'
# > exocet False
# > exocet | No module named 'exocet'
# > pk.part False
# > pk.part | No module named 'pk.part'
# > 2
# > ModuleNotFoundError sys
# > ModuleNotFoundError helper
# > ModuleNotFoundError pk
# > [] True True
# > given
import exocet

mapper = exocet.emptyMapper
for name in ("sys", "helper", "exocet", "pk.part"):
    print(name, mapper.contains(name))
    try:
        mapper.lookup(name)
    except ModuleNotFoundError as error:
        print(error.name, "|", str(error).partition(" (asked")[0])
alone = exocet.loadNamed("alone", mapper)
print(alone.value)
for attempt in (alone.late, lambda: exocet.loadNamed("app", mapper), lambda: exocet.loadNamed("pk.part", mapper)):
    try:
        attempt()
    except ImportError as error:
        print(type(error).__name__, error.name)
print(mapper.unused(), isinstance(mapper, exocet.IMapper), exocet.emptyMapper is exocet.empty_mapper)
print(exocet.loadNamed("app", mapper.withOverrides({"helper": "given"})).helper)
