# The script is __main__, under its own mapper; a module called __main__ is listed and loaded like any other.
# file: pk/__init__.py
# file: pk/__main__.py
# | import __main__
# | seen = __name__, __package__
# > __main__ True True True
# > ['pk.__main__']
# > ('pk.__main__', 'pk') True
import exocet
import sys
import __main__

print(__name__, __main__.exocet is exocet, sys.modules["__main__"] is __main__, bool(__builtins__))
print([module.name for module in exocet.getModule("pk").iterModules()])
main = exocet.loadNamed("pk.__main__", exocet.pep302Mapper)
print(main.seen, main.__main__ is __main__)
