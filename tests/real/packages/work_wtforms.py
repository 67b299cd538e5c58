"""Fills, checks and draws a form."""
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, Form, FormField, IntegerField, SelectField, StringField, ValidationError, validators
from wtforms.widgets import TextArea


class AddressForm(Form):
    town = StringField("Town", [validators.DataRequired()])


class UserForm(Form):
    name = StringField("Name", [validators.Length(2, 5)], filters=[lambda text: text and text.strip()], render_kw={"class_": "wide"})
    age = IntegerField("Age", [validators.NumberRange(min=18), validators.Optional()])
    kind = SelectField(choices=[("a", "<A>"), ("b", "B")], default="b")
    agreed = BooleanField(default=True)
    homes = FieldList(FormField(AddressForm), min_entries=1)
    note = StringField(widget=TextArea())

    def validate_name(self, field):
        if field.data == "root":
            raise ValidationError("not that one")


def work():
    good = UserForm(MultiDict({"name": " ann ", "age": "20", "kind": "a", "homes-0-town": "Y"}))
    bad = UserForm(MultiDict([("name", "root"), ("age", "x"), ("kind", "c"), ("homes-1-town", "")]))
    assert good.validate() and good.data["name"] == "ann" and not bad.validate() and good.homes[0].town.data == "Y"
    return [*(str(field()) for field in good), str(sorted((name, str(found)) for name, found in bad.errors.items())), str(UserForm().name.label())]


def identity():
    return Form
