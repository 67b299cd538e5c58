"""Renders Mustache templates from text, from objects and from partials."""
import pystache
from pystache import Renderer, TemplateSpec
from pystache.common import MissingTags
from pystache.context import KeyNotFoundError


class Greeting(TemplateSpec):
    template = "{{#people}}{{> one}}{{/people}}{{^people}}nobody{{/people}}{{! hidden }}"

    def __init__(self, *people):
        self.names = people

    def people(self):
        return [{"name": name, "big": lambda text: text.upper()} for name in self.names]


def work():
    renderer = Renderer(partials={"one": "<{{name}}|{{{name}}}|{{#big}}hi {{name}}{{/big}}>"})
    parsed = pystache.parse("{{=[[ ]]=}}[[a.b]] {{c}}")
    try:
        Renderer(missing_tags=MissingTags.strict).render("{{gone}}", {})
    except KeyNotFoundError as error:
        reason = str(error)
    assert pystache.render("{{x}}", x=5) == "5"
    return [renderer.render(Greeting("a&b", "c")), renderer.render(Greeting()), renderer.render(parsed, {"a": {"b": 1}}), reason, type(parsed).__name__]


def identity():
    return Renderer
