"""Selects elements by selectors of several kinds."""
import bs4
import soupsieve

PAGE = """<div><p id="p1" lang="en">a</p><p id="p2" class="x y">b</p><form><input id="i1" type="checkbox" checked>
<input id="i2" disabled></form><span id="s"><p id="p3" data-n="long-value">c</p></span></div>"""


def work():
    soup = bs4.BeautifulSoup(PAGE, "html.parser")
    selectors = ["p:not(.x)", ":checked", "input:disabled", "p:nth-of-type(2n)", "[data-n^=long i]", ":is(span, form) > :first-child", "p:lang(en)", ":--mine"]
    custom = {":--mine": "p.y, span"}
    found = [f"{selector} {[element['id'] for element in soupsieve.select(selector, soup, custom=custom)]}" for selector in selectors]
    assert soupsieve.match("span > p", soup.find(id="p3")) and soupsieve.closest("div", soup.find(id="p3")).name == "div"
    assert soupsieve.compile("p") == soupsieve.compile("p")
    try:
        soupsieve.compile("p:nope(")
    except soupsieve.SelectorSyntaxError as error:
        return found + [str(error).splitlines()[0], soupsieve.escape("1a")]


def identity():
    return soupsieve.SoupSieve
