from saying import Say

import types

say = Say()
lines = say.lines

NAMES = """AsyncGeneratorType BuiltinFunctionType BuiltinMethodType CellType ClassMethodDescriptorType CodeType
CoroutineType EllipsisType FrameType FunctionType GeneratorType GenericAlias GetSetDescriptorType LambdaType
MappingProxyType MemberDescriptorType MethodDescriptorType MethodType MethodWrapperType ModuleType NoneType
NotImplementedType SimpleNamespace TracebackType UnionType WrapperDescriptorType""".split()
say([name for name in NAMES if not isinstance(getattr(types, name, None), type)])

module = types.ModuleType("m", "about it")
say(module.__name__, module.__doc__, isinstance(types, types.ModuleType))
space = types.SimpleNamespace(a=1, b="x")
say(space, space == types.SimpleNamespace(a=1, b="x"), vars(space))
proxy = types.MappingProxyType({"a": 1})
say(proxy["a"], len(proxy))
say.raised(lambda: proxy.update(b=2), text=False)
say(isinstance(lambda: 0, types.FunctionType), isinstance((i for i in ()), types.GeneratorType))
say(isinstance(len, types.BuiltinFunctionType), isinstance(None, types.NoneType), isinstance(..., types.EllipsisType))
say(types.GenericAlias(list, (int,)), isinstance(int | str, types.UnionType), isinstance(list[int], types.GenericAlias))


class Host:
    pass


host = Host()
say(types.MethodType(lambda self, n: (self is host, n), host)(3))
try:
    1 / 0
except ZeroDivisionError as error:
    say(isinstance(error.__traceback__, types.TracebackType), isinstance(error.__traceback__.tb_frame, types.FrameType))


class Meta(type):
    @classmethod
    def __prepare__(metacls, name, bases, **kwds):
        return {"prepared": (name, len(bases), sorted(kwds))}

    def __new__(metacls, name, bases, namespace, **kwds):
        return super().__new__(metacls, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **kwds):
        super().__init__(name, bases, namespace)


Made = types.new_class("Made", (Host,), {"metaclass": Meta, "extra": 1}, lambda space: space.update(x=3))
say(Made.__name__, Made.x, Made.prepared, type(Made).__name__, Made.__mro__[1].__name__)
say(types.new_class("Plain").__bases__[0].__name__)


class Entries:
    def __mro_entries__(self, bases):
        return Host, Meta


entries = Entries()
say([base.__name__ for base in types.resolve_bases((entries, int))])
bases = (Host, int)
say(types.resolve_bases(bases) is bases)
Below = types.new_class("Below", (list[int],))
say(Below.__bases__[0].__name__, Below.__orig_bases__)
metaclass, namespace, kwds = types.prepare_class("P", (Made,), {"more": 2})
say(metaclass.__name__, namespace, kwds)


class Other(type):
    pass


say.raised(types.prepare_class, "P", (Made, Other("O", (), {})), text=False)


class Dynamic:
    @types.DynamicClassAttribute
    def where(self):
        return "on the instance"


say(Dynamic().where)
say.raised(lambda: Dynamic.where, text=False)
