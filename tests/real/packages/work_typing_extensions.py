"""Asks annotations, and uses protocols and deprecations at run time."""
from __future__ import annotations

import warnings

import typing_extensions as te
from typing_extensions import *  # noqa: F403


@te.runtime_checkable
class Sized2(te.Protocol):
    def size(self) -> int: ...


class Movie(te.TypedDict, total=False, closed=True):
    name: te.Required[str]
    year: te.NotRequired[te.Annotated[int, "CE"]]
    kind: te.ReadOnly[te.Literal["x", "y"]]


class Old:
    @te.deprecated("use new")
    def go(self): return "went"


def work():
    Box = type("Box", (), {"size": lambda self: 1})
    assert isinstance(Box(), Sized2) and not isinstance(3, Sized2) and te.is_protocol(Sized2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert Old().go() == "went"
    hints = te.get_type_hints(Movie, include_extras=True)
    doc = te.get_args(te.Annotated[int, te.Doc("d")])[1]
    return [str(sorted(Movie.__required_keys__)), str(sorted(Movie.__readonly_keys__)), str(te.get_origin(hints["year"]) is te.NotRequired), str(caught[0].message), doc.documentation, te.Sentinel("S").__repr__()]


def identity():
    return te.Doc
