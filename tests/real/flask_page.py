"""A page of Flask's, asked for by its test client."""

from flask import Flask, render_template_string

app = Flask(__name__)
PAGE = "<ul>{% for name in names %}<li>{{ name }}</li>{% endfor %}</ul>"


@app.get("/<names>")
def page(names):
    return render_template_string(PAGE, names=names.split("+"))


if __name__ == "__main__":
    with app.test_client() as client:
        reply = client.get("/Ada+Grace+<script>")
        print(reply.status, reply.get_data(as_text=True))
