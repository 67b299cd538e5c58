"""Measures how wide text is on a terminal."""
import wcwidth
from wcwidth import list_versions, wcswidth


def work():
    texts = ["abc", "コンニチハ", "e\u0301", "\u200bx", "👨‍👩‍👧", "a\tb", "\x1b[31mred", "☎️", "한글"]
    widths = [wcswidth(text) for text in texts]
    assert wcwidth.wcwidth("\0") == 0 and wcwidth.wcwidth("セ") == 2 and wcswidth("abc", 2) == 2
    assert len(list_versions()) == 1
    return [str(widths), str([wcwidth.wcwidth(letter) for letter in "aé日\u0301\x07"])]


def identity():
    return wcwidth.wcwidth
