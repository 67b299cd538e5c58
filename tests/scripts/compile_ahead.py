# Modules can be compiled ahead of their loads; whatever is wrong with one, its load says.
# file: pk/__init__.py
# file: pk/good.py
# | from .other import value
# file: pk/other.py
# | value = 1
# file: pk/bad.py
# | this is no Python
# > 1
# > SyntaxError
# > TypeError
import exocet

exocet.compileAhead(exocet.getModule("pk").walkModules())
exocet.compile_ahead([])
print(exocet.Realm("pk", exocet.emptyMapper).loadNamed("pk.good").value)
for act in [lambda: exocet.loadNamed("pk.bad", exocet.emptyMapper), lambda: exocet.compileAhead(["pk"])]:
    try:
        act()
    except (SyntaxError, TypeError) as error:
        print(type(error).__name__)
