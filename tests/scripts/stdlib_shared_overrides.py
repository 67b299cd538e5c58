# An override reaches the module it was meant for: neither the standard library nor anybody else sees it.
# file: app.py
# | import time, xml.dom.minidom, threading
# | from xml.dom import minidom
# | def now():
# |     import time
# |     return time
# | def document():
# |     return xml.dom.minidom
# > fake time fake time fake dom fake dom
# > True True
# > True True True
# > True
import exocet
import sys
import time
import xml.dom
import xml.dom.minidom
import threading

real = xml.dom.minidom
mapper = exocet.pep302Mapper.withOverrides({"time": "fake time", "xml.dom.minidom": "fake dom"})
app = exocet.loadNamed("app", mapper)
print(app.time, app.now(), app.minidom, app.document())
print(app.threading is threading, threading._time is time.monotonic)
print(xml.dom.minidom is real, sys.modules["xml.dom.minidom"] is real, app.xml.dom.Node is xml.dom.Node)
# Meanwhile another thread imports as ever.
seen = []
def other():
    import json.tool, time
    seen.append(time)
thread = threading.Thread(target=other)
thread.start()
thread.join()
print(seen[0] is time)
