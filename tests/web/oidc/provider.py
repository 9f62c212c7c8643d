"""An identity provider on 127.0.0.1, with TLS: it keeps to the rules, and where a test says so it does not."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

from app.delivery.exchange import Limits
from app.delivery.safe_client import tls_context
from app.domain.principal import Rol
from app.domain.rolverdeling import Toegekend
from app.processing.oidc_client import Provider, SharedSecret
from app.processing.oidc_discovery import Discovery
from tests.delivery.servers import Server, serving, then
from tests.delivery.zendingen import NAME, PATIENT, a_client
from tests.processing.token_issuer import key_set, rsa_key, signed

CLIENT, SECRET = "iwmo", "geheim van: twee %"
PUBLIC_URL = "https://testserver"
PERSOON, SESSIE = "6f1c2d3e-invented", "sessie-1"
VERDELING = {
    "iwmo-behandelaar": Toegekend(Rol.BEHANDELAAR, frozenset({"1708"})),
    "iwmo-tweede": Toegekend(Rol.BEHANDELAAR, frozenset({"0193"})),
    "iwmo-beheer": Toegekend(Rol.BEHEER),
    "iwmo-zorg": Toegekend(Rol.AANBIEDER, aanbieders=frozenset({"98000001"})),
}
LEFT = {"http://schemas.openid.net/event/backchannel-logout": {}}


@dataclass
class FakeProvider:
    """What it says; a test replaces what it wants to be wrong, None leaves a member out."""

    now: Callable[[], datetime]
    port: int = 0
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    token: Callable[[dict[str, Any]], str] | None = None
    raw: dict[str, bytes | None] = field(default_factory=dict)
    """The whole answer by path, None: silence."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"https://{NAME}:{self.port}/gemeente"

    def authorized(self, url: str) -> dict[str, str]:
        """What the browser brings back when the person logs in at the address where it was sent."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"state": asked["state"], "code": code, "iss": self.issuer}

    def id_claims(self, nonce: str) -> dict[str, Any]:
        at = int(self.now().timestamp())
        usual = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": PERSOON,
            "sid": SESSIE,
            "iat": at,
            "exp": at + 300,
            "nonce": nonce,
            "amr": ["pwd", "mfa"],
            "acr": "hoog",
            "roles": ["iets anders", "iwmo-behandelaar"],
            "preferred_username": "verzonnen@gemeente.example",
            "name": "Verzonnen Naam",
        }
        return {name: value for name, value in {**usual, **self.claims}.items() if value is not None}

    def logout_token(self, *, header: dict[str, Any] | None = None, key: Any = None, **changes: Any) -> str:
        at = int(self.now().timestamp())
        usual = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": PERSOON,
            "sid": SESSIE,
            "iat": at,
            "exp": at + 120,
            "jti": "j-1",
            "events": LEFT,
        }
        claims = {name: value for name, value in {**usual, **changes}.items() if value is not None}
        return signed({"alg": "RS256", "kid": "rsa-1", "typ": "logout+jwt", **(header or {})}, claims, key or rsa_key())

    def answer(self, request: bytes) -> bytes | None:
        head, _, body = request.partition(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].decode().rpartition("/gemeente")[2]
        self.seen.append(path)
        if path in self.raw:
            return self.raw[path]
        if path == "/.well-known/openid-configuration":
            return _http(200, self._document())
        if path == "/keys":
            return _http(200, key_set())
        return self._tokens(head.decode(), body.decode())

    def _document(self) -> bytes:
        usual = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth?kies=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/leave",
            "authorization_response_iss_parameter_supported": True,
        }
        return json.dumps(
            {name: value for name, value in {**usual, **self.document}.items() if value is not None}
        ).encode()

    def _tokens(self, head: str, body: str) -> bytes:
        form = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.codes.get(form["code"])
        if asked is None or not self._is_right(asked, form, head):
            return _http(400, b'{"error": "invalid_grant"}')
        self.codes.pop(form["code"])
        claims = self.id_claims(asked["nonce"])
        usual = {"alg": "RS256", "kid": "rsa-1", "typ": "JWT", **self.header}
        header = {name: value for name, value in usual.items() if value is not None}
        token = self.token(claims) if self.token else signed(header, claims, rsa_key())
        return _http(200, json.dumps({"access_token": "x", "token_type": "Bearer", "id_token": token}).encode())

    def _is_right(self, asked: dict[str, str], form: dict[str, str], head: str) -> bool:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        pair = base64.b64encode(b"iwmo:geheim+van%3A+twee+%25").decode()
        return (
            (challenge.decode(), "S256") == (asked["code_challenge"], asked["code_challenge_method"])
            and form["redirect_uri"] == asked["redirect_uri"] == f"{PUBLIC_URL}/inloggen/oidc/terug"
            and f"Authorization: Basic {pair}" in head
            and form["grant_type"] == "authorization_code"
        )


def _http(status: int, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Content-Type: application/json", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirecting(where: str) -> bytes:
    """An answer that sends us elsewhere."""
    return _http(302, b"", f"Location: {where}")


@contextmanager
def providing(now: Callable[[], datetime]) -> Iterator[FakeProvider]:
    """The provider, until the end of the block."""
    fake = FakeProvider(now)

    def behave(connection: socket.socket, server: Server) -> None:
        answer = fake.answer(server.requests[-1])
        if answer is None:
            server.stopped.wait(120)
        else:
            connection.sendall(answer)

    with serving(then(behave), tls=_server_context()) as server:
        fake.port = server.port
        yield fake


def provider_at(fake: FakeProvider, folder: Path, *, limits: Limits = PATIENT, **changes: Any) -> Provider:
    """What we know of the provider."""
    AUTHORITY.cert_pem.write_to_path(folder / "authority.pem")
    client = a_client(fake.port, tls=tls_context(authorities=folder / "authority.pem"), limits=limits)
    usual: dict[str, Any] = {
        "discovery": Discovery(client, fake.issuer),
        "client_id": CLIENT,
        "credential": SharedSecret(SECRET),
        "redirect_uri": f"{PUBLIC_URL}/inloggen/oidc/terug",
        "verdeling": VERDELING,
    }
    return Provider(**{**usual, **changes})


AUTHORITY = trustme.CA()


def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(NAME).configure_cert(context)
    return context
