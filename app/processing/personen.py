"""People: made, disabled, unlocked, and given a link to set a password with."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from app.domain.logboek import OPDRACHTREGEL, Handeling, Logregel
from app.domain.logboek import Wie as Door
from app.domain.persoon import Fase, demand_naam, demand_rol, demand_wachtwoord, naam_of, wachtwoord_of
from app.domain.principal import Rol
from app.domain.refusals import InvalidInput
from app.processing.logboek import note
from app.processing.personen_inloggen import fase_of, note_login
from app.processing.personen_pogingen import stand_of, unlock_naam
from app.processing.personen_wachtwoord import hash_of
from app.processing.runtime import Runtime
from app.processing.sessies import LOKAAL, OIDC, Vanaf, begin, digest, principal_of_wie, wie_of
from app.storage.personen import (
    InstelLink,
    PersoonRecord,
    add_link,
    add_persoon,
    find_link,
    find_persoon,
    has_personen,
    list_personen,
    set_actief,
    set_totp,
    set_wachtwoord,
    use_link,
)
from app.storage.sessies import end_sessie, end_sessies_of, sessies_of

LINK_LASTS: Final = timedelta(minutes=30)


class Persoon(NamedTuple):
    """A person, and until when the login name is locked."""

    record: PersoonRecord
    op_slot_tot: datetime | None


def create_persoon(
    runtime: Runtime,
    *,
    naam: str,
    rol: Rol,
    gemeenten: Iterable[str] = (),
    aanbieders: Iterable[str] = (),
    wachtwoord: str | None = None,
    door: Door = OPDRACHTREGEL,
) -> str:
    """Make a person; the login name as it is kept. Without password a link has to give one.

    Raises InvalidInput for a name, role or password that cannot be, and for a name that is taken.
    """
    voor, bij, now = frozenset(gemeenten), frozenset(aanbieders), runtime.now()
    unjudged = PersoonRecord(naam=naam_of(naam), rol=rol, gemeenten=voor, aanbieders=bij, gemaakt_op=now)
    persoon = replace(unjudged, wachtwoord_hash=_judged(unjudged, wachtwoord))

    def work(session: Session) -> None:
        if find_persoon(session, naam=persoon.naam) is not None:
            raise InvalidInput(f"Er is al een persoon {persoon.naam}.")
        add_persoon(session, persoon=persoon)
        regel = Logregel(handeling=Handeling.PERSOON_GEMAAKT, object_id=persoon.naam, reden=rol)
        note(session, runtime, door, regel)

    runtime.storage.run(work)
    return persoon.naam


def _judged(persoon: PersoonRecord, wachtwoord: str | None) -> str | None:
    """The hash of the password, when there is one; raises InvalidInput for what cannot be."""
    demand_naam(persoon.naam)
    demand_rol(Rol(persoon.rol), persoon.gemeenten, persoon.aanbieders)
    if wachtwoord is None:
        return None
    demand_wachtwoord(wachtwoord_of(wachtwoord), naam=persoon.naam)
    return hash_of(wachtwoord)


def all_personen(runtime: Runtime) -> Sequence[Persoon]:
    """Everybody, by name."""
    with runtime.storage.reading() as session:
        found = list_personen(session)
        return [Persoon(one, stand_of(session, runtime, one.naam).tot) for one in found]


def nobody_yet(runtime: Runtime) -> bool:
    """Whether nobody can log in yet."""
    with runtime.storage.reading() as session:
        return not has_personen(session)


def find_record(runtime: Runtime, naam: str) -> PersoonRecord | None:
    """The person with a login name."""
    with runtime.storage.reading() as session:
        return find_persoon(session, naam=naam)


def let_in(runtime: Runtime, naam: str, *, actief: bool, door: Door = OPDRACHTREGEL) -> bool:
    """Disable a person, which ends its sessions at once, or enable it again; False when there is none."""

    def work(session: Session) -> bool:
        end_sessies_of(session, naam=naam, bron=LOKAAL)
        found = set_actief(session, naam=naam, actief=actief)
        if found:
            note(session, runtime, door, _changed(naam, "aangezet" if actief else "uitgezet"))
        return found

    return runtime.storage.run(work)


def log_out(runtime: Runtime, naam: str, *, door: Door = OPDRACHTREGEL) -> int:
    """End every session of a person, also of one whom the identity provider knows; how many there were."""

    def work(session: Session) -> int:
        found = [one for bron in (LOKAAL, OIDC) for one in sessies_of(session, naam=naam, bron=bron)]
        for one in found:
            end_sessie(session, id_sha256=one.id_sha256)
        if found:
            note(session, runtime, door, Logregel(handeling=Handeling.UITGELOGD, object_id=naam))
        return len(found)

    return runtime.storage.run(work)


def unlock(runtime: Runtime, naam: str, *, door: Door = OPDRACHTREGEL) -> bool:
    """Forget the failures of a person; False when there is none."""

    def work(session: Session) -> bool:
        unlock_naam(session, runtime, naam)
        found = find_persoon(session, naam=naam) is not None
        if found:
            note(session, runtime, door, _changed(naam, "van het slot"))
        return found

    return runtime.storage.run(work)


def create_link(runtime: Runtime, naam: str, *, wist_totp: bool = False, door: Door = OPDRACHTREGEL) -> str:
    """The token of a link for a person to set a password with: for 30 minutes, once, instead of an earlier one.

    Raises InvalidInput when there is no such person who is let in.
    """
    token = secrets.token_urlsafe(32)
    link = InstelLink(
        token_sha256=digest(runtime, token), naam=naam, verloopt_op=runtime.now() + LINK_LASTS, wist_totp=wist_totp
    )

    def work(session: Session) -> None:
        persoon = find_persoon(session, naam=naam)
        if persoon is None or not persoon.actief:
            raise InvalidInput(f"Er is geen persoon {naam} die mag inloggen.")
        add_link(session, link=link)
        note(
            session, runtime, door, _changed(naam, "link gemaakt, wist tweede factor" if wist_totp else "link gemaakt")
        )

    runtime.storage.run(work)
    return token


def naam_of_link(runtime: Runtime, token: str) -> str | None:
    """For whom a link is; None when it does not work (any more)."""
    with runtime.storage.reading() as session:
        link = find_link(session, token_sha256=digest(runtime, token))
        if link is None or link.gebruikt_op is not None or link.verloopt_op <= runtime.now():
            return None
        persoon = find_persoon(session, naam=link.naam)
    return link.naam if persoon is not None and persoon.actief else None


def set_up(runtime: Runtime, token: str, wachtwoord: str, vanaf: Vanaf) -> str | None:
    """Use a link: the person has this password now, and a session; its cookie, or None when the link does not work.

    Every other session of the person ends. Raises InvalidInput for a password that cannot be.
    """
    naam = naam_of_link(runtime, token)
    if naam is None:
        return None
    demand_wachtwoord(wachtwoord_of(wachtwoord), naam=naam)
    hashed = hash_of(wachtwoord)

    def work(session: Session) -> str | None:
        link = find_link(session, token_sha256=digest(runtime, token))
        if link is None or not use_link(session, token_sha256=link.token_sha256, now=runtime.now()):
            return None
        return _with_wachtwoord(session, runtime, link, hashed, vanaf)

    return runtime.storage.run(work)


def _with_wachtwoord(session: Session, runtime: Runtime, link: InstelLink, hashed: str, vanaf: Vanaf) -> str | None:
    set_wachtwoord(session, naam=link.naam, wachtwoord_hash=hashed)
    if link.wist_totp:
        set_totp(session, naam=link.naam, geheim=None, teller=None)
    end_sessies_of(session, naam=link.naam, bron=LOKAAL)
    unlock_naam(session, runtime, link.naam)
    persoon = find_persoon(session, naam=link.naam)
    if persoon is None or not persoon.actief:
        return None
    fase, wie = fase_of(persoon), wie_of(persoon)
    note(session, runtime, principal_of_wie(wie, vanaf.herkomst), _changed(wie.naam, "wachtwoord gekozen met link"))
    if fase is Fase.INGELOGD:
        note_login(session, runtime, wie, vanaf)
    return begin(session, runtime, wie, vanaf, fase=fase)


def _changed(naam: str, reden: str) -> Logregel:
    return Logregel(handeling=Handeling.PERSOON_GEWIJZIGD, object_id=naam, reden=reden)
