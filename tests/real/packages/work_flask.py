"""Routes requests through an application with a blueprint, a template and a session."""
from flask import Blueprint, Flask, abort, jsonify, render_template_string, request, session, url_for

shop = Blueprint("shop", __name__, url_prefix="/shop")


@shop.route("/item/<int:number>")
def item(number):
    if number > 9:
        abort(404)
    session["seen"] = session.get("seen", 0) + 1
    return jsonify(number=number, seen=session["seen"], link=url_for("shop.item", number=number))


def work():
    app = Flask("work_flask")
    app.secret_key = "not a secret"
    app.register_blueprint(shop)
    app.errorhandler(404)(lambda error: ("nothing here", 404))
    app.add_url_rule("/hello", "hello", lambda: render_template_string("Hi {{ who }}!", who=request.args["who"]))
    client = app.test_client()
    answers = [client.get("/hello?who=<you>"), client.get("/shop/item/3"), client.get("/shop/item/4"), client.get("/shop/item/10")]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404]
    assert answers[2].get_json() == {"link": "/shop/item/4", "number": 4, "seen": 2}
    return [answer.get_data(as_text=True).strip() for answer in answers]


def identity():
    return Flask
