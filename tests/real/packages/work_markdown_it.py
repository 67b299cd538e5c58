"""Renders CommonMark, with tables switched on and a rule of its own."""
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

TEXT = "Head\n====\n\na *b* **c** [l](<u v> 't')\\\n![i](p.png)\n\n| x | y |\n|---|---|\n| 1 | `2` |\n\n1. one\n   > two\n\n```py\n<x>\n```\n"


def work():
    md = MarkdownIt("commonmark", {"typographer": True}).enable("table")
    page = md.render(TEXT)
    assert "<table>" in page and "<blockquote>" in page
    tree = SyntaxTreeNode(md.parse(TEXT))
    words = MarkdownIt()
    words.add_render_rule("strong_open", lambda self, tokens, index, options, env: "<b>")
    words.add_render_rule("strong_close", lambda self, tokens, index, options, env: "</b>")
    assert sorted(words.get_active_rules()) == ["block", "core", "inline", "inline2"]
    return [page, str([node.type for node in tree.children]), words.renderInline("__x__ &copy; <http://a.b>")]


def identity():
    return MarkdownIt
