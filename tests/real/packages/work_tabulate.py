"""Lays out rows in several formats."""
import dataclasses

from tabulate import TableFormat, simple_separated_format, tabulate, tabulate_formats


@dataclasses.dataclass
class Row:
    name: str
    price: float


def work():
    rows = [Row("ant", 1.5), Row("bee", 22.25), Row("two\nlines", 3)]
    tables = [tabulate(rows, headers="keys", tablefmt=kind) for kind in ("grid", "pipe", "html", "fancy_outline", "rst")]
    assert {"grid", "latex"} <= set(tabulate_formats) and isinstance(simple_separated_format(";"), TableFormat)
    tables.append(tabulate({"a": [1, None], "b": ["x", "1e3"]}, headers="keys", showindex=True, missingval="?", colalign=("right", "left", "center")))
    return [*map(str, tables), tabulate([["<", "long text here"]], tablefmt="plain", maxcolwidths=[None, 5])]


def identity():
    return TableFormat
