from saying import Say

import collections
import enum
import json

say = Say()
lines = say.lines

values = [
    None, True, False, 0, -1, 10**30, 1.5, -0.0, 1e100, 1e-7, float("inf"), float("-inf"), float("nan"), "", "text", 'q"\\/\b\f\n\r\t',
    "\x00\x1f\x7f", "\u00e9\u4e2d\U0001f600", [], {}, (), [1, [2, [3]]], {"a": {"b": [None]}}, {1: 2, 1.5: 3, True: 4, None: 5},
    collections.OrderedDict([("z", 1), ("a", 2)]), enum.IntEnum("E", "A").A, enum.StrEnum("S", "A").A, [[], {}], {"a": []},
]
for value in values:
    say(json.dumps(value), json.dumps(value, ensure_ascii=False), json.dumps(value, separators=(",", ":")))
    say(json.dumps(value, indent=2))
say(json.dumps({"b": 1, "a": [1, {"d": 2, "c": 3}]}, sort_keys=True, indent="\t"), json.dumps([1, {"a": 2}], indent=0))
say(json.dumps({(1, 2): 3, "a": 4}, skipkeys=True), json.dumps({1j}, default=lambda o: sorted(map(str, o))))
say.raised(json.dumps, {(1, 2): 3})
say.raised(json.dumps, {1, 2}, text=False)
say.raised(json.dumps, float("nan"), allow_nan=False, text=False)
cycle = []
cycle.append(cycle)
say.raised(json.dumps, cycle)


class Encoder(json.JSONEncoder):
    def default(self, o):
        return list(o) if isinstance(o, range) else super().default(o)


say(json.dumps({"r": range(3)}, cls=Encoder), Encoder(indent=1).encode([range(1)]), "".join(json.JSONEncoder().iterencode([1, "a"])))
say.raised(json.dumps, 1j, cls=Encoder, text=False)

for text in ("null", " true ", "false", "0", "-0", "12", "-3.25", "1e3", "1E-2", "1.5e+2", '""', '"a\\"b\\\\\\/\\b\\f\\n\\r\\t"', '"\\u00e9"',
             '"\\ud83d\\ude00"', '"\\ud83d"', "[]", "[ ]", "[1, 2 ,3]", "{}", "{ }", '{"a": 1, "b" : [true, null]}', '{"a":{"a":{}}}', "NaN", "-Infinity",
             '"\u4e2d"', "123456789012345678901234567890", '{"a": 1, "a": 2}', "\n[\n1\n]\n"):
    say(ascii(json.loads(text)))
for text in ("", " ", "nul", "tru", "1 2", "[1", "[1,", "[1 2]", "{", '{"a"', '{"a":', '{"a": 1', '{"a" 1}', "{1: 2}", '"abc', '"a\\', '"\\u12"',
             "'a'", "01", "1.", "-", "+1", ".5", "[1}", "]", "\ufeff1", '{"a": 1 "b": 2}', "1e", "--1", "[1,\n 2,\n x]", '"\\u12g4"'):
    try:
        say("no error", ascii(json.loads(text)))
    except json.JSONDecodeError as error:
        say(ascii(text), error)
for text in ('"\\x"', '"a\nb"'):
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        say(error.pos)  # The texts differ between versions.
try:
    json.loads("[1,\n 2,\n x]")
except ValueError as error:
    say(error.msg, error.pos, error.lineno, error.colno, error.doc)
say(json.loads(b'{"a": "\xc3\xa9"}') == {"a": "\u00e9"}, json.loads(bytearray(b"[1]")), json.loads('"a\nb"', strict=False) == "a\nb")
say.raised(json.loads, 3)
say(json.loads('{"a": 1}', object_hook=lambda pairs: sorted(pairs.items())), json.loads('{"b": 1, "a": 2}', object_pairs_hook=list))
say(json.loads("[1.5, 2]", parse_float=str, parse_int=lambda text: text + "!"), json.loads("[NaN]", parse_constant=str.lower))
say(json.JSONDecoder().raw_decode('{"a": 1} more'), json.JSONDecoder().decode(" [1] "))


class File:
    def __init__(self, text=""):
        self.text = text

    def write(self, text):
        self.text += text

    def read(self):
        return self.text


out = File()
json.dump({"a": [1, 2]}, out)
say(out.text, json.load(out))
