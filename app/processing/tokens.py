"""JWT access tokens (RFC 9068, NL GOV profile for OAuth): whether one is genuine, and for which client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, cast

from joserfc.util import urlsafe_b64decode

from app.domain.principal import Recht
from app.processing.jwks import KeySource
from app.processing.jwt import demand_claims, demand_header, demand_signature, opened, refuse_token, text_of

_TYPES: Final = frozenset({"at+jwt", "application/at+jwt", "jwt"})

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
    header, claims = opened(token)
    demand_header(header, types=_TYPES)
    issuer = issuers.get(text_of(claims, "iss"))
    if issuer is None:
        refuse_token("issuer")
    demand_signature(token, header, issuer.keys)
    demand_claims(claims, issuer=issuer.name, audience=issuer.audience, now=now)
    return TokenHolder(
        kenmerk=f"{issuer.name}|{text_of(claims, issuer.subject_claim)}",
        rechten=_granted(claims, issuer.scope_prefix),
        certificate=_confirmed(claims),
    )


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
        return urlsafe_b64decode(text_of(methods, "x5t#S256").encode()).hex()
    except ValueError:
        refuse_token("cnf")
