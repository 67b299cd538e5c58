"""Asks a small application directly, without a server."""
import io

import bottle
from bottle import Bottle, SimpleTemplate, abort, redirect, request, response


def make():
    app = Bottle()
    app.router.add_filter("list", lambda config: (r"[^/]+", lambda text: text.split(","), ",".join))
    app.get("/many/<names:list>", name="many")(lambda names: {"names": names, "query": dict(request.query)})
    app.post("/form")(lambda: SimpleTemplate("% for n in names:\n<b>{{n}}</b>\n% end").render(names=request.forms.getall("n")))
    app.get("/gone")(lambda: abort(410, "no more"))
    app.get("/go")(lambda: redirect("/many/x"))
    app.error(410)(lambda error: f"error: {error.body}")
    app.add_hook("after_request", lambda: response.set_header("X-Seen", request.path))
    return app


def ask(app, method, path, body=b""):
    path, _, query = path.partition("?")
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(),
               "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/x-www-form-urlencoded", "SERVER_NAME": "h", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1"}
    started = []
    text = b"".join(app(environ, lambda status, headers, info=None: started.extend([status, dict(headers).get("X-Seen"), dict(headers).get("Location")]))).decode()
    return f"{started} {text if len(text) < 200 else ''}"


def work():
    app = make()
    assert app.get_url("many", names=["a", "b"]) == "/many/a,b"
    return [ask(app, "GET", "/many/a,b?c=d"), ask(app, "POST", "/form", b"n=1&n=%3C"), ask(app, "GET", "/gone"), ask(app, "GET", "/go"), ask(app, "PUT", "/form")[:30]]


def identity():
    return bottle.Bottle
