"""Renders markdown with plugins that are named by text, and with a renderer of its own."""
import mistune
from mistune import HTMLRenderer, create_markdown

TEXT = "# Title\n\nSome *soft* ~~gone~~ `code` <b>.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] done\n\n[^1]\n\n[^1]: Note.\n"


class Links(HTMLRenderer):
    def link(self, text, url, title=None):
        return f"<{text}@{url}>"


def work():
    page = create_markdown(plugins=["strikethrough", "table", "task_lists", "footnotes"])(TEXT)
    assert "<del>gone</del>" in page and "task-list-item" in page and "&lt;b&gt;" in page
    tree = create_markdown(renderer="ast")("**a** b\n\n> c")
    own = create_markdown(renderer=Links())("see [it](x) and <http://y>")
    return [page, str([token["type"] for token in tree]), own, mistune.html("1. a\n2. b\n")]


def identity():
    return mistune.Markdown
