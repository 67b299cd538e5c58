"""Loads and dumps with schemas that nest, compute and refuse."""
import datetime

from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema


class AuthorSchema(Schema):
    name = fields.String(required=True, validate=validate.Length(min=2))
    born = fields.Date()


class BookSchema(Schema):
    title = fields.String(required=True)
    price = fields.Decimal(places=2, as_string=True, validate=validate.Range(min=0))
    author = fields.Nested("AuthorSchema", only=("name", "born"))
    long = fields.Function(lambda book: len(book["title"]) > 5)
    tags = fields.List(fields.Enum(__import__("enum").Enum("Tag", "new old")), load_default=list)

    strip = pre_load(lambda self, data, **extra: {key.strip(): value for key, value in data.items()})
    made = post_load(lambda self, data, **extra: {**data, "made": True})

    @validates_schema
    def check(self, data, **extra):
        if data["title"] == "bad":
            raise ValidationError("a bad one", "title")


def work():
    book = BookSchema().load({" title ": "Long title", "price": "1.5", "author": {"name": "Ann", "born": "1970-01-02"}, "tags": ["new"]})
    assert book["made"] and book["author"]["born"] == datetime.date(1970, 1, 2) and BookSchema(many=True).dump([]) == []
    errors = BookSchema(many=True).validate([{"title": "bad"}, {"price": "-1", "author": {"name": "x", "y": 1}}])
    return [str(sorted(BookSchema().dump(book).items())), *(f"{index} {sorted(found.items())}" for index, found in sorted(errors.items()))]


def identity():
    return Schema
