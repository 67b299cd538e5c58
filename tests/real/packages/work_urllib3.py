"""Splits addresses, encodes a form, counts retries and reads a compressed answer."""
import gzip
import io

from urllib3 import HTTPHeaderDict, HTTPResponse, Retry
from urllib3.exceptions import LocationParseError, MaxRetryError
from urllib3.filepost import encode_multipart_formdata
from urllib3.util import make_headers, parse_url


def work():
    url = parse_url("HTTP://me@Exämple.org:8080/a/../b c?q=1#top")
    headers = HTTPHeaderDict({"Accept": "a"})
    headers.add("ACCEPT", "b")
    body, kind = encode_multipart_formdata({"file": ("n.txt", "text", "text/plain")}, boundary="cut")
    assert kind == "multipart/form-data; boundary=cut" and body.count(b"--cut") == 2
    response = HTTPResponse(io.BytesIO(gzip.compress(b"line\n" * 3)), headers={"content-encoding": "gzip"}, preload_content=False)
    assert list(response.stream(1000)) == [b"line\n" * 3]
    retry, tries = Retry(total=2, backoff_factor=1), 0
    try:
        while True:
            retry, tries = retry.increment("GET", "/", error=LocationParseError("x")), tries + 1
    except (MaxRetryError, LocationParseError) as error:
        failure = type(error).__name__
    return [url.url, headers["accept"], body.decode(), failure, str(tries), make_headers(basic_auth="a:b")["authorization"]]


def identity():
    return HTTPResponse
