"""Parses Python with mistakes in it, keeps every character, and changes the tree."""
import parso
from parso.python.tree import Function

CODE = "def f(a, *, b=1):\n    '''Doc.'''\n    return a +\n\nclass C: x = f(1)  # end\n"


def work():
    grammar = parso.load_grammar(version="3.9")
    module = grammar.parse(CODE, cache=False)
    assert module.get_code() == CODE
    function = next(module.iter_funcdefs())
    errors = [f"{error.start_pos} {error.message}" for error in grammar.iter_errors(module)]
    assert isinstance(function, Function) and function.get_doc_node().value == "'''Doc.'''"
    names = sorted(module.get_used_names()._dict if hasattr(module.get_used_names(), "_dict") else module.get_used_names())
    leaf = module.get_leaf_for_position((5, 6))
    leaf.value = "Changed"
    params = [param.name.value for param in function.get_params()]
    tokens = [token.type.name for token in grammar._tokenize_lines(["x = f'{a}'\n"])]
    return [*errors, str(names), str(params), module.get_code().splitlines()[-1], str(leaf.get_previous_leaf().value), " ".join(tokens)]


def identity():
    return Function
