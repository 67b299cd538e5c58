"""Draws a table as text, HTML, CSV and JSON."""
import prettytable
from prettytable import PrettyTable, TableStyle, from_csv, from_html_one


def work():
    table = PrettyTable(["name", "size", "wide"], sortby="size")
    table.add_rows([["bee", 22, "日本"], ["ant", 1.5, "<x>"], ["cow", 300, "two\nlines"]])
    table.align["name"], table.custom_format["size"] = "l", lambda field, value: f"{value:.1f}"
    text = table.get_string(fields=["name", "size"], end=2)
    table.set_style(TableStyle.MARKDOWN)
    assert len(table.rows) == 3 and table.get_string(row_filter=lambda row: row[1] > 100).count("\n") >= 2
    back = from_html_one(table.get_html_string())
    table.set_style(TableStyle.DOUBLE_BORDER)
    try:
        table.add_row([1])
    except ValueError as error:
        reason = str(error)
    return [text, str(table), back.get_csv_string(), table.get_json_string(), reason, str(from_csv(__import__("io").StringIO("a,b\n1,2\n")))]


def identity():
    return prettytable.PrettyTable
