"""Plugin systems as they are, with plugins that Exocet finds, loads and replaces: pluggy, entry points, and stevedore.

    exocet run --path PACKAGES plugin_systems.py PACKAGES
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile

import exocet
import pluggy

packages = sys.argv[1]
here = os.path.dirname(os.path.abspath(__file__))


def write(folder, files):
    for path, text in files.items():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)


def the_page_is_right():
    """Runs the example of pluggy that the documentation has."""
    with open(os.path.join(here, "../../docs/src/plugins.md")) as file:
        _, _, rest = file.read().partition("```python pluggy\n")
    text, end, _ = rest.partition("```\n")
    assert end, "the page has no such example"
    exec(compile(text, "plugins.md", "exec"), {"__name__": "page"})


PLUGIN = """
import pluggy

hookimpl = pluggy.HookimplMarker("bot")


@hookimpl{rule}
def reply(who):
    return {word!r} + " " + who


@hookimpl(wrapper=True)
def whole(who):
    inner = yield
    return {word!r} + "(" + inner + ")"
"""


class Specs:
    """What a plugin of the bot may have."""

    @pluggy.HookspecMarker("bot")
    def reply(self, who):
        """A reply."""

    @pluggy.HookspecMarker("bot")(firstresult=True)
    def whole(self, who):
        """All of it."""


def with_pluggy(library):
    """Plugins that are written for pluggy, unchanged, in a manager. With `library`, each has a pluggy of its own."""
    with tempfile.TemporaryDirectory() as folder:
        rules = {"early": "(tryfirst=True)", "late": "(trylast=True)", "one": "", "two": ""}
        write(folder, {name + ".py": PLUGIN.format(rule=rule, word=name) for name, rule in rules.items()})
        write(folder, {"notes.py": "raise SystemExit('this is no plugin')\n"})
        plugins = exocet.Plugins(path=[folder], marker="@hookimpl", library=library)
        manager = pluggy.PluginManager("bot")
        manager.add_hookspecs(Specs)
        manager.register(sys.modules["__main__"], "host")

        def follow(change):
            if change.error:
                return
            for name in reversed(plugins.order()):
                if manager.has_plugin(name):
                    manager.unregister(name=name)
                manager.register(plugins[name], name)

        plugins.on_change(follow)
        plugins.load()
        assert plugins.order() == ["early", "late", "one", "two"]
        own = {plugins[name].pluggy for name in plugins.order()}
        assert len(own) == (4 if library else 1) and (pluggy in own) is not bool(library)

        def check(one):
            assert manager.hook.reply(who="Ann") == ["early Ann", f"{one} Ann", "two Ann", "late Ann"]
            # Of wrappers the one that was registered last is the outermost.
            assert manager.hook.whole(who="Ann") == f"early(late({one}(two(host Ann))))"
            assert manager.check_pending() is None

        check("one")
        write(folder, {"one.py": PLUGIN.format(rule="", word="uno")})
        former = plugins["one"]
        assert [(change.plugin, change.what) for change in plugins.poll()] == [("one", "replaced")]
        assert manager.get_plugin("one") is plugins["one"] is not former
        check("uno")
        write(folder, {"one.py": "hookimpl(:\n@hookimpl\n"})
        assert [(change.plugin, change.what) for change in plugins.poll()] == [("one", "kept")]
        check("uno")


def whole(who):
    """What the application itself replies."""
    return "host " + who


whole = pluggy.HookimplMarker("bot")(whole)


ASKS = """
from importlib.metadata import entry_points, version


def tools():
    return {point.name: point.load()().use() for point in entry_points(group="bot.tools") if point.name != "gone"}, version("tools")


def stevedore_tools(namespace):
    from stevedore import ExtensionManager
    failed = []
    manager = ExtensionManager(
        namespace, invoke_on_load=True, on_load_failure_callback=lambda _, point, error: failed.append(f"{point.name}: {error}")
    )
    return {extension.name: extension.obj.use() for extension in manager}, failed
"""
TOOL = "class Tool:\n    def use(self):\n        return {!r}\n"
POINTS = "[bot.tools]\nhammer = tools.hammer:Tool\nsaw = tools.saw:Tool\ngone = tools.gone:Tool\n"


def with_entry_points():
    """A distribution's entry points: asked for inside of realms, as stevedore loads them, and as plugins."""
    with tempfile.TemporaryDirectory() as folder:
        # Where stevedore keeps what it knows.
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        site = os.path.join(folder, "site")

        def install(version, hammer):
            shutil.rmtree(site, ignore_errors=True)
            write(site, {
                "asks.py": ASKS,
                "tools/__init__.py": "",
                "tools/hammer.py": TOOL.format(hammer),
                "tools/saw.py": TOOL.format("cuts"),
                f"tools-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: tools\nVersion: {version}\n",
                f"tools-{version}.dist-info/entry_points.txt": POINTS,
            })

        def check(version, hammer):
            uses = {"hammer": hammer, "saw": "cuts"}
            one, two = (exocet.Realm(path=[site, packages]) for _ in range(2))
            for realm in (one, two):
                assert realm.loadNamed("asks").tools() == (uses, version)
                loaded, failed = realm.loadNamed("asks").stevedore_tools("bot.tools")
                assert (loaded, len(failed)) == (uses, 1), (loaded, failed)
                assert failed[0].startswith("gone: No module named 'tools.gone'"), failed
            assert one.loadNamed("tools.saw").Tool is not two.loadNamed("tools.saw").Tool
            assert not any(name.partition(".")[0] in ("asks", "stevedore", "tools") for name in sys.modules)
            assert not importlib.metadata.entry_points(group="bot.tools"), "seen outside of the realms"
            assert in_cpython(site) == repr((uses, version))
            assert {name: plugins[name]().use() for name in plugins.order()} == uses
            assert {status.name: status.version for status in plugins.status() if status.state == "loaded"} == dict.fromkeys(uses, version)

        install("1.0", "hits")
        plugins = exocet.Plugins(group="bot.tools", path=[site])
        changes = {change.plugin: change for change in plugins.load()}
        assert [changes[name].what for name in ("gone", "hammer", "saw")] == ["failed", "loaded", "loaded"]
        assert "the distribution `tools 1.0` needs the module `tools.gone`" in changes["gone"].error
        check("1.0", "hits")
        install("2.0", "nails")
        plugins.poll()
        check("2.0", "nails")


def in_cpython(site):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([site, packages]), "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["python3", "-c", "import asks; print(repr(asks.tools()))"]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


the_page_is_right()
with_pluggy(None)
with_pluggy([packages])
with_entry_points()
print("pluggy, entry points and stevedore work with plugins in realms")
