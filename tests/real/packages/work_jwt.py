"""Signs claims, checks them, and refuses tokens that are wrong."""
import jwt

KEY = "a key that is long enough for every digest: more than sixty-four characters"


def work():
    token = jwt.encode({"sub": "me", "aud": ["x", "y"], "exp": 4_000_000_000}, KEY, algorithm="HS256", headers={"kid": "7"})
    claims = jwt.decode(token, KEY, algorithms=["HS256"], audience="x")
    assert claims["sub"] == "me" and jwt.get_unverified_header(token)["kid"] == "7"
    old = jwt.encode({"exp": 5}, KEY, algorithm="HS512")
    reasons = []
    for bad, key, options in [(token, KEY + "?", {"audience": "x"}), (token, KEY, {"audience": "z"}), (old, KEY, {}), ("a.b", KEY, {}), (token[:-6], KEY, {})]:
        try:
            jwt.decode(bad, key, algorithms=["HS256", "HS512"], **options)
        except jwt.InvalidTokenError as error:
            reasons.append(type(error).__name__)
    assert "HS384" in jwt.api_jws.PyJWS().get_algorithms()
    return [token, *reasons]


def identity():
    return jwt.PyJWT
