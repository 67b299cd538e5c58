"""Renders markdown with extensions found by entry point, and with one of its own."""
import xml.etree.ElementTree as etree

import markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

TEXT = "[TOC]\n\n# One\n\nText with ~~old~~ and `code`.\n\n## Two\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n```python\nx = 1\n```\n\nTerm\n: meaning\n"


class Strike(InlineProcessor):
    def handleMatch(self, match, data):
        element = etree.Element("del")
        element.text = match.group(1)
        return element, match.start(0), match.end(0)


class StrikeExtension(Extension):
    def extendMarkdown(self, md):
        md.inlinePatterns.register(Strike(r"~~(.+?)~~", md), "del", 175)


def work():
    md = markdown.Markdown(extensions=["toc", "tables", "fenced_code", "def_list", StrikeExtension()])
    page = md.convert(TEXT)
    assert "<del>old</del>" in page and md.toc_tokens[0]["children"][0]["id"] == "two"
    return [page, md.toc, markdown.markdown("*a* <i>b</i>", output_format="html"), md.reset().convert("x")]


def identity():
    return markdown.Markdown
