"""Compiles schemas into functions, and into the text of functions."""
import fastjsonschema

SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "definitions": {"name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5}},
    "type": "object", "required": ["name"], "additionalProperties": False,
    "properties": {"name": {"$ref": "#/definitions/name"}, "size": {"type": "integer", "minimum": 1, "default": 3},
                   "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True},
                   "day": {"type": "string", "format": "date"}},
}


def work():
    check = fastjsonschema.compile(SCHEMA)
    assert check({"name": "ab", "tags": ["a", "b"], "day": "2020-02-29"})["size"] == 3
    reasons = []
    for bad in ({}, {"name": "ABC"}, {"name": "abcdef"}, {"name": "a", "size": 0}, {"name": "a", "tags": ["a", "a"]}, {"name": "a", "x": 1}, {"name": "a", "day": "soon"}):
        try:
            check(bad)
        except fastjsonschema.JsonSchemaValueException as error:
            reasons.append(f"{error.message} [{error.rule}]")
    scope = {}
    exec(fastjsonschema.compile_to_code({"type": ["integer", "null"], "multipleOf": 5}), scope)
    return reasons + [str(scope["validate"](10)), fastjsonschema.compile({"format": "odd"}, formats={"odd": lambda text: len(text) % 2})("abc")]


def identity():
    return fastjsonschema.JsonSchemaException
