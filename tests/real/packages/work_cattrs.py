"""Makes objects of plain data and plain data of objects, by their annotations."""
from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal, Optional

import attrs
import cattrs
from cattrs.gen import make_dict_unstructure_fn, override
from cattrs.preconf.json import make_converter

Colour = enum.Enum("Colour", {"RED": "r", "BLUE": "b"})


@dataclass
class Wheel:
    size: int
    kind: Literal["x", "y"] = "x"


@attrs.define
class Car:
    name: str
    colour: Colour
    wheels: list[Wheel]
    owner: Optional[str] = None


def work():
    converter = cattrs.Converter(forbid_extra_keys=True)
    data = {"name": "c", "colour": "b", "wheels": [{"size": "3"}, {"size": 4, "kind": "y"}]}
    car = converter.structure(data, Car)
    assert car.wheels[0] == Wheel(3) and car.colour is Colour.BLUE
    converter.register_unstructure_hook(Wheel, make_dict_unstructure_fn(Wheel, converter, size=override(rename="inches")))
    try:
        converter.structure({**data, "wheels": [{"size": "no"}], "other": 1}, Car)
    except cattrs.BaseValidationError as error:
        reasons = cattrs.transform_error(error)
    return [str(converter.unstructure(car)), *reasons, str(converter.structure(["1", 2.0], tuple[int, str])), make_converter().dumps({1: Colour.RED}, dict[int, Colour])]


def identity():
    return cattrs.Converter
