# A proxy as an override: every form of import sees its replacements.
# file: app.py
# | import lib
# | import lib as renamed
# | import lib.part
# | from lib import value, other
# | from lib.part import name
# | def star():
# |     space = {}
# |     exec("from lib import *", space)
# |     return sorted(key for key in space if not key.startswith("__"))
# file: lib/__init__.py
# | value = "real"
# | other = "real too"
# file: lib/part.py
# | name = "part"
# > fake fake fake real too part part
# > True ['other', 'part', 'value'] real
import exocet
import lib

proxy = exocet.proxyModule(lib, value="fake")
app = exocet.loadNamed("app", exocet.pep302Mapper.withOverrides({"lib": proxy}))
print(app.lib.value, app.renamed.value, app.value, app.other, app.name, app.lib.part.name)
print(app.renamed is proxy, app.star(), lib.value)
