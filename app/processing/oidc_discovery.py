"""Where an identity provider does what (OpenID Connect Discovery 1.0): asked of itself, and kept for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

import structlog

from app.delivery.destinations import NotAllowed
from app.delivery.safe_client import NoAnswer, SafeClient
from app.processing.jwks import FetchedKeys, KeySource
from app.processing.jwt import object_of

log = structlog.get_logger(__name__)

WELL_KNOWN: Final = "/.well-known/openid-configuration"
MOST_BYTES: Final = 256 * 1024
FRESH_SECONDS: Final = 3600
USABLE_SECONDS: Final = 24 * 3600
BETWEEN_SECONDS: Final = 60
RETRY_SECONDS: Final = 5
"""Between two questions to a provider that never answered."""
OK: Final = 200


class ProviderUnavailable(Exception):
    """The identity provider does not answer, or says something that cannot be right"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where the provider does what. `end_session`: None when it cannot be told that somebody leaves.

    `methods` and `algorithms`: how a client may show who it is; empty: not said. `names_itself`: every answer that a
    browser brings says whose it is (RFC 9207).
    """

    authorization: str
    token: str
    keys: str
    end_session: str | None = None
    methods: frozenset[str] = frozenset()
    algorithms: frozenset[str] = frozenset()
    names_itself: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    endpoints: Endpoints
    keys: KeySource
    fetched: float


@dataclass(slots=True)
class Discovery:
    """The document of one provider: asked for when it is older than an hour, and kept for a day when that fails.

    `issuer` is its name, to the letter. `clock` counts seconds and never goes back.
    """

    client: SafeClient
    issuer: str
    clock: Callable[[], float] = time.monotonic
    _known: _Known | None = field(default=None, init=False)
    _asked: float | None = field(default=None, init=False)
    _asking: Lock = field(default_factory=Lock, init=False, repr=False)

    def endpoints(self) -> Endpoints:
        """Where the provider does what; raises ProviderUnavailable."""
        return self._current().endpoints

    def keys(self) -> KeySource:
        """The keys that the provider signs with; raises ProviderUnavailable."""
        return self._current().keys

    def _current(self) -> _Known:
        if self._due():
            self._ask()
        known = self._known
        if known is None or self.clock() - known.fetched > USABLE_SECONDS:
            raise ProviderUnavailable
        return known

    def _due(self) -> bool:
        known, now = self._known, self.clock()
        if known is not None and now - known.fetched <= FRESH_SECONDS:
            return False
        between = RETRY_SECONDS if known is None else BETWEEN_SECONDS
        return self._asked is None or now - self._asked >= between

    def _ask(self) -> None:
        # Who has something to go on with does so while another asks; the others wait for the answer.
        if not self._asking.acquire(blocking=self._known is None):
            return
        try:
            if self._due():
                self._keep(self._answered())
        except (NotAllowed, NoAnswer, ValueError, RecursionError) as failure:
            log.warning("identity_provider_unreadable", error=type(failure).__name__)
        finally:
            self._asking.release()

    def _keep(self, endpoints: Endpoints) -> None:
        known = self._known
        same = known is not None and known.endpoints.keys == endpoints.keys
        keys = known.keys if known is not None and same else FetchedKeys(self.client, endpoints.keys, self.clock)
        self._known = _Known(endpoints, keys, self.clock())

    def _answered(self) -> Endpoints:
        try:
            url = self.issuer.rstrip("/") + WELL_KNOWN
            answer = self.client.get(url, headers={"Accept": "application/json"}, answer_bytes=MOST_BYTES)
            if answer.status != OK or not answer.complete:
                raise ValueError("no document")
            endpoints = read_document(answer.body, issuer=self.issuer)
            for asked in (endpoints.token, endpoints.keys):
                self.client.check(asked)
            return endpoints
        finally:
            self._asked = self.clock()


def read_document(body: bytes, *, issuer: str) -> Endpoints:
    """What the document says; ValueError, RecursionError: it is none, of another provider, or without https."""
    document = object_of(body)
    if document.get("issuer") != issuer:
        raise ValueError("of another provider")
    leave = document.get("end_session_endpoint")
    return Endpoints(
        authorization=_https(document.get("authorization_endpoint")),
        token=_https(document.get("token_endpoint")),
        keys=_https(document.get("jwks_uri")),
        end_session=None if leave is None else _https(leave),
        methods=_words(document, "token_endpoint_auth_methods_supported"),
        algorithms=_words(document, "token_endpoint_auth_signing_alg_values_supported"),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _https(address: object) -> str:
    if not isinstance(address, str) or not address.startswith("https://") or not address.isascii() or "#" in address:
        raise ValueError("no address")
    if not address.isprintable() or set(' "<>\\^`{|}') & set(address):
        raise ValueError("no address")
    return address


def _words(document: Mapping[str, object], name: str) -> frozenset[str]:
    found = document.get(name)
    return frozenset(word for word in found if isinstance(word, str)) if isinstance(found, list) else frozenset()  # pyright: ignore[reportUnknownVariableType]
