"""An authorization server for tests: its keys, its key set, and tokens as it makes them or as others forge them."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

NAME = "https://uitgever.example"
AUDIENCE = "https://iwmo.gemeente.example"
CLIENT = "zorgsysteem-1"
SCOPES = "berichten:indienen berichten:lezen"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PRIVATE = {"d", "p", "q", "dp", "dq", "qi"}


@cache
def rsa_key(kid: str = "rsa-1", size: int = 2048) -> RSAKey:
    """The same key for the same id; making one takes long."""
    return RSAKey.generate_key(size, {"kid": kid})


@cache
def ec_key(kid: str = "ec-1", curve: str = "P-256") -> ECKey:
    return ECKey.generate_key(curve, {"kid": kid})


def key_set(*keys: RSAKey | ECKey) -> bytes:
    """The JWKS of these keys, by default of the two that the issuer has."""
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys or (rsa_key(), ec_key())]}).encode()


def encoded(part: Mapping[str, Any] | bytes) -> bytes:
    """A segment of a token."""
    return urlsafe_b64encode(part if isinstance(part, bytes) else json.dumps(part).encode())


def signed(header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes, key: Any, alg: str = "RS256") -> str:
    """A token of whatever is given, with a signature that is right for it."""
    text = encoded(header) + b"." + encoded(claims)
    return (text + b"." + urlsafe_b64encode(JWSRegistry.algorithms[alg].sign(text, key))).decode()


@dataclass
class Issuer:
    """Makes good tokens at a moment; what is given instead of a claim or header replaces it, None leaves it out."""

    now: Callable[[], datetime] = field(default=lambda: NOW)

    def claims(self, **changes: Any) -> dict[str, Any]:
        at = int(self.now().timestamp())
        usual = {
            "iss": NAME,
            "aud": AUDIENCE,
            "client_id": CLIENT,
            "sub": CLIENT,
            "iat": at,
            "exp": at + 300,
            "jti": "1",
            "scope": SCOPES,
        }
        return {name: value for name, value in {**usual, **changes}.items() if value is not None}

    def header(self, **changes: Any) -> dict[str, Any]:
        usual = {"alg": "RS256", "kid": "rsa-1", "typ": "at+jwt", **changes}
        return {name: value for name, value in usual.items() if value is not None}

    def token(self, *, header: Mapping[str, Any] | None = None, key: Any = None, **changes: Any) -> str:
        return signed(self.header(**(header or {})), self.claims(**changes), key or rsa_key())

    def by(self, alg: str) -> str:
        """A good token, signed in another way."""
        key = ec_key() if alg == "ES256" else rsa_key()
        return signed(self.header(alg=alg, kid=key.kid), self.claims(), key, alg)


def _with_parts(token: str, change: Callable[[list[str]], list[str]]) -> str:
    return ".".join(change(token.split(".")))


def _hs256_with_public_key(issuer: Issuer, secret: bytes) -> str:
    text = encoded(issuer.header(alg="HS256")) + b"." + encoded(issuer.claims())
    return (text + b"." + urlsafe_b64encode(hmac.digest(secret, text, "sha256"))).decode()


def _swapped_payload(issuer: Issuer) -> str:
    other = issuer.token(scope="beheer").split(".")[1]
    return _with_parts(issuer.token(), lambda parts: [parts[0], other, parts[2]])


def _twice(issuer: Issuer, name: str, value: str) -> bytes:
    text = json.dumps(issuer.claims())
    return f'{text[:-1]}, "{name}": "{value}"}}'.encode()


def _der_signature(issuer: Issuer) -> str:
    """ECDSA as X.509 writes it, instead of the two numbers of JWS."""
    text = encoded(issuer.header(alg="ES256", kid="ec-1")) + b"." + encoded(issuer.claims())
    private = ec_key().private_key
    assert private is not None
    return (text + b"." + urlsafe_b64encode(private.sign(text, ECDSA(SHA256())))).decode()


def _psychic_signature(issuer: Issuer) -> str:
    return (
        encoded(issuer.header(alg="ES256", kid="ec-1")) + b"." + encoded(issuer.claims()) + b"." + encoded(bytes(64))
    ).decode()


STRANGER = "vreemd"
FORGED: dict[str, Callable[[Issuer], str]] = {
    "empty": lambda _: "",
    "two dots": lambda _: "..",
    "no token": lambda _: "eyJ.eyJ.eyJ",
    "alg none without signature": lambda i: (
        encoded(i.header(alg="none")) + b"." + encoded(i.claims()) + b"."
    ).decode(),
    "alg None": lambda i: (encoded(i.header(alg="None")) + b"." + encoded(i.claims()) + b".").decode(),
    "alg none with the right signature": lambda i: i.token(header={"alg": "none"}),
    "no alg": lambda i: i.token(header={"alg": None}),
    "alg a list": lambda i: i.token(header={"alg": ["RS256"]}),
    "HS256 with the public PEM": lambda i: _hs256_with_public_key(i, rsa_key().as_pem(private=False)),
    "HS256 with the public DER": lambda i: _hs256_with_public_key(i, rsa_key().as_der(private=False)),
    "HS256 with nothing": lambda i: _hs256_with_public_key(i, b""),
    "RS512": lambda i: signed(i.header(alg="RS512"), i.claims(), rsa_key(), "RS512"),
    "RS256 said, PS256 made": lambda i: signed(i.header(), i.claims(), rsa_key(), "PS256"),
    "ES256 said, RSA key": lambda i: i.token(header={"alg": "ES256"}),
    "RS256 said, EC key": lambda i: i.token(header={"kid": "ec-1"}),
    "ECDSA in DER": _der_signature,
    "ECDSA of zeros": _psychic_signature,
    "key of a stranger under our kid": lambda i: i.token(key=rsa_key(STRANGER)),
    "no kid": lambda i: i.token(header={"kid": None}),
    "unknown kid": lambda i: i.token(header={"kid": STRANGER}, key=rsa_key(STRANGER)),
    "kid a path": lambda i: i.token(header={"kid": "../../dev/null"}),
    "kid a number": lambda i: i.token(header={"kid": 1}),
    "key in the header": lambda i: i.token(
        header={"kid": STRANGER, "jwk": rsa_key(STRANGER).as_dict(private=False)}, key=rsa_key(STRANGER)
    ),
    "jku": lambda i: i.token(header={"jku": "http://127.0.0.1:1/sleutels"}),
    "x5u": lambda i: i.token(header={"x5u": "http://127.0.0.1:1/sleutels"}),
    "x5c": lambda i: i.token(header={"x5c": ["MIIB"]}),
    "crit": lambda i: i.token(header={"crit": ["exp"], "exp": 1}),
    "crit of nothing": lambda i: i.token(header={"crit": []}),
    "b64 false": lambda i: i.token(header={"b64": False, "crit": ["b64"]}),
    "nested": lambda i: signed(i.header(cty="JWT"), i.token().encode(), rsa_key()),
    "encrypted": lambda i: ".".join([i.token(header={"enc": "A256GCM", "alg": "RSA-OAEP"}), "eA", "eA"]),
    "typ of an id token's kin": lambda i: i.token(header={"typ": "logout+jwt"}),
    "no typ": lambda i: i.token(header={"typ": None}),
    "header a list": lambda i: signed(b'["RS256"]', i.claims(), rsa_key()),
    "claims a list": lambda i: signed(i.header(), b"[1]", rsa_key()),
    "claims no JSON": lambda i: signed(i.header(), b"iss=x", rsa_key()),
    "claims no UTF-8": lambda i: signed(i.header(), b'{"iss": "\xff"}', rsa_key()),
    "claims very deep": lambda i: signed(i.header(), b'{"a":' + b"[" * 5000, rsa_key()),
    "wrong audience": lambda i: i.token(aud="https://elders.example"),
    "wrong audiences": lambda i: i.token(aud=["https://elders.example", "https://iwmo.gemeente.example/"]),
    "audience in part": lambda i: i.token(aud=AUDIENCE + ".evil.example"),
    "audience among numbers": lambda i: i.token(aud=[AUDIENCE, 1]),
    "no audience": lambda i: i.token(aud=None),
    "empty audience": lambda i: i.token(aud=[]),
    "expired": lambda i: i.token(exp=int(i.now().timestamp()) - 61),
    "no exp": lambda i: i.token(exp=None),
    "exp a text": lambda i: i.token(exp="9999999999"),
    "exp true": lambda i: i.token(exp=True),
    "exp not a number": lambda i: i.token(exp=float("nan")),
    "exp infinite": lambda i: signed(
        i.header(), json.dumps(i.claims(exp=1)).replace('"exp": 1', '"exp": 1e999').encode(), rsa_key()
    ),
    "not yet valid": lambda i: i.token(nbf=int(i.now().timestamp()) + 90),
    "made in the future": lambda i: i.token(iat=int(i.now().timestamp()) + 90),
    "no iat": lambda i: i.token(iat=None),
    "another issuer with our kid": lambda i: i.token(iss="https://elders.example"),
    "issuer with a slash": lambda i: i.token(iss=NAME + "/"),
    "issuer in capitals": lambda i: i.token(iss=NAME.upper()),
    "issuer a list": lambda i: i.token(iss=[NAME]),
    "no issuer": lambda i: i.token(iss=None),
    "no client": lambda i: i.token(client_id=None),
    "client a list": lambda i: i.token(client_id=[CLIENT]),
    "client with a line break": lambda i: i.token(client_id=CLIENT + "\n"),
    "scope a list": lambda i: i.token(scope=["beheer"]),
    "swapped payload": _swapped_payload,
    "truncated": lambda i: i.token()[:-1],
    "no signature": lambda i: _with_parts(i.token(), lambda parts: [*parts[:2], ""]),
    "a dot more": lambda i: i.token() + ".",
    "a dot before": lambda i: "." + i.token(),
    "padding": lambda i: i.token() + "==",
    "claims twice": lambda i: signed(i.header(), _twice(i, "iss", NAME), rsa_key()),
    "scope twice": lambda i: signed(i.header(), _twice(i, "scope", "beheer"), rsa_key()),
    "huge": lambda i: i.token(meer="x" * 8192),
    "bound to a certificate": lambda i: i.token(cnf={"x5t#S256": encoded(bytes(32)).decode()}),
    "bound to a key": lambda i: i.token(cnf={"jkt": "abc"}),
    "bound to nothing": lambda i: i.token(cnf={}),
}
"""Tokens that nobody gets in with, by what is wrong with them."""


def decoded(token: str) -> dict[str, Any]:
    """The claims of a token, unchecked."""
    return json.loads(urlsafe_b64decode(token.split(".")[1].encode()))
