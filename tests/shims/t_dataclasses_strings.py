from __future__ import annotations

from saying import Say

import dataclasses
import typing
from dataclasses import KW_ONLY, InitVar, dataclass, field, fields
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from nowhere import Nothing

say = Say()
lines = say.lines


@dataclass
class Strings:
    a: int
    b: ClassVar[int] = 3
    c: typing.ClassVar = 4
    d: InitVar[Nothing] = 5
    e: dataclasses.InitVar[int] = 6
    f: Nothing | None = None
    g: list[Strings] = field(default_factory=list)
    _: KW_ONLY
    h: int = 1

    def __post_init__(self, d, e):
        self.sum = d + e


say(Strings(1, h=2), Strings(1).sum, [(one.name, one.type) for one in fields(Strings)], Strings.b, Strings.c)
say.raised(Strings, 1, 2, 3, 4, 5, 6, text=False)
