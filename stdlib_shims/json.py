"""Stands for `json` where the standard library is not embedded.

It leaves out the submodules, `detect_encoding` (bytes are taken for UTF-8), and writing in small pieces.
"""

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\b": "\\b"}
_UNESCAPES = {value[1]: key for key, value in _ESCAPES.items()} | {"/": "/"}
_CONSTANTS = {"null": None, "true": True, "false": False}
_NUMBERS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class JSONDecodeError(ValueError):
    """Text that is no JSON, and where it isn't."""

    def __init__(self, msg, doc, pos):
        self.msg, self.doc, self.pos = msg, doc, pos
        self.lineno = doc.count("\n", 0, pos) + 1
        self.colno = pos - doc.rfind("\n", 0, pos)
        super().__init__(f"{msg}: line {self.lineno} column {self.colno} (char {pos})")

    def __reduce__(self):
        return self.__class__, (self.msg, self.doc, self.pos)


class JSONEncoder:
    """Writes objects as JSON; a subclass may have a `default` for what has no form of its own."""

    def __init__(self, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, sort_keys=False,
                 indent=None, separators=None, default=None):
        self.skipkeys, self.ensure_ascii, self.allow_nan, self.sort_keys = skipkeys, ensure_ascii, allow_nan, sort_keys
        self.indent = " " * indent if isinstance(indent, int) else indent
        self.item_separator, self.key_separator = separators or (", " if indent is None else ",", ": ")
        if default is not None:
            self.default = default

    def default(self, o):
        """What to write instead of an object."""
        raise TypeError(f"Object of type {o.__class__.__name__} is not JSON serializable")

    def encode(self, o):
        """The text."""
        return self._value(o, "\n", frozenset())

    def iterencode(self, o):
        """The text, in one piece."""
        yield self.encode(o)

    def _value(self, o, line, within):
        if isinstance(o, str):
            return self._string(o)
        if o is None or o is True or o is False:
            return {None: "null", True: "true", False: "false"}[o]
        if isinstance(o, int):
            return int.__repr__(o)
        if isinstance(o, float):
            return self._float(o)
        if id(o) in within:
            raise ValueError("Circular reference detected")
        within = within | {id(o)}
        inner = line if self.indent is None else line + self.indent
        if isinstance(o, dict):
            keyed = ((self._key(key), value) for key, value in (sorted(o.items()) if self.sort_keys else o.items()))
            return self._all("{}", [key + self.key_separator + self._value(value, inner, within)
                                    for key, value in keyed if key is not None], line, inner)
        if isinstance(o, (list, tuple)):
            return self._all("[]", [self._value(item, inner, within) for item in o], line, inner)
        return self._value(self.default(o), line, within)

    def _all(self, brackets, items, line, inner):
        if not items:
            return brackets
        if self.indent is None:
            line = inner = ""
        return brackets[0] + inner + (self.item_separator + inner).join(items) + line + brackets[1]

    def _key(self, key):
        if isinstance(key, (int, float)) or key is None:
            key = self._value(key, "", frozenset())
        elif not isinstance(key, str):
            if self.skipkeys:
                return None
            raise TypeError(f"keys must be str, int, float, bool or None, not {key.__class__.__name__}")
        return self._string(key)

    def _string(self, text):
        return '"' + "".join(_ESCAPES.get(char) or self._char(char) for char in text) + '"'

    def _char(self, char):
        code = ord(char)
        if 32 <= code < 127 or code > 126 and not self.ensure_ascii:
            return char
        if code < 0x10000:
            return f"\\u{code:04x}"
        code -= 0x10000
        return f"\\u{0xd800 | code >> 10:04x}\\u{0xdc00 | code & 0x3ff:04x}"

    def _float(self, o):
        if o - o == 0:
            return float.__repr__(o)
        if not self.allow_nan:
            raise ValueError(f"Out of range float values are not JSON compliant: {float.__repr__(o)}")
        return "NaN" if o != o else "Infinity" if o > 0 else "-Infinity"


class JSONDecoder:
    """Reads JSON; the hooks say what becomes of objects and numbers."""

    def __init__(self, *, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, strict=True,
                 object_pairs_hook=None):
        self.object_hook, self.object_pairs_hook, self.strict = object_hook, object_pairs_hook, strict
        self.parse_float, self.parse_int = parse_float or float, parse_int or int
        self.parse_constant = parse_constant or _NUMBERS.__getitem__

    def decode(self, s):
        """The object that a whole text stands for."""
        value, end = self.raw_decode(s, _skip(s, 0))
        end = _skip(s, end)
        if end != len(s):
            raise JSONDecodeError("Extra data", s, end)
        return value

    def raw_decode(self, s, idx=0):
        """The object that a text begins with, and where it ends."""
        start = s[idx:idx + 1]
        if start == '"':
            return self._string(s, idx + 1)
        if start == "[":
            return self._members(s, idx + 1, "]")
        if start == "{":
            pairs, end = self._members(s, idx + 1, "}")
            if self.object_pairs_hook is not None:
                return self.object_pairs_hook(pairs), end
            return dict(pairs) if self.object_hook is None else self.object_hook(dict(pairs)), end
        for name, value in _CONSTANTS.items():
            if s.startswith(name, idx):
                return value, idx + len(name)
        for name in _NUMBERS:
            if s.startswith(name, idx):
                return self.parse_constant(name), idx + len(name)
        return self._number(s, idx)

    def _number(self, s, start):
        def digits(at):
            while s[at:at + 1] in _DIGITS:
                at += 1
            return at

        first = start + (s[start:start + 1] == "-")
        end = first + 1 if s[first:first + 1] == "0" else digits(first)
        if end == first:
            raise JSONDecodeError("Expecting value", s, start)
        whole = end
        if s[end:end + 1] == "." and digits(end + 1) > end + 1:
            end = digits(end + 1)
        if s[end:end + 1] in ("e", "E"):
            exponent = end + 1 + (s[end + 1:end + 2] in ("+", "-"))
            end = digits(exponent) if digits(exponent) > exponent else end
        return (self.parse_int if end == whole else self.parse_float)(s[start:end]), end

    def _string(self, s, at):
        begin, parts = at - 1, []
        while True:
            start = at
            while at < len(s) and s[at] not in '"\\' and (s[at] >= " " or not self.strict):
                at += 1
            parts.append(s[start:at])
            if at >= len(s):
                raise JSONDecodeError("Unterminated string starting at", s, begin)
            if s[at] == '"':
                return "".join(parts), at + 1
            if s[at] != "\\":
                raise JSONDecodeError("Invalid control character at", s, at)
            char, at = self._escape(s, at + 1, begin)
            parts.append(char)

    def _escape(self, s, at, begin):
        char = s[at:at + 1]
        if not char:
            raise JSONDecodeError("Unterminated string starting at", s, begin)
        if char != "u":
            if char not in _UNESCAPES:
                raise JSONDecodeError("Invalid \\escape", s, at - 1)
            return _UNESCAPES[char], at + 1
        code = self._hex(s, at)
        if 0xd800 <= code < 0xdc00 and s.startswith("\\u", at + 5):
            low = self._hex(s, at + 6)
            if 0xdc00 <= low < 0xe000:
                return chr(0x10000 + (code - 0xd800 << 10 | low - 0xdc00)), at + 11
        return chr(code), at + 5

    def _hex(self, s, at):
        digits = s[at + 1:at + 5]
        if len(digits) != 4 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
            raise JSONDecodeError("Invalid \\uXXXX escape", s, at)
        return int(digits, 16)

    def _members(self, s, at, close):
        """The values of an array, or the pairs of an object."""
        members, at = [], _skip(s, at)
        if s[at:at + 1] == close:
            return members, at + 1
        while True:
            if close == "}":
                if s[at:at + 1] != '"':
                    raise JSONDecodeError("Expecting property name enclosed in double quotes", s, at)
                key, at = self._string(s, at + 1)
                at = _skip(s, at)
                if s[at:at + 1] != ":":
                    raise JSONDecodeError("Expecting ':' delimiter", s, at)
                value, at = self.raw_decode(s, _skip(s, at + 1))
                members.append((key, value))
            else:
                value, at = self.raw_decode(s, at)
                members.append(value)
            at = _skip(s, at)
            if s[at:at + 1] == close:
                return members, at + 1
            if s[at:at + 1] != ",":
                raise JSONDecodeError("Expecting ',' delimiter", s, at)
            at = _skip(s, at + 1)


_DIGITS = set("0123456789")


def _skip(s, at):
    """Where the white space ends."""
    while at < len(s) and s[at] in " \t\n\r":
        at += 1
    return at


def dumps(obj, *, cls=None, **kw):
    """An object as JSON."""
    return (cls or JSONEncoder)(**kw).encode(obj)


def dump(obj, fp, *, cls=None, **kw):
    """Writes an object as JSON to a file."""
    fp.write(dumps(obj, cls=cls, **kw))


def loads(s, *, cls=None, **kw):
    """The object that a text stands for."""
    if isinstance(s, (bytes, bytearray)):
        s = s.decode()
    elif not isinstance(s, str):
        raise TypeError(f"the JSON object must be str, bytes or bytearray, not {s.__class__.__name__}")
    elif s.startswith("\ufeff"):
        raise JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", s, 0)
    return (cls or JSONDecoder)(**kw).decode(s)


def load(fp, *, cls=None, **kw):
    """The object that the text in a file stands for."""
    return loads(fp.read(), cls=cls, **kw)
