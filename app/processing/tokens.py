"""JWT access tokens (RFC 9068, NL GOV profile for OAuth): whether one is genuine, and for which client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NoReturn, TypeAlias, cast

import structlog
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from app.domain.principal import Recht
from app.domain.refusals import IssuerUnavailable, TokenInvalid
from app.processing.jwks import KeySource, KeysUnavailable, PublicKey

log = structlog.get_logger(__name__)

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
MOST_CHARACTERS: Final = 8192
LEEWAY_SECONDS: Final = 60
LONGEST_NAME: Final = 255
_HEADERS: Final = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
"""What may stand in the header: nothing that brings a key along, says where one is, or changes how to read the rest."""
_TYPES: Final = frozenset({"at+jwt", "application/at+jwt", "jwt"})
_PARTS: Final = 3

SubjectClaim: TypeAlias = Literal["client_id", "azp", "sub"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """An authorization server whose tokens are accepted when they are for `audience`.

    `name` is its `iss`, to the letter. `subject_claim` names the claim that holds the client. `scope_prefix` stands
    before our scopes in its tokens, as in `https://wmo.example/berichten:lezen`; a scope without it is not one of ours.
    """

    name: str
    audience: str
    keys: KeySource
    subject_claim: SubjectClaim = "client_id"
    scope_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHolder:
    """Who a genuine token is for: its client as `issuer|subject`, and the scopes that the issuer granted.

    `certificate`: the SHA-256 fingerprint (hex) of the one certificate that it may come with (RFC 8705), None: any.
    """

    kenmerk: str
    rechten: frozenset[Recht]
    certificate: str | None = None


def holder_of(token: str, issuers: Mapping[str, TokenIssuer], *, now: datetime) -> TokenHolder:
    """The client of a token; `issuers` by their `iss`.

    TokenInvalid: it is not genuine, not for us, or not valid at `now` (UTC, 60 seconds either way).
    IssuerUnavailable: that cannot be told, for the keys of its issuer are not here.
    """
    header, claims = _opened(token)
    _demand_header(header)
    issuer = issuers.get(_text(claims, "iss"))
    if issuer is None:
        refuse_token("issuer")
    _demand_signature(token, _key(issuer, _text(header, "kid")))
    _demand_claims(claims, issuer, now)
    return TokenHolder(
        kenmerk=f"{issuer.name}|{_text(claims, issuer.subject_claim)}",
        rechten=_granted(claims, issuer.scope_prefix),
        certificate=_confirmed(claims),
    )


def refuse_token(reden: str) -> NoReturn:
    """Raise TokenInvalid. Logged by kind alone: what stands in the token may be anybody's invention."""
    log.warning("token_refused", reden=reden)
    raise TokenInvalid("Het token is niet geldig.") from None


def _opened(token: str) -> tuple[dict[str, object], dict[str, object]]:
    """The header and claims of a signed token, before it is known to be genuine."""
    parts = token.split(".")
    if len(token) > MOST_CHARACTERS or not token.isascii() or len(parts) != _PARTS:
        refuse_token("form")
    return _object(parts[0]), _object(parts[1])


def _object(segment: str) -> dict[str, object]:
    try:
        decoded = json.loads(
            urlsafe_b64decode(segment.encode()).decode(), object_pairs_hook=_once_each, parse_constant=_not_json
        )
    except (ValueError, IndexError, RecursionError):
        refuse_token("form")
    if not isinstance(decoded, dict):
        refuse_token("form")
    return cast("dict[str, object]", decoded)


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """RFC 7519 §4: a name that stands there twice is read differently by different readers."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _not_json(_constant: str) -> NoReturn:
    raise ValueError


def _text(members: Mapping[str, object], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
        refuse_token(name)
    return value


def _demand_header(header: Mapping[str, object]) -> None:
    if header.get("alg") not in ALGORITHMS:
        refuse_token("alg")
    if _text(header, "typ").lower() not in _TYPES:
        refuse_token("typ")
    if header.keys() - _HEADERS:
        refuse_token("header")


def _key(issuer: TokenIssuer, kid: str) -> PublicKey:
    try:
        key = issuer.keys.find(kid)
    except KeysUnavailable:
        raise IssuerUnavailable("De sleutels van de uitgever van het token zijn nu niet op te halen.") from None
    if key is None:
        refuse_token("kid")
    return key


def _demand_signature(token: str, key: PublicKey) -> None:
    try:
        jws.deserialize_compact(token, key, algorithms=ALGORITHMS)
    except (JoseError, ValueError):
        refuse_token("signature")


def _demand_claims(claims: dict[str, object], issuer: TokenIssuer, now: datetime) -> None:
    registry = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer.name},
        aud={"essential": True, "value": issuer.audience},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        refuse_token(error.error)


def _granted(claims: Mapping[str, object], prefix: str) -> frozenset[Recht]:
    """The scopes of ours in the `scope` claim (RFC 8693: one string, spaces between); without one: none."""
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        refuse_token("scope")
    names = {name.removeprefix(prefix) for name in scope.split(" ") if name.startswith(prefix)}
    return frozenset(recht for recht in Recht if recht in names)


def _confirmed(claims: Mapping[str, object]) -> str | None:
    """The certificate that the token is bound to; another way of binding is one that we cannot check."""
    if "cnf" not in claims:
        return None
    confirmation = claims["cnf"]
    if not isinstance(confirmation, dict):
        refuse_token("cnf")
    methods = cast("dict[str, object]", confirmation)
    if methods.keys() != {"x5t#S256"}:
        refuse_token("cnf")
    try:
        return urlsafe_b64decode(_text(methods, "x5t#S256").encode()).hex()
    except ValueError:
        refuse_token("cnf")
