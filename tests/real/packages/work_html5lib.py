"""Repairs bad markup as browsers do, and serializes it with filters."""
import html5lib
from html5lib import treebuilders, treewalkers
from html5lib.serializer import HTMLSerializer


def work():
    parser = html5lib.HTMLParser(tree=treebuilders.getTreeBuilder("dom"))
    document = parser.parse("<p>one<table><tr><td>cell<p>two</b><b>bold")
    assert document.documentElement.tagName == "html" and len(parser.errors) > 2
    walker = treewalkers.getTreeWalker("dom")
    kinds = {token["type"] for token in walker(document)}
    serializer = HTMLSerializer(alphabetical_attributes=True, omit_optional_tags=False, quote_attr_values="always")
    fragment = html5lib.parseFragment("<a title=t href=h>x<br>&euro;&nbsp;</a><script>1<2</script>", treebuilder="etree")
    text = serializer.render(treewalkers.getTreeWalker("etree")(fragment))
    return [serializer.render(walker(document)), text, *sorted(kinds)]


def identity():
    return html5lib.HTMLParser
