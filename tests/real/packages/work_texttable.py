"""Draws a table with wrapped and aligned cells."""
from texttable import ArraySizeError, Texttable


def work():
    table = Texttable(max_width=40)
    table.set_cols_align(["l", "r", "c"])
    table.set_cols_valign(["t", "m", "b"])
    table.set_chars(["-", "!", "+", "="]).set_cols_dtype(["t", "f", lambda value: f"<{value}>"])
    table.set_precision(2)
    table.add_rows([["Name", "Size", "Note"], ["ant", 1.2345, "a rather long remark about ants"], ["日本", "12", "two\nlines"]])
    drawn = table.draw()
    assert max(map(len, drawn.splitlines())) <= 40
    try:
        table.add_row([1, 2])
        table.draw()
    except ArraySizeError as error:
        reason = type(error).__name__
    plain = Texttable().set_deco(Texttable.HEADER).header(["a", "b"]).add_row([1e10, True])
    return [*drawn.splitlines(), plain.draw(), reason]


def identity():
    return Texttable
