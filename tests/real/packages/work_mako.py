"""Renders templates that inherit, define functions and run Python."""
from mako.exceptions import SyntaxException, TopLevelLookupException
from mako.lookup import TemplateLookup
from mako.template import Template

PAGES = {
    "base": "<h1>${self.title()}</h1>${next.body()}\\\n<%def name='title()'>base</%def>",
    "tags": "<%def name='bold(text)'><b>${text}${caller.body() if caller else ''}</b></%def>",
    "page": "<%inherit file='base'/><%namespace name='t' file='tags'/><%def name='title()'>page of ${parent.title()}</%def>\\\n<%! import math %>\\\n"
            "% for n in names:\n${loop.index} ${t.bold(n)}\n% endfor\n<%t:bold text='in'> more</%t:bold> ${math.sqrt(16)}",
}


def work():
    lookup = TemplateLookup(default_filters=["h"], imports=["from html import escape as quote"])
    for name, text in PAGES.items():
        lookup.put_string(name, text)
    page = lookup.get_template("page").render(names=["<a>", "b"])
    assert "page of" in page and "4.0" in page
    reasons = []
    for attempt in (lambda: Template("% for x in y:\n"), lambda: lookup.get_template("none")):
        try:
            attempt()
        except (SyntaxException, TopLevelLookupException) as error:
            reasons.append(type(error).__name__)
    return [page, Template("${a | n,str.upper}<%text>${b}</%text>").render(a="x"), *reasons, str("def render_body" in Template("x").code)]


def identity():
    return Template
