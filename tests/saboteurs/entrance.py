"""Defences at the entrance, each off: who one is, whether that one may, and how often one may try."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from app.api.origin import BehindProxies
from app.api.policy import Rule
from app.domain.persoon import Fase
from app.domain.principal import Principal, Recht
from app.processing import jwt, keys, machines, oidc_tokens, personen_inloggen, sessies, tokens
from app.processing.certificates import Certificate, shown_certificate
from app.processing.jwt import refuse_token
from app.processing.tempo import Tempo
from app.processing.toegang import Aanmelding
from app.storage.keys import KeyRecord
from app.web import visit


def nothing(*_arguments: object, **_named: object) -> None:
    """Let anything pass."""


def yes(*_arguments: object, **_named: object) -> bool:
    """Say that all is right."""
    return True


def policy_lets_all_through() -> None:
    """No operation asks for a right."""
    Rule.check = nothing


def rights_of_credential_ignored() -> None:
    """A credential may whatever its role may."""

    def may(self: Principal, recht: Recht) -> bool:
        return recht in self.role_rights

    Principal.may = may


def key_known_by_id() -> None:
    """Whoever names a key has it."""

    def known(_geheimen: object, record: KeyRecord | None, _secret: str) -> bool:
        return record is not None

    keys.is_secret_of = known


def revoked_key_works() -> None:
    """A key works until its last day, whatever was said of it."""
    KeyRecord.works_at = lambda self, now: self.geldig_vanaf <= now < self.verloopt_op
    keys.is_sealed = yes


def expired_key_works() -> None:
    """A key works until it is revoked."""
    KeyRecord.works_at = lambda self, now: self.ingetrokken_op is None and self.geldig_vanaf <= now


def network_ignored() -> None:
    """A key works from anywhere."""
    keys._from_there = yes


def proxy_is_anybody() -> None:
    """What any caller says of where it comes from is believed."""
    BehindProxies._trusts = yes


def signature_not_verified() -> None:
    """A token is what it says."""
    tokens.demand_signature = nothing


def alg_none_allowed() -> None:
    """A token that says that it is not signed need not be."""
    demand_header, demand_signature = tokens.demand_header, tokens.demand_signature

    def header_too(header: Mapping[str, object], *, types: Iterable[str]) -> None:
        unsigned = header.get("alg") == "none"
        demand_header({**header, "alg": "RS256"} if unsigned else header, types=list(types))

    def signature_too(token: str, header: Mapping[str, object], keys: Any) -> None:
        if header.get("alg") != "none":
            demand_signature(token, header, keys)

    tokens.demand_header, tokens.demand_signature = header_too, signature_too


def audience_ignored() -> None:
    """A token for another service opens this one."""

    class Deaf(jwt.JWTClaimsRegistry):
        def __init__(self, **options: Any) -> None:
            super().__init__(**{name: one for name, one in options.items() if name != "aud"})

    jwt.JWTClaimsRegistry = Deaf


def expiry_of_token_ignored() -> None:
    """A token is valid for ever."""
    demand = tokens.demand_claims

    def late(claims: dict[str, object], *, now: datetime, **wanted: str) -> None:
        if not isinstance(claims.get("exp"), int):
            refuse_token("exp")
        demand({**claims, "exp": now.timestamp() + 60}, now=now, **wanted)

    tokens.demand_claims = late


def bound_token_comes_alone() -> None:
    """A token that is bound to a certificate works without it."""
    holder_of = machines.holder_of
    machines.holder_of = lambda *arguments, **named: replace(holder_of(*arguments, **named), certificate=None)


def certificate_of_anybody() -> None:
    """Client-Cert is believed whoever sends it."""

    def believing(aanmelding: Aanmelding, *, believed: bool, now: datetime) -> Certificate | None:
        return shown_certificate(replace(aanmelding, via_proxy=True), believed=believed, now=now)

    machines.shown_certificate = believing


def form_token_unchecked() -> None:
    """Any form does, with whatever token."""
    visit.is_form_token = yes


def other_sites_may_post() -> None:
    """A form of another site does."""
    visit.demand_own_site = nothing


def session_keeps_its_id() -> None:
    """Who logs in goes on under the cookie that the browser came with."""
    bezoek_of, last = visit._bezoek, [""]

    async def remembered(*arguments: Any, **named: Any) -> visit.Bezoek:
        bezoek = await bezoek_of(*arguments, **named)
        last[0] = bezoek.cookie
        return bezoek

    visit._bezoek = remembered
    sessies.new_cookie = lambda: last[0]


def session_without_end() -> None:
    """A session lasts until somebody ends it."""
    sessies._lasts = yes


def aanbieders_of_session_unsealed() -> None:
    """Whoever writes in the database makes a session one of any aanbieder."""
    seal = sessies._seal
    sessies._seal = lambda runtime, random, sessie: seal(runtime, random, replace(sessie, aanbieders=frozenset()))


def person_of_aanbieder_may_all() -> None:
    """A person of an aanbieder may what its software may."""
    sessies.PERSOON_VAN_AANBIEDER = None


def logout_in_the_browser_only() -> None:
    """Logging out takes the cookie and leaves the session."""
    sessies.end_sessie = yes


def code_works_twice() -> None:
    """A code of the second factor may be used again."""
    personen_inloggen.use_totp_step = yes


def beheer_without_second_factor() -> None:
    """A beheerder is in with a password alone."""
    personen_inloggen.fase_of = lambda _persoon: Fase.INGELOGD


def guesses_not_counted() -> None:
    """One may try passwords as fast as one likes."""
    personen_inloggen.count_ahead = yes


def bsn_searches_without_end() -> None:
    """One may ask after as many bsns as one likes."""
    Tempo.bsn_search = nothing


def wrong_keys_without_end() -> None:
    """One may show as many wrong keys as one likes."""
    Tempo.failure = nothing


def provider_not_verified() -> None:
    """An ID token is what it says."""
    oidc_tokens.demand_signature = nothing


def nonce_ignored() -> None:
    """An ID token that another login got does as well."""
    oidc_tokens.secrets = SimpleNamespace(compare_digest=yes)


def strength_ignored() -> None:
    """Who the identity provider let in with a password alone is in here."""
    oidc_tokens._demand_strong = nothing
