"""Logging in through the gemeente's identity provider (OpenID Connect: code, PKCE, state and nonce), and leaving.

What the browser keeps in between is one random value; state, nonce and verifier are derived from it, so nothing is
stored before somebody comes back, and what comes back fits that browser alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import urlencode

import structlog
from sqlalchemy.orm import Session

from app.domain.logboek import NIEMAND, Handeling, Logregel, Uitkomst
from app.domain.persoon import Fase
from app.domain.principal import Herkomst
from app.domain.refusals import IssuerUnavailable, TokenInvalid
from app.domain.rolverdeling import toegekend
from app.processing.geheimen import Doel
from app.processing.jwt import refuse_token
from app.processing.logboek import note, note_now
from app.processing.oidc_client import CodeRefused, Provider, id_token_for
from app.processing.oidc_discovery import ProviderUnavailable
from app.processing.oidc_tokens import Aangemeld, read_id_token, read_logout_token
from app.processing.personen_inloggen import note_login
from app.processing.runtime import Runtime
from app.processing.sessies import OIDC, Vanaf, Wie, begin, digest
from app.storage.eenmalig import use_once
from app.storage.sessies import end_sessies_at_uitgever

log = structlog.get_logger(__name__)

LASTS: Final = timedelta(minutes=10)
"""How long a person may take at the provider."""
LONGEST: Final = 2048
PREFIX: Final = "oidc:"
"""Before what the provider calls a person: the login name of nobody here holds a colon."""
PROVIDER: Final = replace(NIEMAND, naam="identiteitsvoorziening")


class Weigering(StrEnum):
    """Why somebody who comes back from the provider does not come in."""

    VERLOPEN = "verlopen"
    """This browser did not begin, began too long ago, or has come back before."""
    AFGEBROKEN = "afgebroken"
    MISLUKT = "mislukt"
    ZONDER_ROL = "zonder-rol"


class LoginRefused(Exception):
    """Somebody comes back from the provider and does not come in"""

    def __init__(self, weigering: Weigering) -> None:
        super().__init__(weigering)
        self.weigering = weigering


class Begonnen(NamedTuple):
    """What the browser keeps, and where it goes."""

    cookie: str
    url: str


class Antwoord(NamedTuple):
    """What a browser brings back from the provider; empty: nothing."""

    state: str = ""
    code: str = ""
    iss: str = ""
    error: str = ""


class Ingelogd(NamedTuple):
    """The cookie of a session that began, and where the person wanted to be."""

    cookie: str
    naar: str


def begin_login(runtime: Runtime, provider: Provider, naar: str) -> Begonnen:
    """Send a browser to the provider, to be at `naar` afterwards; raises ProviderUnavailable."""
    endpoint = provider.discovery.endpoints().authorization
    seconds = int(runtime.now().timestamp())
    cookie = f"{secrets.token_urlsafe(32)}.{seconds}.{base64.urlsafe_b64encode(naar.encode()).decode()}"
    challenge = hashlib.sha256(_derived(runtime, "verifier", cookie).encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect_uri,
        "scope": provider.scope,
        "state": _derived(runtime, "state", cookie),
        "nonce": _derived(runtime, "nonce", cookie),
        "code_challenge": _base64(challenge),
        "code_challenge_method": "S256",
    }
    strong = {"acr_values": " ".join(provider.acr)} if provider.acr else {}
    return Begonnen(cookie, _with_query(endpoint, {**asked, **strong}))


def finish_login(runtime: Runtime, provider: Provider, cookie: str, antwoord: Antwoord, vanaf: Vanaf) -> Ingelogd:
    """A session for whom the provider sends back; raises LoginRefused, ProviderUnavailable."""
    naar = _demand_begun(runtime, cookie, antwoord.state)
    _demand_code(provider, antwoord)
    try:
        verifier, nonce = _derived(runtime, "verifier", cookie), _derived(runtime, "nonce", cookie)
        token = id_token_for(provider, antwoord.code, verifier, runtime.now())
        aangemeld = read_id_token(token, provider, nonce=nonce, now=runtime.now())
    except CodeRefused:
        raise LoginRefused(Weigering.MISLUKT) from None
    except IssuerUnavailable:
        raise ProviderUnavailable from None
    except TokenInvalid:
        _note_failure(runtime, None, vanaf, "token van de identiteitsvoorziening")
        raise LoginRefused(Weigering.MISLUKT) from None
    wie = _wie(runtime, provider, aangemeld, vanaf)

    def work(session: Session) -> str:
        note_login(session, runtime, wie, vanaf)
        return begin(session, runtime, wie, vanaf, fase=Fase.INGELOGD)

    return Ingelogd(runtime.storage.run(work), naar)


def end_at_provider(runtime: Runtime, provider: Provider, token: str, herkomst: Herkomst) -> None:
    """End the sessions of whom the provider says that it left; TokenInvalid, IssuerUnavailable, ProviderUnavailable."""
    afgemeld = read_logout_token(token, provider, now=runtime.now())
    kenmerk = digest(runtime, f"jti:{afgemeld.kenmerk}")

    def work(session: Session) -> bool:
        if not use_once(session, kenmerk=kenmerk, verloopt_op=afgemeld.tot, now=runtime.now()):
            return False
        namen = end_sessies_at_uitgever(
            session, bron=OIDC, uitgever_sessie=afgemeld.sessie, uitgever_persoon=afgemeld.persoon
        )
        regels = [Logregel(handeling=Handeling.UITGELOGD, object_id=naam) for naam in namen]
        note(session, runtime, replace(PROVIDER, herkomst=herkomst), *regels)
        return True

    if not runtime.storage.run(work):
        refuse_token("jti")


def leave_url(provider: Provider, back_to: str) -> str | None:
    """Where a person who left here leaves the provider too; None when that cannot be told. Nothing of it is kept."""
    try:
        endpoint = provider.discovery.endpoints().end_session
    except ProviderUnavailable:
        return None
    asked = {"client_id": provider.client_id, "post_logout_redirect_uri": back_to}
    return _with_query(endpoint, asked) if endpoint else None


def _demand_begun(runtime: Runtime, cookie: str, state: str) -> str:
    """Where the person wanted to be; the state works once, in the browser that began, for ten minutes."""
    now = runtime.now()
    if not hmac.compare_digest(_derived(runtime, "state", cookie).encode(), state.encode()):
        raise LoginRefused(Weigering.VERLOPEN)
    _, seconds, naar = cookie.split(".")  # nobody else can make a state that fits
    ends = datetime.fromtimestamp(int(seconds), UTC) + LASTS
    kenmerk = digest(runtime, f"state:{state}")
    if now >= ends or not runtime.storage.run(
        lambda session: use_once(session, kenmerk=kenmerk, verloopt_op=ends, now=now)
    ):
        raise LoginRefused(Weigering.VERLOPEN)
    return base64.urlsafe_b64decode(naar).decode()


def _demand_code(provider: Provider, antwoord: Antwoord) -> None:
    """Raise LoginRefused for an answer of another provider (RFC 9207), and for one without a code."""
    names_itself = provider.discovery.endpoints().names_itself
    if antwoord.iss != provider.issuer and (antwoord.iss or names_itself):
        log.warning("login_refused", reden="issuer")
        raise LoginRefused(Weigering.MISLUKT)
    if antwoord.error:
        log.warning("login_refused", reden="error")
        raise LoginRefused(Weigering.AFGEBROKEN if antwoord.error == "access_denied" else Weigering.MISLUKT)
    if not 0 < len(antwoord.code) <= LONGEST:
        raise LoginRefused(Weigering.MISLUKT)


def _wie(runtime: Runtime, provider: Provider, aangemeld: Aangemeld, vanaf: Vanaf) -> Wie:
    naam = PREFIX + aangemeld.naam
    gekregen = toegekend(aangemeld.waarden, provider.verdeling)
    if gekregen is None:
        _note_failure(runtime, naam, vanaf, "geen rol, of meer dan één")
        raise LoginRefused(Weigering.ZONDER_ROL)
    return Wie(
        naam=naam,
        rol=gekregen.rol,
        gemeenten=gekregen.gemeenten,
        bron=OIDC,
        uitgever_sessie=aangemeld.sessie,
        uitgever_persoon=aangemeld.persoon,
        aanbieders=gekregen.aanbieders,
    )


def _note_failure(runtime: Runtime, naam: str | None, vanaf: Vanaf, reden: str) -> None:
    regel = Logregel(handeling=Handeling.INLOGGEN_MISLUKT, object_id=naam, uitkomst=Uitkomst.GEWEIGERD, reden=reden)
    note_now(runtime, replace(NIEMAND, herkomst=vanaf.herkomst), regel)


def _derived(runtime: Runtime, what: str, cookie: str) -> str:
    return _base64(hmac.digest(runtime.geheimen.key(Doel.OIDC), f"{what}:{cookie}".encode(), "sha256"))


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _with_query(endpoint: str, asked: dict[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"
