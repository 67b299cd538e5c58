"""Reads settings, and tells on which line each one is."""
from iniconfig import IniConfig, ParseError

TEXT = "[one]\nname = value\nlist = a,b,\n  c\n# comment\nflag: 1 ; no\n\n[two]\nurl=http://x#y\n"


def work():
    ini = IniConfig("mine.ini", data=TEXT)
    assert "one" in ini and "three" not in ini and ini.lineof("two") == 8 and ini["one"].lineof("list") == 3
    values = [ini["one"]["name"], ini.get("one", "list", convert=lambda text: text.replace("\n", "").split(","))[2], ini.get("two", "none", "default")]
    reasons = []
    for bad in ("name = 1", "[a]\nx=1\nx=2", "[a]\n[a]", "[a\n", "[a]\nword"):
        try:
            IniConfig("bad.ini", data=bad)
        except ParseError as error:
            reasons.append(str(error))
    return [*values, *reasons, str([section.name for section in ini]), str(list(ini["two"].items()))]


def identity():
    return IniConfig
