# The second session: a package of plugins is listed without importing it, and each is loaded under the mapper of choice.
# file: app/__init__.py
# | raise RuntimeError("not to be run")
# file: app/plugins/__init__.py
# | raise RuntimeError("not to be run")
# file: app/plugins/greeting.py
# | import api
# | plugin = api.register("greeting")
# file: app/plugins/farewell.py
# | import api
# | import secret
# | plugin = api.register("farewell")
# file: app/plugins/_skipped.txt
# file: api.py
# | def register(name):
# |     return "registered " + name
# file: secret.py
# > app.plugins.farewell registered farewell <fixture>/app/plugins/farewell.py
# > app.plugins.greeting registered greeting <fixture>/app/plugins/greeting.py
# > False False True
# > app.plugins.farewell FAREWELL
# > app.plugins.greeting GREETING
# > app.plugins.farewell lacks secret
# > app.plugins.greeting registered greeting
# > app.plugins.farewell lacks secret
# > app.plugins.greeting GREETING
# > app.plugins.farewell lacks api
# > app.plugins.greeting lacks api
import exocet
import sys

handles = list(exocet.getModule("app.plugins").iterModules())
for plugin in [exocet.load(handle, exocet.pep302Mapper) for handle in handles]:
    print(plugin.__name__, plugin.plugin, plugin.__file__)
print("app" in sys.modules, "app.plugins" in sys.modules, "api" in sys.modules)

# Another mapper gives them other modules, only certain ones, or none.
class Api:
    @staticmethod
    def register(name):
        return name.upper()
def attempt(mapper):
    for handle in handles:
        try:
            print(handle.name, exocet.load(handle, mapper).plugin)
        except ImportError as error:
            print(handle.name, "lacks", error.name)
attempt(exocet.pep302Mapper.withOverrides({"api": Api}))
attempt(exocet.ExclusiveMapper(exocet.pep302Mapper, ["secret"]))
attempt(exocet.DictMapper({"api": Api}))
attempt(exocet.emptyMapper)
