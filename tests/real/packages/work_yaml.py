"""Reads and writes documents, with tags of its own."""
import yaml


class Money(yaml.YAMLObject):
    yaml_tag, yaml_loader, yaml_dumper = "!money", [yaml.SafeLoader], yaml.SafeDumper

    def __init__(self, amount):
        self.amount = amount


TEXT = """
base: &base {colour: red, size: 3}
item:
  <<: *base
  size: 0x10
  when: 2020-02-03
  price: !money {amount: 5}
  text: >
    folded
    lines
list: [~, yes, 1.5e+3, "q\\t", 'it''s']
"""


def work():
    data = yaml.safe_load(TEXT)
    assert data["item"]["colour"] == "red" and data["item"]["when"].year == 2020 and data["item"]["price"].amount == 5
    try:
        yaml.safe_load("a: [1\nb: }")
    except yaml.YAMLError as error:
        place = str(error.problem_mark).strip()
    events = [type(event).__name__ for event in yaml.parse("- a\n- {b: c}")]
    return [yaml.safe_dump(data, sort_keys=True), place, str(events), str(list(yaml.safe_load_all("--- 1\n--- 2\n")))]


def identity():
    return yaml.Node
