from saying import Say

import gc
import weakref
from weakref import WeakKeyDictionary, WeakMethod, WeakSet, WeakValueDictionary, finalize, proxy, ref

say = Say()
lines = say.lines


class Thing:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"Thing({self.name!r})"

    def hello(self):
        return "hello " + self.name


def names(things):
    return sorted(thing.name for thing in things)


a, b, c = Thing("a"), Thing("b"), Thing("c")
reference = ref(a, lambda _: say("died"))
say(reference() is a, ref(a) == ref(a), weakref.getweakrefcount(a) > 0, proxy(a).name, isinstance(reference, weakref.ReferenceType))
say.raised(ref, 3, text=False)

values = WeakValueDictionary(x=a)
values["y"] = b
values.update({"z": c})
say(sorted(values), len(values), values["x"].name, values.get("q"), "y" in values, sorted(values.items(), key=str), names(values.values()))
keys = WeakKeyDictionary({a: 1})
keys[b] = 2
say(keys[a], keys[b], len(keys), a in keys, c in keys, 3 in keys, names(keys), sorted(keys.values()), keys.get(c, "none"))
things = WeakSet([a, b])
things.add(c)
things.add(c)
say(len(things), a in things, 3 in things, names(things), names(things | {Thing("d")}), names(things & {a, b}), names(things - {a}))
say(things == WeakSet([c, b, a]), things == {a, b, c}, names(things.union([a])), names(things.intersection([a])), things.issubset(WeakSet([a])))
method = WeakMethod(b.hello, lambda _: say("method died"))
say(method()(), method == WeakMethod(b.hello), WeakMethod(a.hello) == method, hash(method) == hash(WeakMethod(b.hello)))
say.raised(WeakMethod, len, text=False)
b_dies = finalize(b, say, "finalized")
a_dies = finalize(a, say, "finalized a")
c_dies = finalize(c, lambda: "called")
say(b_dies.alive, b_dies.peek()[0] is b, b_dies.peek()[2:], c_dies(), c_dies.alive, c_dies(), c_dies.peek(), c_dies.detach())
say(finalize(c, say, "never").detach()[2], a_dies.atexit)
a_dies.atexit = False
copied = values.copy()
copied_set = things.copy()
keys.pop(b, None)
keys[b] = 5



b_dies.detach()
del b
gc.collect()
say(sorted(values), len(values), len(keys), names(things), method(), b_dies.alive, sorted(copied), len(copied_set))
say.raised(lambda: values["y"])
values["x"] = c
keys.setdefault(c, 7)
things.discard(a)
say(values.pop("x").name, keys.pop(a), sorted(keys.values()), names(things), values.setdefault("w", a).name, things.pop().name, len(things))
say.raised(values.__delitem__, "nothing")
say.raised(things.remove, c, text=False)
things.update([a])
del a, reference
gc.collect()
say(len(things), "w" in values, a_dies.alive, list(values), bool(WeakSet()), len(WeakValueDictionary()))
