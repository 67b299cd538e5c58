"""Writes and reads JSON with decimals, named tuples and hooks."""
from collections import OrderedDict, namedtuple
from decimal import Decimal

import simplejson as json

Point = namedtuple("Point", "x y")


class Thing:
    def for_json(self):
        return {"thing": True}


def work():
    text = json.dumps({"p": Point(1, Decimal("1.10")), "t": [Thing(), "ü\u2028</"]}, for_json=True, sort_keys=True, indent="  ")
    data = json.loads(text, use_decimal=True)
    assert data["p"]["y"] == Decimal("1.10") and json.loads('{"b": 1, "a": 2}', object_pairs_hook=OrderedDict).popitem() == ("a", 2)
    reasons = []
    for bad in ('{"a": 1,}', "[1, 2", '"\\x"', "[NaN]"):
        try:
            json.loads(bad)
        except json.JSONDecodeError as error:
            reasons.append(f"{error.lineno}:{error.colno}")
    chunks = "".join(json.JSONEncoderForHTML(iterable_as_array=True).iterencode(n for n in ("<&>", 1.5, None)))
    return [text, chunks, *reasons, json.dumps(2 ** 60, bigint_as_string=True), json.dumps("é", ensure_ascii=False)]


def identity():
    return json.JSONEncoder
