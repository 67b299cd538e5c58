"""Takes addresses apart, changes them and puts them together."""
import hyperlink
from hyperlink import URL, DecodedURL, URLParseError


def work():
    url = URL.from_text("HTTPS://user@Example.com:443/a/./b/../c%20d?x=1&y&x=2#end")
    clean = url.normalize()
    assert (clean.host, clean.port, clean.rooted) == ("example.com", 443, True) and url.get("x") == ["1", "2"]
    decoded = hyperlink.parse("http://bücher.example/ü?q=%2B").set("q", "a&b").child("new/one")
    try:
        URL.from_text("http://[::1/")
    except URLParseError as error:
        reason = type(error).__name__
    assert isinstance(decoded, DecodedURL) and decoded.get("q") == ["a&b"]
    return [clean.to_text(), url.click("../up?z").to_text(), decoded.to_uri().to_text(), decoded.to_iri().to_text(), reason, str(clean.remove("x").query)]


def identity():
    return URL
