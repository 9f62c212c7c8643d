"""Who we are to an identity provider, and what we ask of it: a code from the browser becomes the token of a person."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote_plus, urlencode

import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from app.delivery.destinations import NotAllowed
from app.delivery.safe_client import Answer, NoAnswer
from app.domain.rolverdeling import Toegekend
from app.processing.jwt import object_of
from app.processing.oidc_discovery import OK, Discovery, Endpoints, ProviderUnavailable

log = structlog.get_logger(__name__)

MOST_BYTES: Final = 64 * 1024
ASSERTION_SECONDS: Final = 60
ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
REFUSALS: Final = range(400, 500)
_BLOCK: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)


class KeyUnusable(Exception):
    """The file holds no private key that we can sign with"""


class CodeRefused(Exception):
    """The provider gives nothing for this code"""


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """What we and the provider both know."""

    secret: str = field(repr=False)

    def shown(self, client_id: str, endpoints: Endpoints, _now: datetime) -> tuple[dict[str, str], dict[str, str]]:
        """Headers and fields that show who we are: as the provider likes it, in a header when it does not say."""
        if endpoints.methods and "client_secret_basic" not in endpoints.methods:
            return {}, {"client_secret": self.secret}
        pair = f"{quote_plus(client_id)}:{quote_plus(self.secret)}"  # RFC 6749 §2.3.1
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {}


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A private key that we alone have; `x5t`: of the certificate that the provider knows it by, when it has one."""

    key: RSAKey | ECKey = field(repr=False)
    x5t: str | None = None

    def shown(self, client_id: str, endpoints: Endpoints, now: datetime) -> tuple[dict[str, str], dict[str, str]]:
        """A fresh statement of who we are (private_key_jwt), of use once, for a minute, at this provider."""
        at = int(now.timestamp())
        header = {"alg": self._algorithm(endpoints), "kid": self.key.thumbprint(), "typ": "JWT"}
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": endpoints.token,
            "jti": secrets.token_urlsafe(16),
            "iat": at,
            "nbf": at,
            "exp": at + ASSERTION_SECONDS,
        }
        named = {**header, "x5t#S256": self.x5t} if self.x5t else header
        assertion = jwt.encode(named, claims, self.key, algorithms=[header["alg"]])
        return {}, {"client_assertion_type": ASSERTION, "client_assertion": assertion}

    def _algorithm(self, endpoints: Endpoints) -> str:
        if isinstance(self.key, ECKey):
            return "ES256"
        return "PS256" if not endpoints.algorithms or "PS256" in endpoints.algorithms else "RS256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The gemeente's identity provider, and what we are and want there.

    `redirect_uri`: where it sends people back to, to the letter. `roles_claim` holds the words that `verdeling` turns
    into a role; `name_claim` what a person is called here. Of `acr` and `amr`, when given, each token has to name one.
    """

    discovery: Discovery
    client_id: str
    credential: SharedSecret | OwnKey
    redirect_uri: str
    verdeling: Mapping[str, Toegekend]
    scope: str = "openid"
    roles_claim: str = "roles"
    name_claim: str = "sub"
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()

    @property
    def issuer(self) -> str:
        """The name of the provider, to the letter."""
        return self.discovery.issuer


def read_own_key(path: Path) -> OwnKey:
    """The private key in a PEM file, and the certificate beside it when there is one; KeyUnusable, OSError."""
    blocks = {found[1]: found[0] for found in _BLOCK.finditer(path.read_bytes())}
    key = next((_imported(text) for label, text in blocks.items() if label.endswith(b"PRIVATE KEY")), None)
    if key is None:
        raise KeyUnusable(f"Het bestand {path} bevat geen leesbare privésleutel (RSA, of EC op P-256).")
    certificate = blocks.get(b"CERTIFICATE")
    return OwnKey(key, _thumbprint(certificate) if certificate else None)


def _imported(text: bytes) -> RSAKey | ECKey | None:
    for kind in (RSAKey, ECKey):
        try:
            key = kind.import_key(text)
        except (JoseError, ValueError, TypeError):
            continue
        return key if isinstance(key, RSAKey) or key.curve_name == "P-256" else None
    return None


def id_token_for(provider: Provider, code: str, verifier: str, now: datetime) -> str:
    """The token of the person for whom the provider gave a code, not yet judged; CodeRefused, ProviderUnavailable."""
    endpoints = provider.discovery.endpoints()
    headers, fields = provider.credential.shown(provider.client_id, endpoints, now)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.redirect_uri,
        "client_id": provider.client_id,
        "code_verifier": verifier,
        **fields,
    }
    answer = _posted(provider, endpoints.token, headers, urlencode(form).encode())
    if answer.status in REFUSALS:
        log.warning("login_code_refused", status=answer.status)
        raise CodeRefused
    return _id_token_in(answer)


def _posted(provider: Provider, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    every = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", **headers}
    try:
        return provider.discovery.client.post(url, headers=every, body=body, answer_bytes=MOST_BYTES)
    except (NotAllowed, NoAnswer) as failure:
        log.warning("identity_provider_unreadable", error=type(failure).__name__)
        raise ProviderUnavailable from None


def _id_token_in(answer: Answer) -> str:
    try:
        found = object_of(answer.body) if answer.status == OK and answer.complete else {}
    except (ValueError, RecursionError):
        found = {}
    token = found.get("id_token")
    if not isinstance(token, str):
        log.warning("identity_provider_unreadable", status=answer.status)
        raise ProviderUnavailable
    return token


def _thumbprint(text: bytes) -> str:
    try:
        certificate = load_pem_x509_certificate(text)
    except ValueError:
        raise KeyUnusable("Het certificaat bij de privésleutel is niet te lezen.") from None
    return base64.urlsafe_b64encode(certificate.fingerprint(SHA256())).rstrip(b"=").decode()
