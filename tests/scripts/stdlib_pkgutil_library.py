# `pkgutil.iter_modules()` lists the library too, which stands on no `sys.path`; in a realm as far as the realm's mapper passes it through.
# file: lister.py
# | import pkgutil
# | def listed(): return [(module.name, module.ispkg) for module in pkgutil.iter_modules() if module.name in ("html", "json", "colorsys", "lister")]
# > [('colorsys', False), ('html', True), ('json', True), ('lister', False)]
# > [('colorsys', False), ('html', True), ('json', True), ('lister', False)]
# > [('colorsys', False), ('json', True), ('lister', False)]
import exocet
import lister
import sys

path = [entry for entry in sys.path if "script" not in entry]
print(sorted(lister.listed()))
print(sorted(exocet.Realm(path=path).loadNamed("lister").listed()))
print(sorted(exocet.Realm(path=path, mapper=exocet.ExclusiveMapper(exocet.pep302Mapper, ["html"])).loadNamed("lister").listed()))
