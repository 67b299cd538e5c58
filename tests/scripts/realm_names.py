# A module whose name no import statement can spell is loaded by its name, as `importlib.import_module` imports it.
# file: 1024/__init__.py
# | from . import part
# | from .part import word
# | name = __name__, part.__name__, word
# file: 1024/part.py
# | word = "numeric"
# file: my-tool/__init__.py
# | from .lib import word
# file: my-tool/lib.py
# | word = "dashed"
# file: two words.py
# | name = __name__
# file: über.py
# | name = __name__
# file: for.py
# | name = __name__
# > ('1024', '1024.part', 'numeric')
# > dashed dashed package
# > 1024.part two words über for
# > True numeric dashed
# > dashed numeric
# > True False
# > ['über']
import exocet
import importlib

mapper = exocet.pep302Mapper
print(exocet.loadNamed("1024", mapper).name)
print(exocet.loadPackageNamed("my-tool", mapper).word, exocet.loadNamed("my-tool.lib", mapper).word, exocet.getModule("my-tool").kind)
print(exocet.getModule("1024").load(mapper).part.__name__, *(exocet.loadNamed(name, mapper).name for name in ("two words", "über", "for")))
realm = exocet.Realm(["1024", "my-tool"])
print(realm.loadNamed("1024") is realm.loadNamed("1024"), realm.loadNamed("1024.part").word, exocet.loadNamed("my-tool", realm).word)
print(importlib.import_module("my-tool").word, importlib.import_module("1024").word)
print(mapper.contains("my-tool"), mapper.contains("my-tool.absent"))
# A listing leaves out what no import statement can spell.
print([module.name for module in exocet.iterModules() if module.name in ("1024", "my-tool", "two words", "über", "for")])
