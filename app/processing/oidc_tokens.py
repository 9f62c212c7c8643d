"""What an identity provider says of a person, or of one who left: whether it is genuine, for us, and for now."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, cast

from app.processing.jwt import (
    LEEWAY_SECONDS,
    demand_claims,
    demand_header,
    demand_signature,
    opened,
    refuse_token,
    text_of,
)
from app.processing.oidc_client import Provider

MOST_CHARACTERS: Final = 24_576
"""Some name every group that a person is in."""
LONGEST_NAAM: Final = 128
LEFT: Final = "http://schemas.openid.net/event/backchannel-logout"
_ID_TYPES: Final = frozenset({"jwt"})
_LOGOUT_TYPES: Final = frozenset({"logout+jwt", "application/logout+jwt", "jwt"})


class Aangemeld(NamedTuple):
    """A person at the provider: what it is called here, its words for roles, and what the provider calls both."""

    naam: str
    waarden: frozenset[str]
    persoon: str
    sessie: str | None


class Afgemeld(NamedTuple):
    """A session (or a person, with all of its sessions) that ended there; `kenmerk` is said once until `tot`."""

    sessie: str | None
    persoon: str | None
    kenmerk: str
    tot: datetime


def read_id_token(token: str, provider: Provider, *, nonce: str, now: datetime) -> Aangemeld:
    """The person of an id_token (OpenID Connect Core 3.1.3.7); TokenInvalid, IssuerUnavailable, ProviderUnavailable."""
    claims = _genuine(token, provider, types=_ID_TYPES, now=now)
    if not secrets.compare_digest(text_of(claims, "nonce").encode(), nonce.encode()):
        refuse_token("nonce")
    _demand_strong(claims, provider)
    naam = text_of(claims, provider.name_claim)
    if len(naam) > LONGEST_NAAM or not naam.isascii() or " " in naam:
        refuse_token("naam")
    return Aangemeld(
        naam=naam,
        waarden=_words(claims.get(provider.roles_claim)),
        persoon=text_of(claims, "sub"),
        sessie=_optional(claims, "sid"),
    )


def read_logout_token(token: str, provider: Provider, *, now: datetime) -> Afgemeld:
    """Who left (OpenID Connect Back-Channel Logout 2.6); TokenInvalid, IssuerUnavailable, ProviderUnavailable."""
    claims = _genuine(token, provider, types=_LOGOUT_TYPES, now=now)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(cast("dict[str, object]", events).get(LEFT), dict):
        refuse_token("events")
    if "nonce" in claims:
        refuse_token("nonce")
    sessie, persoon = _optional(claims, "sid"), _optional(claims, "sub")
    if sessie is None and persoon is None:
        refuse_token("sub")
    return Afgemeld(sessie, persoon, text_of(claims, "jti"), _moment(claims["exp"]))


def _genuine(token: str, provider: Provider, *, types: frozenset[str], now: datetime) -> dict[str, object]:
    header, claims = opened(token, most=MOST_CHARACTERS)
    demand_header({"typ": "JWT", **header}, types=types)  # OpenID Connect does not demand a type
    if text_of(claims, "iss") != provider.issuer:
        refuse_token("issuer")
    demand_signature(token, header, provider.discovery.keys())
    demand_claims(claims, issuer=provider.issuer, audience=provider.client_id, now=now)
    _demand_audience(claims, provider.client_id)
    return claims


def _demand_audience(claims: Mapping[str, object], client_id: str) -> None:
    """A token that is also for others has to say that it was given to us."""
    if claims["aud"] not in (client_id, [client_id]) and "azp" not in claims:
        refuse_token("azp")
    if "azp" in claims and claims["azp"] != client_id:
        refuse_token("azp")


def _demand_strong(claims: Mapping[str, object], provider: Provider) -> None:
    """Raise TokenInvalid unless the person logged in as strongly as is demanded; `acrs` is what Entra calls it."""
    if provider.acr and not (_words(claims.get("acr")) | _words(claims.get("acrs"))) & set(provider.acr):
        refuse_token("acr")
    if provider.amr and not _words(claims.get("amr")) & set(provider.amr):
        refuse_token("amr")


def _words(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset({value})
    if not isinstance(value, list):
        return frozenset()
    return frozenset(word for word in cast("list[object]", value) if isinstance(word, str))


def _optional(claims: Mapping[str, object], name: str) -> str | None:
    return text_of(claims, name) if name in claims else None


def _moment(seconds: object) -> datetime:
    try:
        return datetime.fromtimestamp(float(cast("float", seconds)), UTC) + timedelta(seconds=LEEWAY_SECONDS + 1)
    except (ValueError, OverflowError, OSError):
        refuse_token("exp")
