"""Finds lexers by name, highlights code, and lists tokens."""
from pygments import highlight
from pygments.formatters import HtmlFormatter, get_formatter_by_name
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Name, Token, string_to_tokentype

CODE = 'def f(x: int) -> str:\n    """Doc."""\n    return f"{x + 1}"  # so\n'


def work():
    lexer = get_lexer_by_name("python")
    page = highlight(CODE, lexer, HtmlFormatter(linenos="inline", style="friendly"))
    tokens = [f"{kind} {text}" for kind, text in lexer.get_tokens(CODE) if kind in Name]
    assert Name.Function in Name and string_to_tokentype("Name.Function") is Token.Name.Function
    ini = get_lexer_for_filename("x.ini")
    colours = highlight("[a]\nb = 1\n", ini, get_formatter_by_name("terminal"))
    return [page, colours, ini.name, *tokens]


def identity():
    return get_lexer_by_name("python").__class__
