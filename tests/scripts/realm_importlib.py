# What importlib, pkgutil and runpy import by a name that they are given is the import of whoever calls them.
# file: pk/__init__.py
# file: pk/dynamic.py
# | import importlib, importlib.util, pkgutil, sys
# | sub = importlib.import_module("pk.sub")
# | again = importlib.import_module(".sub", __package__)
# | spec = importlib.util.find_spec("pk.other")
# | absent = importlib.util.find_spec("pk.absent")
# | shared = importlib.import_module("outside")
# | found = [info.name for info in pkgutil.iter_modules(sys.modules["pk"].__path__)]
# | named = pkgutil.resolve_name("pk.sub:word")
# | odd = importlib.import_module("pk.plus-minus").word
# file: pk/sub.py
# | word = ["sub"]
# file: pk/other.py
# | import pk.sub
# | count = globals().get("count", 0) + 1
# file: pk/reloads.py
# | import importlib, pk.other
# | before = pk.other.count
# | same = importlib.reload(pk.other) is pk.other
# | after = pk.other.count
# file: pk/made.py
# | import importlib.util
# | spec = importlib.util.find_spec("pk.other")
# | module = importlib.util.module_from_spec(spec)
# | spec.loader.exec_module(module)
# file: pk/runs.py
# | import runpy
# | result = runpy.run_module("pk.other", run_name="other")
# file: pk/plus-minus.py
# | word = "odd"
# file: outside.py
# file: over.py
# | import importlib
# | answer = importlib.import_module("outside")
# | try:
# |     importlib.import_module("denied.thing")
# | except ModuleNotFoundError as error:
# |     message = str(error)
# file: real.py
# | import importlib
# > True True True None
# > pk.other True True
# > ['dynamic', 'made', 'other', 'plus-minus', 'reloads', 'runs', 'sub'] ['sub']
# > 1 True 2
# > True True
# > other 1 True
# > odd True
# > stand-in
# > No module named 'denied.thing': denied by the exclusion of 'denied' (asked by over)
# > True
import exocet
import sys
import outside

realm = exocet.Realm("pk")
dynamic = realm.loadNamed("pk.dynamic")
sub = realm.loadNamed("pk.sub")
print(dynamic.sub is sub, dynamic.again is sub, "pk" not in sys.modules, dynamic.absent)
print(dynamic.spec.name, dynamic.spec.origin == exocet.getModule("pk.other").filePath, dynamic.shared is outside)
print([name for name in dynamic.found if name != "plus-minus"][:3] + ["plus-minus"] + [name for name in dynamic.found if name != "plus-minus"][3:], dynamic.named)
reloads = realm.loadNamed("pk.reloads")
print(reloads.before, reloads.same, reloads.after)
made = realm.loadNamed("pk.made")
print(made.module is not realm.loadNamed("pk.other"), made.module.pk.sub is sub)
result = realm.loadNamed("pk.runs").result
print(result["__name__"], result["count"], result["pk"].sub is sub)
print(dynamic.odd, "pk" not in sys.modules)

class StandIn:
    def __repr__(self): return "stand-in"
mapper = exocet.ExclusiveMapper(exocet.pep302Mapper, ["denied"]).withOverrides({"outside": StandIn()})
over = exocet.loadNamed("over", mapper)
print(over.answer)
print(over.message.split(",")[0] + ")")

# They are the shared modules.
print(exocet.loadNamed("real", exocet.pep302Mapper).importlib is exocet.pep302Mapper.lookup("importlib"))
