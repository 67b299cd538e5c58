"""Parses a page, searches it, changes it and prints it."""
import bs4
from bs4 import BeautifulSoup

PAGE = "<title>T &amp; t</title><ul id=list><li class='a b'>one<li class=b>two <b>bold</ul><p>end<!-- note --></p>"


def work():
    soup = BeautifulSoup(PAGE, "html.parser")
    assert soup.title.string == "T & t" and soup.find(id="list").name == "ul"
    assert [type(node).__name__ for node in soup.p.contents] == ["NavigableString", "Comment"]
    texts = [item.get_text(" ", strip=True) for item in soup.find_all("li", class_="b")]
    chosen = [item["class"][0] for item in soup.select("ul > li.a, li:has(b)")]
    soup.p.append(soup.new_tag("a", href="/?x=1&y=2", string="more"))
    soup.title.replace_with(BeautifulSoup("<h1>new</h1>", "html.parser").h1.extract())
    soup.find(string=lambda text: isinstance(text, bs4.Comment)).extract()
    return [*texts, *chosen, str(soup), soup.p.prettify()]


def identity():
    return bs4.Tag
