"""Builds a lexer and a parser from the names that this module has."""
import ply.lex
import ply.yacc

tokens = ("NUMBER", "PLUS", "TIMES")
t_PLUS, t_TIMES, t_ignore = r"\+", r"\*", " "
precedence = (("left", "PLUS"), ("left", "TIMES"))


def t_NUMBER(t):
    r"\d+"
    t.value = int(t.value)
    return t


def t_error(t):
    t.lexer.skip(1)


def p_sum(p):
    """sum : sum PLUS sum
           | sum TIMES sum"""
    p[0] = p[1] + p[3] if p[2] == "+" else p[1] * p[3]


def p_number(p):
    "sum : NUMBER"
    p[0] = p[1]


def p_error(p):
    raise ValueError(f"bad {p.value}" if p else "ends early")


def work():
    lexer = ply.lex.lex()
    lexer.input("3 + 4")
    kinds = [token.type for token in lexer]
    parser = ply.yacc.yacc(write_tables=False, debug=False)
    try:
        parser.parse("1 + +", lexer=lexer.clone())
    except ValueError as error:
        return kinds + [str(parser.parse(text, lexer=lexer.clone())) for text in ("2 + 3 * 4", "2 * 3 ? + 4")] + [str(error)]


def identity():
    return ply.lex.Lexer
