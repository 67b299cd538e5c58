"""Parses sums with precedence, and small settings."""
import pyparsing as pp
from pyparsing import OpAssoc, ParseException, infix_notation, pyparsing_common


def calculate(tokens):
    value, rest = tokens[0][0], tokens[0][1:]
    for sign, number in zip(rest[::2], rest[1::2]):
        value = {"+": value + number, "-": value - number, "*": value * number}[sign]
    return value


def work():
    number = pyparsing_common.integer
    total = infix_notation(number, [(pp.one_of("*"), 2, OpAssoc.LEFT, calculate), (pp.one_of("+ -"), 2, OpAssoc.LEFT, calculate)])
    word = pp.Word(pp.alphas)
    setting = pp.Group(word("key") + pp.Suppress("=") + (pp.QuotedString('"') | number)("value"))
    settings = pp.Dict(pp.OneOrMore(setting)).ignore(pp.python_style_comment)
    parsed = settings.parse_string('a = 5 # five\nb="x y"')
    assert parsed["b"] == "x y" and parsed[0].key == "a" and total.matches("1+1")
    try:
        total.parse_string("2 * (3 + ", parse_all=True)
    except ParseException as error:
        reason = f"{type(error).__name__} {error.lineno}"
    found = [match.as_list() for match in pp.Combine("#" + word).search_string("a #b c #d")]
    return [str(total.parse_string("2*(3+4)-5*2")[0]), str(parsed.as_dict()), reason, str(found), str(pp.nested_expr().parse_string("(a (b c))").as_list())]


def identity():
    return pp.ParserElement
