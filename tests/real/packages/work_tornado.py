"""Renders templates, escapes text and reads options."""
from tornado import escape, template
from tornado.options import Error, OptionParser
from tornado.util import ObjectDict, exec_in, import_object


def work():
    loader = template.DictLoader({
        "base.html": "<t>{% block title %}base{% end %}</t>{% block body %}{% end %}",
        "page.html": "{% extends base.html %}{% block body %}{% for n in names %}{% if n %}[{{ n }}]{% else %}{% continue %}{% end %}{% end %}{% raw tail %}{% end %}",
    })
    page = loader.load("page.html").generate(names=["<a>", "", "b"], tail="<hr>").decode()
    options = OptionParser()
    options.define("size", default=1, type=int, help="how big")
    options.define("names", multiple=True, type=str)
    assert options.parse_command_line(["prog", "--size=5", "--names=a,b", "rest"]) == ["rest"]
    try:
        options.define("size")
    except Error as error:
        reason = type(error).__name__
    scope = {}
    exec_in("x = 5", scope)
    assert scope["x"] == 5 and import_object("tornado.escape.utf8") is escape.utf8 and ObjectDict(a=1).a == 1
    return [page, options.names[1], str(options.size), reason, escape.linkify("see http://a.b/c?d now"), escape.url_unescape("a+b%C3%BC"), escape.json_encode("</script>")]


def identity():
    return template.Template
