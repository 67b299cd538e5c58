"""Renders templates with inheritance, a macro, a filter and a sandbox."""
import jinja2
from jinja2.sandbox import SandboxedEnvironment, SecurityError

TEMPLATES = {
    "base": "<h1>{% block title %}base{% endblock %}</h1>{% block body %}{% endblock %}",
    "macros": "{% macro li(text) %}<li>{{ text|shout }}</li>{% endmacro %}",
    "page": "{% extends 'base' %}{% from 'macros' import li %}{% block title %}{{ super() }}+page{% endblock %}"
            "{% block body %}{% for name in names|sort if name != 'x' %}{{ loop.index }}{{ li(name) }}{% else %}none{% endfor %}{% endblock %}",
}


def work():
    environment = jinja2.Environment(loader=jinja2.DictLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["shout"] = lambda text: text.upper() + "!"
    page = environment.get_template("page").render(names=["b<c", "a", "x"])
    assert environment.get_template("page").render(names=[]).endswith("none")
    try:
        environment.from_string("{{ missing }}").render()
    except jinja2.UndefinedError as error:
        reason = str(error)
    try:
        SandboxedEnvironment().from_string("{{ ().__class__.__bases__ }}").render()
    except SecurityError as error:
        return [page, reason, type(error).__name__]


def identity():
    return jinja2.Environment
