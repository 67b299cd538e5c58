"""Sends requests through a session whose transport answers by itself."""
import io
import json

import requests
from requests.adapters import BaseAdapter
from requests.auth import HTTPBasicAuth


class Echo(BaseAdapter):
    def send(self, request, **options):
        response = requests.Response()
        response.request, response.url = request, request.url
        response.status_code = 302 if request.url.endswith("/old") else 418 if "tea" in request.url else 200
        response.headers.update({"Content-Type": "application/json; charset=utf-8", "Location": "echo://host/new?page=2"})
        response.raw = io.BytesIO(json.dumps([request.method, request.url, request.headers.get("Authorization"), str(request.body)]).encode())
        return response

    def close(self):
        pass


def work():
    with requests.Session() as session:
        session.mount("echo://", Echo())
        moved = session.get("echo://host/old", auth=HTTPBasicAuth("me", "pw"))
        assert len(moved.history) == 1 and moved.ok
        posted = session.post("echo://host/form", data={"a": ["1", "ü"]}, params={"q": "x y"})
        try:
            session.get("echo://host/tea").raise_for_status()
        except requests.HTTPError as error:
            return [*map(str, moved.json()), *map(str, posted.json()), str(error), str(requests.codes.teapot)]


def identity():
    return requests.Session
