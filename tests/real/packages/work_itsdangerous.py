"""Signs values and refuses the ones that somebody changed."""
import hashlib

from itsdangerous import BadSignature, Signer, TimestampSigner, URLSafeSerializer
from itsdangerous.exc import SignatureExpired


class Frozen(TimestampSigner):
    moment = 1_000_000

    def get_timestamp(self):
        return self.moment


def work():
    serializer = URLSafeSerializer("key", salt="cart", signer_kwargs={"digest_method": hashlib.sha256})
    token = serializer.dumps({"items": [1, 2], "name": "Zoë"})
    assert serializer.loads(token) == {"items": [1, 2], "name": "Zoë"}
    assert serializer.loads_unsafe(token[:-2] + "xx")[0] is False
    signer = Frozen("key")
    stamped = signer.sign("hello")
    signer.moment += 50
    assert signer.unsign(stamped, max_age=60) == b"hello"
    failures = []
    for attempt in (lambda: signer.unsign(stamped, max_age=10), lambda: Signer("other").unsign(stamped)):
        try:
            attempt()
        except BadSignature as error:
            failures.append(f"{type(error).__name__} {isinstance(error, SignatureExpired)}")
    return [token, stamped.decode(), *failures]


def identity():
    return Signer
