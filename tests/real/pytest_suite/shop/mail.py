"""Sends mail, which no test is to do."""

import json
import os
import time


def send(address, text):
    raise OSError("no mail is sent here")


def confirm(order, address):
    text = json.dumps({"to": order.customer, "items": len(order.items), "at": time.time()})
    send(address, text)
    return text


def home():
    return os.environ["SHOP_HOME"]


class Client:
    region = "eu"

    def fetch(self, key, *, retry=1):
        return send(key, retry)
