"""Matches and builds addresses, and asks a small WSGI application."""
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import BaseConverter, Map, Rule
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response


class Words(BaseConverter):
    regex = r"[a-z]+(?:-[a-z]+)*"
    to_python = staticmethod(lambda value: value.split("-"))
    to_url = staticmethod("-".join)


def work():
    rules = Map([Rule("/tag/<words:tags>", endpoint="tag"), Rule("/sum", endpoint="sum", methods=["POST"])], converters={"words": Words})

    @Request.application
    def app(request):
        try:
            endpoint, values = rules.bind_to_environ(request.environ).match()
        except HTTPException as error:
            return error
        return Response(f"{endpoint} {values or request.form.getlist('n', type=int)}")

    client = Client(app)
    assert client.get("/nowhere").status_code == NotFound.code and client.get("/sum").status_code == 405
    built = rules.bind("example.org").build("tag", {"tags": ["red", "blue"]})
    return [built, client.get(built).text, client.post("/sum", data=MultiDict([("n", "1"), ("n", "2")])).text]


def identity():
    return Rule
