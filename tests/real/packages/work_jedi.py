"""Follows, lists and renames names in a piece of code, without any other file."""
import jedi

jedi.settings.use_filesystem_cache = False
CODE = "class Animal:\n    legs = 4\n    def speak(self, loud=False):\n        return 'text'\n\npet = Animal\nother = pet\nother\n"


def work():
    script = jedi.Script(CODE, environment=jedi.api.environment.InterpreterEnvironment())
    names = script.get_names(all_scopes=True, definitions=True)
    target = script.goto(8, 2)[0]
    assert target.line == 7 and target.type == "statement" and script.goto(8, 2, follow_imports=True)[0].name == "other"
    uses = [(name.line, name.column) for name in script.get_references(6, 1, scope="file")]
    changed = script.rename(6, 1, new_name="cat").get_changed_files()
    inside = script.get_context(4, 8).name
    errors = jedi.Script("x = (1\ndef f(:\n", environment=jedi.api.environment.InterpreterEnvironment()).get_syntax_errors()
    return [str([f"{name.type} {name.name}" for name in names]), target.full_name, str(uses), str(len(changed)), inside, str(len(errors) > 0)]


def identity():
    return jedi.Script
