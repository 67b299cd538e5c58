"""Changes a document and keeps its comments and its shape."""
import tomlkit
from tomlkit.exceptions import NonExistentKey, ParseError

TEXT = '# top\ntitle = "T"  # why\n\n[owner]\nborn = 1979-05-27T07:32:00Z\n"odd key" = [1, 2, # two\n  3]\n\n[[item]]\nname = \'raw\\\'\n[[item]]\nsize = 0xff\n'


def work():
    document = tomlkit.parse(TEXT)
    assert document.as_string() == TEXT and document["owner"]["born"].year == 1979 and document["item"][1]["size"] == 255
    document["title"] = "New"
    document["owner"]["odd key"].append(4)
    document["item"].append(tomlkit.item({"name": "third"}))
    document["owner"].add(tomlkit.comment("added"))
    reasons = []
    for attempt in (lambda: tomlkit.parse("a = 1\na = 2"), lambda: tomlkit.parse("a = [1"), lambda: document["none"]):
        try:
            attempt()
        except (ParseError, NonExistentKey, tomlkit.exceptions.TOMLKitError) as error:
            reasons.append(f"{type(error).__name__}: {error}")
    table = tomlkit.inline_table()
    table.update({"x": 1, "y": [True, "two"]})
    return [tomlkit.dumps(document), *reasons, table.as_string(), str(document.unwrap()["item"])]


def identity():
    return tomlkit.TOMLDocument
