"""Signed tokens (JWT) of whichever kind: read strictly, and checked against a key of who issued them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, NoReturn, cast

import structlog
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from app.domain.refusals import IssuerUnavailable, TokenInvalid
from app.processing.jwks import KeySource, KeysUnavailable, PublicKey

log = structlog.get_logger(__name__)

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
MOST_CHARACTERS: Final = 8192
LEEWAY_SECONDS: Final = 60
LONGEST_NAME: Final = 255
_HEADERS: Final = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
"""What may stand in the header: nothing that brings a key along, says where one is, or changes how to read the rest."""
_PARTS: Final = 3


def refuse_token(reden: str) -> NoReturn:
    """Raise TokenInvalid. Logged by kind alone: what stands in the token may be anybody's invention."""
    log.warning("token_refused", reden=reden)
    raise TokenInvalid("Het token is niet geldig.") from None


def opened(token: str, *, most: int = MOST_CHARACTERS) -> tuple[dict[str, object], dict[str, object]]:
    """The header and claims of a signed token, before it is known to be genuine; TokenInvalid."""
    parts = token.split(".")
    if len(token) > most or not token.isascii() or len(parts) != _PARTS:
        refuse_token("form")
    return _object(parts[0]), _object(parts[1])


def demand_claims(claims: dict[str, object], *, issuer: str, audience: str, now: datetime) -> None:
    """Raise TokenInvalid unless the issuer gave the token to this audience, and it is valid now."""
    registry = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        refuse_token(error.error)


def text_of(members: Mapping[str, object], name: str) -> str:
    """A text of a header or claims; TokenInvalid unless it is there, on one line and not too long."""
    value = members.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
        refuse_token(name)
    return value


def demand_header(header: Mapping[str, object], *, types: Collection[str]) -> None:
    """Raise TokenInvalid for a header that says or brings something else than a token of one of these types."""
    if header.get("alg") not in ALGORITHMS:
        refuse_token("alg")
    if text_of(header, "typ").lower() not in types:
        refuse_token("typ")
    if header.keys() - _HEADERS:
        refuse_token("header")


def demand_signature(token: str, header: Mapping[str, object], keys: KeySource) -> None:
    """Raise TokenInvalid unless a key of the issuer made the signature; IssuerUnavailable: its keys are not here."""
    try:
        jws.deserialize_compact(token, _key(keys, text_of(header, "kid")), algorithms=ALGORITHMS)
    except (JoseError, ValueError):
        refuse_token("signature")


def _key(keys: KeySource, kid: str) -> PublicKey:
    try:
        key = keys.find(kid)
    except KeysUnavailable:
        raise IssuerUnavailable("De sleutels van de uitgever van het token zijn nu niet op te halen.") from None
    if key is None:
        refuse_token("kid")
    return key


def object_of(text: bytes | str) -> dict[str, object]:
    """A JSON object of which no name stands there twice (RFC 7519 §4: different readers read it differently).

    ValueError, RecursionError: it is something else.
    """
    decoded = json.loads(text, object_pairs_hook=_once_each, parse_constant=_not_json)
    if not isinstance(decoded, dict):
        raise ValueError("no object")  # noqa: TRY004 - it is about what was read
    return cast("dict[str, object]", decoded)


def _object(segment: str) -> dict[str, object]:
    try:
        return object_of(urlsafe_b64decode(segment.encode()).decode())
    except (ValueError, IndexError, RecursionError):
        refuse_token("form")


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _not_json(_constant: str) -> NoReturn:
    raise ValueError
