"""Guesses the encodings of small texts."""
from charset_normalizer import CharsetMatch, from_bytes, is_binary

TEXT = "Всеки човек има право на образование. Образованието трябва да бъде безплатно. "


def work():
    wide = ("\ufeff" + TEXT).encode("utf-16-le")
    cases = [(TEXT.encode(), ["utf_8", "ascii"]), (wide, None), (b"plain words only", None), (b"\xef\xbb\xbfmarked", None)]
    best = [from_bytes(data, cp_isolation=isolation).best() for data, isolation in cases]
    assert all(isinstance(match, CharsetMatch) for match in best)
    assert str(best[0]) == TEXT and best[3].bom and best[0].output() == TEXT.encode()
    assert is_binary(b"\x00\x01\xff\xfe\x00\x80" * 20)
    return [match.encoding for match in best] + [best[0].alphabets[1]]


def identity():
    return CharsetMatch
