"""Encodes and decodes international domain names, and refuses bad ones."""
import idna
from idna import intranges


def work():
    names = ["ドメイン.テスト", "bücher.example", "faß.de", "ελλάδα.gr"]
    encoded = [idna.encode(name).decode() for name in names]
    assert [idna.decode(name) for name in encoded] == names
    assert idna.encode("Königsgäßchen", uts46=True) == b"xn--knigsgchen-b4a3dun"
    reasons = []
    for name in ["a b.com", "-x.com", "x" * 64]:
        try:
            idna.encode(name)
        except idna.IDNAError as error:
            reasons.append(f"{type(error).__name__}: {error}")
    assert intranges.intranges_contain(5, intranges.intranges_from_list([4, 5, 6, 9]))
    return encoded + reasons


def identity():
    return idna.IDNAError
