"""Parses, encodes and decodes addresses."""
import mdurl
from mdurl import URL


def work():
    url = mdurl.parse("http://u:p@host.com:81/a b?q=1&r#end")
    assert isinstance(url, URL) and (url.hostname, url.port, url.auth) == ("host.com", "81", "u:p")
    assert mdurl.format(url) == "http://u:p@host.com:81/a b?q=1&r#end"
    encoded = mdurl.encode("/ü/%20/%zz?a=[1]")
    return [encoded, mdurl.decode("%C3%BC%2F%FFx"), mdurl.decode("%2F%20", "/"), mdurl.parse("//h/p", slashes_denote_host=True).hostname, str(url.search)]


def identity():
    return mdurl.parse
