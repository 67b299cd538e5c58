"""Twisted's own plugins are listed and loaded fresh; and `twisted.plugin.getPlugins` finds, in a realm, what it finds under CPython.

    exocet run --path PACKAGES twisted_plugins.py PACKAGES

Each time that the folder of plugins has changed, a new realm and a new process of CPython are asked. Both write a `dropin.cache`, each
beside its own copy of the plugins.
"""

import json
import os
import subprocess
import sys
import tempfile

import exocet

packages = sys.argv[1]

handles = list(exocet.getModule("twisted.plugins").iterModules())
assert "twisted.plugins" not in sys.modules, "listing imported something"
modules = [exocet.load(handle, exocet.pep302Mapper) for handle in handles]
assert len(modules) > 15, len(modules)
assert not any(module is sys.modules.get(module.__name__) for module in modules)

FOUND = """
import json

from twisted.logger import globalLogBeginner
from twisted.plugin import getPlugins
from zope.interface import Interface

import bot
import bot.plugins


failed = set()


def note(event):
    if event.get("isError"):
        failed.add(event["failure"].type.__name__)


def found():
    globalLogBeginner.beginLoggingTo([note], discardBuffer=True, redirectStandardIO=False)
    tools = sorted((tool.name, tool.use(), type(tool).__module__) for tool in getPlugins(bot.ITool, bot.plugins))
    return json.dumps({"tools": tools, "failed": sorted(failed)})


if __name__ == "__main__":
    print(found())
"""
TOOL = """
from twisted.plugin import IPlugin
from zope.interface import implementer

from bot import ITool


@implementer(IPlugin, ITool)
class Tool:
    name = {name!r}

    def use(self):
        return {use!r}


tool = Tool()
"""
START = {
    "found.py": FOUND,
    "bot/__init__.py": "from zope.interface import Interface\n\n\nclass ITool(Interface):\n    pass\n",
    "bot/plugins/__init__.py": "from twisted.plugin import pluginPackagePaths\n__path__.extend(pluginPackagePaths(__name__))\n__all__ = []\n",
    "bot/plugins/hammer.py": TOOL.format(name="hammer", use="hits"),
    "bot/plugins/saw.py": TOOL.format(name="saw", use="cuts"),
    "bot/plugins/broken.py": "raise ValueError('this one is broken')\n",
    "bot/plugins/torn.py": "def torn(:\n",
    "bot/plugins/lacks.py": "import a_module_that_nobody_has\n",
}
# What changes each time, and the tools that are found then.
CHANGES = [
    ({}, {"hammer": "hits", "saw": "cuts"}),
    ({"bot/plugins/saw.py": TOOL.format(name="saw", use="rips")}, {"hammer": "hits", "saw": "rips"}),
    ({"bot/plugins/broken.py": TOOL.format(name="mended", use="works")}, {"hammer": "hits", "mended": "works", "saw": "rips"}),
    ({"bot/plugins/hammer.py": None}, {"mended": "works", "saw": "rips"}),
    ({"bot/plugins/saw.py": "def torn(:\n", "bot/plugins/drill.py": TOOL.format(name="drill", use="turns")}, {"drill": "turns", "mended": "works"}),
]


def change(folder, files):
    for path, text in files.items():
        path = os.path.join(folder, path)
        if text is None:
            os.remove(path)
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)


def in_a_realm(folder):
    realm = exocet.Realm(path=[folder, packages])
    return realm.loadNamed("found").found()


def in_cpython(folder):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([folder, packages]), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(["python3", "-m", "found"], env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return ran.stdout.strip()


with tempfile.TemporaryDirectory() as place:
    folders = [os.path.join(place, name) for name in ("realm", "cpython")]
    for folder in folders:
        change(folder, START)
    for files, tools in CHANGES:
        for folder in folders:
            change(folder, files)
        ours, theirs = in_a_realm(folders[0]), in_cpython(folders[1])
        assert ours == theirs, f"{ours} instead of {theirs}"
        uses = {name: use for name, use, _ in json.loads(ours)["tools"]}
        assert uses == tools, f"{uses} instead of {tools}"
        print(ours)
    assert not any(name.partition(".")[0] in ("bot", "found") for name in sys.modules), "plugins were imported globally"
print(f"{len(modules)} plugins of Twisted's, {len(CHANGES)} states of a folder as under CPython")
