"""Wraps functions, classes and objects, and patches a module after its import."""
import inspect
import types

import wrapt


@wrapt.decorator
def note(wrapped, instance, args, kwargs):
    kind = "class" if inspect.isclass(wrapped) else "function" if instance is None else type(instance).__name__
    return f"{kind}:{wrapped(*args, **kwargs)}"


class Thing:
    method = note(lambda self, x: x)
    together = staticmethod(note(lambda x: x + 1))


class Counting(wrapt.ObjectProxy):
    def __init__(self, wrapped):
        super().__init__(wrapped)
        self._self_count = 0

    def append(self, item):
        self._self_count += 1
        self.__wrapped__.append(item)


def work():
    box = Counting([])
    box.append(5)
    assert isinstance(box, list) and box == [5] and box._self_count == 1 and type(box) is Counting
    module = types.ModuleType("made")
    module.speak = lambda text: text
    wrapt.wrap_function_wrapper(module, "speak", lambda wrapped, instance, args, kwargs: wrapped(*args).upper())
    adapted = wrapt.decorator(lambda wrapped, instance, args, kwargs: wrapped(*args), adapter=lambda a, b=2: None)(lambda *args: args)
    return [Thing().method("m"), Thing.together(1), note(lambda: 1)(), module.speak("loud"), str(inspect.signature(adapted)), str(len(box))]


def identity():
    return wrapt.AdapterFactory
