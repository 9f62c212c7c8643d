"""Sessions of people: begun at login, found by the cookie of every request, ended on the server."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from app.domain.logboek import Handeling, Logregel
from app.domain.persoon import Fase
from app.domain.principal import PERSOON_VAN_AANBIEDER, VAN_AANBIEDER, Herkomst, Principal, Rol, Wijze
from app.processing.geheimen import Doel
from app.processing.logboek import note
from app.processing.runtime import Runtime
from app.storage.personen import PersoonRecord, find_persoon
from app.storage.sessies import (
    SessieRecord,
    add_sessie,
    end_sessie,
    end_sessies_before,
    end_sessies_of,
    find_sessie,
    sessies_of,
    touch_sessie,
)

LOKAAL: Final = "lokaal"
OIDC: Final = "oidc"
STIL: Final = timedelta(minutes=30)
"""After so long without a request a session is over."""

LANGSTE: Final = timedelta(hours=10)
HALVERWEGE: Final = timedelta(minutes=10)
"""How long a person may take over the second factor."""

SEEN_EVERY: Final = timedelta(minutes=1)
LONGEST_COOKIE: Final = 100
SEAL_LENGTH: Final = 48
"""192 bits, in hex."""
LONGEST_PROGRAMMA: Final = 200


class Wie(NamedTuple):
    """Who a session is of: a person of this service, or one whom the identity provider knows."""

    naam: str
    rol: str
    gemeenten: frozenset[str]
    bron: str = LOKAAL
    uitgever_sessie: str | None = None
    uitgever_persoon: str | None = None
    aanbieders: frozenset[str] = frozenset()


def wie_of(persoon: PersoonRecord) -> Wie:
    """A person of this service as who a session is of."""
    return Wie(persoon.naam, persoon.rol, persoon.gemeenten, aanbieders=persoon.aanbieders)


def wie_in(sessie: SessieRecord) -> Wie:
    """Who a session is of."""
    return Wie(
        naam=sessie.naam,
        rol=sessie.rol,
        gemeenten=sessie.gemeenten,
        bron=sessie.bron,
        uitgever_sessie=sessie.uitgever_sessie,
        uitgever_persoon=sessie.uitgever_persoon,
        aanbieders=sessie.aanbieders,
    )


class Vanaf(NamedTuple):
    """From where somebody works: a network address, what the browser calls itself, and what the logboek wants."""

    adres: str | None = None
    programma: str | None = None
    herkomst: Herkomst | None = None


def new_cookie() -> str:
    """A value that nobody guesses: 256 random bits."""
    return secrets.token_urlsafe(32)


def begin(
    session: Session, runtime: Runtime, wie: Wie, vanaf: Vanaf, *, fase: Fase, begonnen: datetime | None = None
) -> str:
    """Begin a session; the value of its cookie, always a new one. `begonnen`: it goes on from an earlier one.

    Half of the cookie is random, half proves who it was made for: a row that somebody changed fits no cookie any more.
    """
    now = runtime.now()
    end_sessies_before(session, begonnen=now - LANGSTE, gezien=now - STIL)
    sessie = SessieRecord(
        id_sha256="",
        naam=wie.naam,
        bron=wie.bron,
        rol=wie.rol,
        gemeenten=wie.gemeenten,
        aanbieders=wie.aanbieders,
        fase=fase,
        begonnen_op=begonnen or now,
        gezien_op=now,
        adres=vanaf.adres,
        programma=vanaf.programma[:LONGEST_PROGRAMMA] if vanaf.programma else None,
        uitgever_sessie=wie.uitgever_sessie,
        uitgever_persoon=wie.uitgever_persoon,
    )
    random = new_cookie()
    cookie = f"{random}.{_seal(runtime, random, sessie)}"
    add_sessie(session, sessie=replace(sessie, id_sha256=digest(runtime, cookie)))
    return cookie


def sessie_of(runtime: Runtime, cookie: str, *, by_itself: bool = False) -> SessieRecord | None:
    """The session of a cookie as long as it lasts; None when there is none (any more).

    `by_itself`: a page asks, not a person, so the session lasts no longer for it.
    """
    if not cookie or len(cookie) > LONGEST_COOKIE:
        return None
    now = runtime.now()
    with runtime.storage.reading() as session:
        sessie = find_sessie(session, id_sha256=digest(runtime, cookie))
        if sessie is None or not _lasts(sessie, now) or not _is_let_in(session, sessie):
            return None
    random, _, sealed = cookie.partition(".")
    if not hmac.compare_digest(sealed.encode(), _seal(runtime, random, sessie).encode()):
        return None
    if not by_itself and now - sessie.gezien_op >= SEEN_EVERY:
        runtime.storage.run(lambda session: touch_sessie(session, id_sha256=sessie.id_sha256, now=now))
    return sessie


def principal_of_sessie(sessie: SessieRecord, herkomst: Herkomst | None) -> Principal:
    """Who acts in a session."""
    return principal_of_wie(wie_in(sessie), herkomst)


def principal_of_wie(wie: Wie, herkomst: Herkomst | None) -> Principal:
    """A person as who acts."""
    rol = Rol(wie.rol)
    return Principal(
        key_id=f"persoon:{wie.naam}",
        rol=rol,
        gemeenten=wie.gemeenten,
        aanbieders=wie.aanbieders,
        rechten=PERSOON_VAN_AANBIEDER if rol in VAN_AANBIEDER else None,
        wijze=Wijze.SESSIE,
        herkomst=herkomst,
    )


def end(runtime: Runtime, sessie: SessieRecord, herkomst: Herkomst | None = None) -> None:
    """Log out."""

    def work(session: Session) -> None:
        if end_sessie(session, id_sha256=sessie.id_sha256):
            regel = Logregel(handeling=Handeling.UITGELOGD, object_id=sessie.naam)
            note(session, runtime, principal_of_sessie(sessie, herkomst), regel)

    runtime.storage.run(work)


def end_own(runtime: Runtime, sessie: SessieRecord, id_sha256: str, herkomst: Herkomst | None = None) -> bool:
    """End one session of the same person; False when that is none of its sessions."""

    def work(session: Session) -> bool:
        own = {one.id_sha256 for one in sessies_of(session, naam=sessie.naam, bron=sessie.bron)}
        ended = id_sha256 in own and end_sessie(session, id_sha256=id_sha256)
        if ended:
            regel = Logregel(handeling=Handeling.UITGELOGD, object_id=sessie.naam, reden="andere eigen sessie")
            note(session, runtime, principal_of_sessie(sessie, herkomst), regel)
        return ended

    return runtime.storage.run(work)


def own_sessies(runtime: Runtime, sessie: SessieRecord) -> Sequence[SessieRecord]:
    """The sessions of the same person that last, newest first."""
    now = runtime.now()
    with runtime.storage.reading() as session:
        return [one for one in sessies_of(session, naam=sessie.naam, bron=sessie.bron) if _lasts(one, now)]


def renewed(
    session: Session, runtime: Runtime, sessie: SessieRecord, *, fase: Fase = Fase.INGELOGD, others_end: bool = False
) -> str:
    """The session under a new cookie, for what it may do changed; its age stays. `others_end`: it is the only one."""
    if others_end:
        end_sessies_of(session, naam=sessie.naam, bron=sessie.bron)
    else:
        end_sessie(session, id_sha256=sessie.id_sha256)
    begonnen = sessie.begonnen_op if sessie.fase == Fase.INGELOGD else None
    return begin(session, runtime, wie_in(sessie), Vanaf(sessie.adres, sessie.programma), fase=fase, begonnen=begonnen)


def form_token(runtime: Runtime, cookie: str) -> str:
    """What a form carries to show that it came from a page of ours in this browser."""
    return hmac.digest(runtime.geheimen.key(Doel.SESSIES), f"formulier:{cookie}".encode(), "sha256").hex()


def is_form_token(runtime: Runtime, cookie: str, token: str) -> bool:
    """Whether a form came from a page of ours in this browser."""
    return secrets.compare_digest(form_token(runtime, cookie).encode(), token.encode())


def digest(runtime: Runtime, value: str) -> str:
    """What is kept of a random value, in hex; only who has the secret of the service can make one.

    A fast hash is right, for the value is beyond guessing.
    """
    return hmac.digest(runtime.geheimen.key(Doel.SESSIES), f"bewaard:{value}".encode(), "sha256").hex()


def _seal(runtime: Runtime, random: str, sessie: SessieRecord) -> str:
    began = sessie.begonnen_op.astimezone(UTC).isoformat()
    # Without aanbieders it is what it was before there were any, so that nobody has to log in again.
    aanbieders = [sorted(sessie.aanbieders)] if sessie.aanbieders else []
    gemeenten = sorted(sessie.gemeenten)
    made_for = (random, sessie.naam, sessie.bron, sessie.rol, gemeenten, sessie.fase, began, *aanbieders)
    sealed = hmac.digest(runtime.geheimen.key(Doel.SESSIES), b"sessie:" + json.dumps(made_for).encode(), "sha256")
    return sealed.hex()[:SEAL_LENGTH]


def _lasts(sessie: SessieRecord, now: datetime) -> bool:
    longest = LANGSTE if sessie.fase == Fase.INGELOGD else HALVERWEGE
    return now - sessie.begonnen_op < longest and now - sessie.gezien_op < STIL


def _is_let_in(session: Session, sessie: SessieRecord) -> bool:
    """Whether a person of this service still is as it was when the session began; of others we hear it otherwise."""
    if sessie.bron != LOKAAL:
        return True
    persoon = find_persoon(session, naam=sessie.naam)
    if persoon is None or not persoon.actief:
        return False
    now, then = wie_of(persoon), wie_in(sessie)
    return (now.rol, now.gemeenten, now.aanbieders) == (then.rol, then.gemeenten, then.aanbieders)
