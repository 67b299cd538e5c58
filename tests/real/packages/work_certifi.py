"""Finds the bundle of root certificates as a resource of the package, and reads it."""
import base64
import os

import certifi


def work():
    text = certifi.contents()
    assert os.path.getsize(certifi.where()) == len(text.encode())
    blocks = text.split("-----BEGIN CERTIFICATE-----")[1:]
    assert all(base64.b64decode(block.split("-----END")[0])[0] == 0x30 for block in blocks[:20])
    labels = [line[9:-1] for line in text.splitlines() if line.startswith('# Label: "')]
    # Their number isn't told: whoever runs a network may add a certificate of its own.
    assert len(blocks) > 100 and len(labels) > 50
    return [certifi.__version__, *sorted(labels)[:3]]


def identity():
    return certifi.where
