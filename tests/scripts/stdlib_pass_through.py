# The pass-through mapper finds the standard library, and modules that put others into sys.modules.
# file: app.py
# | import os.path
# | import os
# | import xml.dom.minidom
# | from collections import abc
# | import collections.abc as again
# | from concurrent.futures import ThreadPoolExecutor
# > True True True True
# > os True True
# > os.path True True
# > xml.dom.minidom True True
# > exocet True True
# > True False False
# > fake True True True
# > os module <stdlib>/os.py
# > json package <stdlib>/json/__init__.py
# > json.decoder module <stdlib>/json/decoder.py
# > email.mime.text module <stdlib>/email/mime/text.py
# > math module built-in
# > ['json', 'json.__main__', 'json.decoder', 'json.encoder', 'json.scanner', 'json.tool']
# > True False False
import exocet
import os.path
import sys
import xml.dom.minidom

app = exocet.loadNamed("app", exocet.pep302Mapper)
print(app.os is os, app.os.path is os.path, app.xml is xml, app.abc is app.again is sys.modules["collections.abc"])
for name in ("os", "os.path", "xml.dom.minidom", "exocet"):
    print(name, exocet.pep302Mapper.contains(name), exocet.pep302Mapper.lookup(name) is sys.modules[name])
print(exocet.pep302Mapper.contains("this"), "this" in sys.modules, exocet.pep302Mapper.contains("os.absent"))
math = exocet.pep302Mapper.withOverrides({"math": "fake"})
print(math.lookup("math"), math.lookup("sys") is sys, math.contains("math"), math.contains("json"))

# Handles of the standard library: found, and listed where they are found.
for name in ("os", "json", "json.decoder", "email.mime.text", "math"):
    handle = exocet.getModule(name)
    print(name, handle.kind, handle.filePath)
print([module.name for module in exocet.getModule("json").walkModules()])
top = {module.name: module for module in exocet.iterModules()}
print(top["os"] == exocet.getModule("os"), "json.decoder" in top, "antigravity" in sys.modules)
