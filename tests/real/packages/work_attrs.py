"""Defines classes with validators, converters and annotations that are text."""
from __future__ import annotations

import attr
import attrs
from attrs import define, evolve, field, frozen, validators


@frozen(order=True)
class Point:
    x: int = field(converter=int)
    y: "int" = field(default=0, validator=[validators.instance_of(int), validators.ge(0)])


@define
class Path:
    name: str = field(validator=validators.matches_re(r"[a-z]+"))
    points: list[Point] = attrs.Factory(list)
    size: int = field(init=False)

    @size.default
    def _size(self):
        return len(self.points)


def work():
    path = Path("way", [Point("3", 1), Point(1)])
    attrs.resolve_types(Path, globals())
    assert attrs.fields(Path).points.type == list[Point] and path.size == 2
    reasons = []
    for attempt in (lambda: Point(1, -1), lambda: Path("W1"), lambda: setattr(path.points[0], "x", 5), lambda: setattr(path, "other", 1)):
        try:
            attempt()
        except (ValueError, AttributeError) as error:
            reasons.append(type(error).__name__)
    return [str(attrs.asdict(path)), str(sorted(path.points)), repr(evolve(path.points[0], y=7)), *reasons, str(hash(Point(1)) == hash(Point(1)))]


def identity():
    return attr.Attribute
