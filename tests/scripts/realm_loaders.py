# What code does with a module's loader by itself: running it in a bare module object, importing by it, reading beside it.
# file: pk/__init__.py
# file: pk/part.py
# | """The doc."""
# | word = __name__
# | runs = []
# | def own(): return word
# file: pk/probe.py
# | import sys
# | import pk.part
# | loader = pk.part.__loader__
# | def refused(act, *args):
# |     try: act(*args)
# |     except (ImportError, OSError) as error: return type(error).__name__
# | def bare():
# |     module = type(sys)("pk.part")
# |     loader.exec_module(module)
# |     return module.own(), module is not pk.part, module.runs is not pk.part.runs, hasattr(module, "__file__")
# | def loaded(): return loader.load_module("pk.part") is sys.modules["pk.part"]
# | def wrong(): return refused(loader.exec_module, type(sys)("other")), refused(loader.load_module, "pk"), refused(loader.get_source, "pk")
# | def absent(): return refused(loader.get_data, pk.part.__file__ + ".txt"), loader.get_data(pk.part.__file__)[:3]
# | def path():
# |     try:
# |         from pk.part import nothing
# |     except ImportError as error:
# |         return error.name, error.path == pk.part.__file__
# > ('pk.part', True, True, False) True
# > ('ImportError', 'ImportError', 'ImportError') ('FileNotFoundError', b'"""')
# > ('pk.part', True)
# > False
# > ('pk.part', True, True, False) True
# > ('ImportError', 'ImportError', 'ImportError') ('FileNotFoundError', b'"""')
import exocet
import sys

def show(probe):
    print(probe.bare(), probe.loaded())
    print(probe.wrong(), probe.absent())

realm = exocet.Realm("pk").loadNamed("pk.probe")
show(realm)
# That of a shared module is the interpreter's, which names no file where it has no access to the host.
print(realm.path())
print("pk.part" in sys.modules)
import pk.probe
show(pk.probe)
