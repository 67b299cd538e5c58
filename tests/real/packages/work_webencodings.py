"""Finds encodings by the labels that pages use, and decodes in pieces."""
import webencodings
from webencodings import IncrementalDecoder, IncrementalEncoder, decode, encode, iter_decode, lookup


def work():
    assert lookup(" UTF8 ") is lookup("utf-8") and lookup("nonsense") is None
    assert lookup("ascii").name == lookup("latin1").name == "windows-1252"
    text, encoding = decode(b"\xff\xfea\x00b\x00", "utf-8")
    pieces, used = iter_decode([b"\xe2", b"\x82", b"\xac 5"], "utf-8")
    decoder = IncrementalDecoder("x-user-defined")
    return [text, encoding.name, "".join(pieces), used.name, ascii(decoder.decode(b"a\x80\xff", final=True)),
            IncrementalEncoder("utf-16be").encode("a").hex(), encode("€", "latin1").hex(), str(len(webencodings.LABELS))]


def identity():
    return webencodings.Encoding
