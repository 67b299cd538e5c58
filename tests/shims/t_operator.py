from saying import Say

import operator

say = Say()
lines = say.lines

NAMES = """abs add and_ attrgetter call concat contains countOf delitem eq floordiv ge getitem gt iadd iand iconcat
ifloordiv ilshift imatmul imod imul index indexOf inv invert ior ipow irshift is_ is_not isub itemgetter itruediv ixor le
length_hint lshift lt matmul methodcaller mod mul ne neg not_ or_ pos pow rshift setitem sub truediv truth xor""".split()
say([name for name in NAMES if not hasattr(operator, name)])
HIDDEN = """abs add and call concat contains delitem eq floordiv ge getitem gt iadd iand iconcat ifloordiv ilshift imatmul
imod imul index inv invert ior ipow irshift isub itruediv ixor le lshift lt matmul mod mul ne neg not or pos pow rshift
setitem sub truediv xor""".split()
say([name for name in HIDDEN if not hasattr(operator, f"__{name}__")])
say([name for name in operator.__all__ if not hasattr(operator, name)], "itemgetter" in operator.__all__)

say(operator.add(2, 3), operator.__sub__(2, 3), operator.inv(5), operator.not_(0), operator.truth([]), operator.pow(2, 9))
say(operator.itemgetter(1)("abc"), operator.itemgetter(0, -1)([1, 2, 3]), operator.itemgetter("k")({"k": 1}))
say(operator.attrgetter("real")(3), operator.attrgetter("real", "imag.real")(3 + 4j))
say(operator.methodcaller("split", ",", maxsplit=1)("a,b,c"))
say(operator.call(max, 3, 5), operator.call(dict, a=1), operator.contains("abc", "b"), operator.countOf([1, 2, 1], 1))
say(operator.indexOf("abc", "c"), operator.length_hint(iter([1, 2])), operator.concat([1], [2]), operator.index(True))
items = [1, 2, 3]
operator.setitem(items, 0, 9)
operator.delitem(items, 1)
say(items, operator.iadd(items, [4]) is items, items, operator.getitem(items, 0), operator.is_not(items, None))
say.raised(operator.indexOf, "abc", "d", text=False)
say.raised(operator.itemgetter, text=False)
say(sorted([(2, "a"), (1, "b")], key=operator.itemgetter(0)))
