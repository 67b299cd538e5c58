# A mapper's repr says what it is made of, and no mapper's goes on forever.
# file: pk/__init__.py
# > <exocet mapper PassThrough>
# > <exocet mapper Empty>
# > <exocet mapper Overrides(["a", "b"])>
# > <exocet mapper Chain([Overrides(["a"]), PassThrough])>
# > <exocet mapper Exclusion({"b", "c"}, PassThrough)>
# > <exocet mapper Callable(builtin_function_or_method)>
# > <exocet mapper Chain([Redirect({"x": "y"}), Empty])>
# > <exocet mapper Realm(["pk"], Empty)>
# > <exocet mapper Own>
# > <exocet mapper Chain([Overrides([]), IMapper])>
# > <exocet mapper Chain([Overrides([]), Plain])>
# > <exocet mapper Overrides(["self"])> <__import__ of <exocet mapper Realm(["pk"], Empty)>>
import exocet

class Own(exocet.IMapper):
    def lookup(self, name): return name
class Plain:
    def lookup(self, name): return name
mappers = [
    exocet.pep302Mapper,
    exocet.emptyMapper,
    exocet.DictMapper({"a": 1, "b": exocet}),
    exocet.pep302Mapper.withOverrides({"a": 1}),
    exocet.ExclusiveMapper(exocet.pep302Mapper, ["c", "b"]),
    exocet.CallableMapper(len),
    exocet.redirect(exocet.emptyMapper, {"x": "y"}),
    exocet.Realm(exocet.getModule("pk"), exocet.emptyMapper),
    Own(),
    Own().withOverrides({}),
    exocet.withOverrides(Plain(), {}),
]
for mapper in mappers:
    print(mapper)
cyclic = {}
cyclic["self"] = exocet.DictMapper(cyclic)
print(cyclic["self"], exocet.loadNamed("pk", exocet.emptyMapper).__builtins__["__import__"])
