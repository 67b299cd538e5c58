"""Draws a table, a tree and styled text on a console of fixed width."""
import io

from rich.console import Console
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.tree import Tree


def work():
    out = io.StringIO()
    console = Console(file=out, width=48, force_terminal=True, color_system="truecolor", legacy_windows=False, _environ={})
    table = Table("name", "size", title="Things")
    table.add_row("[b]ant[/b]", "1")
    table.add_row("日本", "22", style="red")
    tree = Tree("root")
    tree.add("leaf").add("[link=http://a]twig[/link]")
    del tree.children[0].children[0]
    console.print(table, tree, Panel.fit(Text("boxed", style="green"), title="p"), Syntax("x = 1", "python", background_color="default"))
    console.print({"a": [1, 2.5, None], "b": "text"}, ":smiley:")
    assert Text.from_markup("[i]x[/i]y").spans[0].style == "italic" and console.measure(Text("four")).maximum == 4
    return out.getvalue().splitlines()


def identity():
    return Console
