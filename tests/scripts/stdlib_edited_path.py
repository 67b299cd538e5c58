# A package may change its __path__ as it runs: its realm follows, and its handle, which never runs it, tells what is on the disk.
# file: pk/__init__.py
# | __path__.append("<fixture>/more")
# | from . import extra
# file: pk/own.py
# file: more/extra.py
# | value = "extra"
# file: pathless/__init__.py
# | del __path__
# file: pathless/part.py
# > ['pk.own']
# > extra pk.extra True
# > ['extra', 'own']
# > ['pathless', 'pathless.part']
# > False
import exocet
import pkgutil

print([module.name for module in exocet.getModule("pk").iterModules()])
pk = exocet.loadPackageNamed("pk", exocet.emptyMapper).loadNamed("pk")
print(pk.extra.value, pk.extra.__name__, pk.__path__[1:] == ["<fixture>/more"])
print(sorted(module.name for module in pkgutil.iter_modules(pk.__path__)))
print([module.name for module in exocet.getModule("pathless").walkModules()])
print(hasattr(exocet.loadNamed("pathless", exocet.emptyMapper), "__path__"))
