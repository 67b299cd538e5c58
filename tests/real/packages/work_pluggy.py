"""Calls hooks of plugins that are classes, objects and modules."""
import types

import pluggy

hookspec, hookimpl = pluggy.HookspecMarker("demo"), pluggy.HookimplMarker("demo")


class Spec:
    @hookspec
    def measure(self, text, unit): ...

    @hookspec(firstresult=True)
    def choose(self, options): ...


class Length:
    measure = hookimpl(lambda self, text: len(text))
    choose = staticmethod(hookimpl(trylast=True)(lambda options: options[0]))


class Wrapper:
    @hookimpl(wrapper=True)
    def measure(self, text, unit):
        return [f"{value}{unit}" for value in (yield)]


def work():
    manager = pluggy.PluginManager("demo")
    manager.add_hookspecs(Spec)
    last = types.ModuleType("last")
    last.choose = hookimpl(lambda options: options[-1] if len(options) > 2 else None)
    names = [manager.register(Length(), "length"), manager.register(Wrapper(), "wrapper"), manager.register(last)]
    assert manager.load_setuptools_entrypoints("no.such.group") == 0 and manager.has_plugin("last")
    answers = [str(manager.hook.measure(text="abc", unit="m")), manager.hook.choose(options="ab"), manager.hook.choose(options="abc")]
    manager.unregister(name="wrapper")
    return [*names, *answers, str(manager.hook.measure(text="abc", unit="m")), str(len(manager.get_plugins()))]


def identity():
    return pluggy.PluginManager
