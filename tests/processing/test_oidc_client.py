"""Who we are to an identity provider: a secret, or a key of our own."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from joserfc import jwt

from app.processing.oidc_client import KeyUnusable, OwnKey, SharedSecret, read_own_key
from app.processing.oidc_discovery import Endpoints
from tests.processing.token_issuer import ec_key, rsa_key

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ENDPOINTS = Endpoints(authorization="https://p.example/a", token="https://p.example/t", keys="https://p.example/k")


class TestSecret:
    @pytest.mark.parametrize("methods", [[], ["client_secret_basic", "client_secret_post"]])
    def test_goes_in_a_header(self, methods: list[str]):
        shown = SharedSecret("a:b c").shown("ik%", replace(ENDPOINTS, methods=frozenset(methods)), NOW)
        assert shown == ({"Authorization": f"Basic {base64.b64encode(b'ik%25:a%3Ab+c').decode()}"}, {})

    def test_goes_in_the_form_when_the_provider_wants_that(self):
        shown = SharedSecret("a:b").shown("ik", replace(ENDPOINTS, methods=frozenset({"client_secret_post"})), NOW)
        assert shown == ({}, {"client_secret": "a:b"})

    def test_is_not_shown(self):
        assert "a:b" not in repr(SharedSecret("a:b"))


class TestOwnKey:
    @pytest.mark.parametrize(
        ("kind", "algorithms", "alg"),
        [("rsa", [], "PS256"), ("rsa", ["PS256", "RS256"], "PS256"), ("rsa", ["RS256"], "RS256"), ("ec", [], "ES256")],
    )
    def test_makes_a_statement_for_this_provider(self, kind: str, algorithms: list[str], alg: str, tmp_path: Path):
        key = rsa_key() if kind == "rsa" else ec_key()
        path = tmp_path / "key.pem"
        path.write_bytes(key.as_pem(private=True))
        own = read_own_key(path)
        headers, fields = own.shown("ik", replace(ENDPOINTS, algorithms=frozenset(algorithms)), NOW)
        found = jwt.decode(fields["client_assertion"], key, algorithms=[alg])
        at = int(NOW.timestamp())
        assert headers == {}
        assert fields["client_assertion_type"].endswith(":jwt-bearer")
        assert found.header == {"alg": alg, "kid": key.thumbprint(), "typ": "JWT"}
        assert len(found.claims.pop("jti")) >= 20
        assert found.claims == {
            "iss": "ik", "sub": "ik", "aud": ENDPOINTS.token, "iat": at, "nbf": at, "exp": at + 60
        }  # fmt: skip

    def test_every_statement_is_another(self):
        own = OwnKey(ec_key())
        assert own.shown("ik", ENDPOINTS, NOW)[1] != own.shown("ik", ENDPOINTS, NOW)[1]

    @pytest.mark.parametrize("key_first", [True, False])
    def test_names_its_certificate(self, key_first: bool, tmp_path: Path):
        made = trustme.CA().issue_cert("iwmo.example", key_type=trustme.KeyType.ECDSA)
        parts = [made.private_key_pem.bytes(), made.cert_chain_pems[0].bytes()]
        path = tmp_path / "both.pem"
        path.write_bytes(b"\n".join(parts if key_first else reversed(parts)))
        fingerprint = load_pem_x509_certificate(parts[1]).fingerprint(SHA256())
        assert read_own_key(path).x5t == base64.urlsafe_b64encode(fingerprint).rstrip(b"=").decode()

    @pytest.mark.parametrize("text", ["", "x", "public", "p384", "certificate", "broken"])
    def test_what_is_no_key(self, text: str, tmp_path: Path):
        texts = {
            "public": rsa_key().as_pem(private=False),
            "p384": ec_key("p384", "P-384").as_pem(private=True),
            "certificate": trustme.CA().cert_pem.bytes(),
            "broken": b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        }
        path = tmp_path / "key.pem"
        path.write_bytes(texts.get(text, text.encode()))
        with pytest.raises(KeyUnusable):
            read_own_key(path)
