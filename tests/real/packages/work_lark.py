"""Reads tokens with a lexer, makes a tree of them, and works on the tree."""
import re

from lark import Token, Transformer, Tree, UnexpectedCharacters, v_args
from lark.common import LexerConf
from lark.lexer import BasicLexer, PatternRE, PatternStr, TerminalDef
from lark.visitors import Interpreter, Visitor

TERMINALS = [TerminalDef("NUMBER", PatternRE(r"\d+")), TerminalDef("PLUS", PatternStr("+")), TerminalDef("WS", PatternRE(r"\s+"))]


@v_args(inline=True)
class Calculator(Transformer):
    from operator import add, mul
    NUMBER = int


class Namer(Interpreter):
    add = mul = lambda self, tree: f"({tree.data} {' '.join(map(str, self.visit_children(tree)))})"


def work():
    lexer = BasicLexer(LexerConf(TERMINALS, re, ignore=["WS"]))
    one, plus, two = lexer.lex(lexer.make_lexer_state("1 +\n23"), None)
    assert (plus.type, two.line, two.column, type(two)) == ("PLUS", 2, 1, Token)
    tree = Tree("mul", [Tree("add", [one, two]), two])
    seen = []
    type("Seer", (Visitor,), {"add": lambda self, found: seen.append(len(found.children))})().visit(tree)
    try:
        list(lexer.lex(lexer.make_lexer_state("1 ?"), None))
    except UnexpectedCharacters as error:
        return [str(Calculator().transform(tree)), Namer().visit(tree), tree.pretty(), str(seen), f"{error.line}:{error.column} {sorted(error.allowed)}"]


def identity():
    return Tree
