"""Logging in with a password and a second factor, and changing them: every guess counts before it is judged."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.domain.logboek import NIEMAND, Handeling, Logregel, Uitkomst
from app.domain.persoon import MET_TWEEDE_FACTOR, NAAM, Fase, demand_wachtwoord, naam_of, wachtwoord_of
from app.domain.refusals import InvalidInput
from app.processing.logboek import note, note_now
from app.processing.personen_pogingen import (
    code_poging_of,
    comes_too_early,
    count_ahead,
    forgive,
    poging_of,
    sessie_poging_of,
    take_back,
)
from app.processing.personen_totp import opened, proposed_geheim, sealed, step_of
from app.processing.personen_wachtwoord import hash_of, is_outdated, is_wachtwoord
from app.processing.runtime import Runtime
from app.processing.sessies import Vanaf, Wie, begin, principal_of_sessie, principal_of_wie, renewed, wie_in, wie_of
from app.storage.personen import (
    PersoonRecord,
    find_persoon,
    set_ingelogd,
    set_totp,
    set_wachtwoord,
    use_totp_step,
)
from app.storage.sessies import SessieRecord


class Binnen(NamedTuple):
    """A session that began: the value of its cookie, and how far the person is."""

    cookie: str
    fase: Fase


def fase_of(persoon: PersoonRecord) -> Fase:
    """How far a person is whose password was right."""
    if persoon.totp_geheim is not None:
        return Fase.TWEEDE_FACTOR
    return Fase.INSTELLEN if persoon.rol in MET_TWEEDE_FACTOR else Fase.INGELOGD


def is_braked(runtime: Runtime, typed: str, vanaf: Vanaf) -> bool:
    """Whether logging in with this name from there is no use yet: told before the dear work of judging a password."""
    return comes_too_early(runtime, poging_of(runtime, naam_of(typed), vanaf.adres))


def log_in(runtime: Runtime, typed: str, wachtwoord: str, vanaf: Vanaf) -> Binnen | None:
    """A session for who gives the right name and password; None whatever was wrong, after the same work."""
    naam = naam_of(typed)
    poging = poging_of(runtime, naam, vanaf.adres)
    may_try = count_ahead(runtime, poging)
    persoon = _found(runtime, naam)
    kept = persoon.wachtwoord_hash if persoon and persoon.actief and may_try else None
    if not is_wachtwoord(wachtwoord, kept) or kept is None:
        if may_try:  # an attempt that came too early is no guess, and a flood of them would fill the logboek
            _note_failure(runtime, persoon.naam if persoon else None, vanaf, "wachtwoord")
        return None
    newer = hash_of(wachtwoord) if is_outdated(kept) else None

    def work(session: Session) -> Binnen | None:
        found = find_persoon(session, naam=naam)
        if found is None or not found.actief or found.wachtwoord_hash != kept:
            return None  # changed while we looked
        if newer is not None:
            set_wachtwoord(session, naam=naam, wachtwoord_hash=newer)
        fase = fase_of(found)
        if fase is Fase.INGELOGD:
            forgive(session, runtime, poging)
            note_login(session, runtime, wie_of(found), vanaf)
        else:
            take_back(session, runtime, poging)
        return Binnen(begin(session, runtime, wie_of(found), vanaf, fase=fase), fase)

    return runtime.storage.run(work)


def give_code(runtime: Runtime, sessie: SessieRecord, code: str, vanaf: Vanaf) -> str | None:
    """The cookie of a full session for who gives the code of the second factor, which works once; None: not right."""
    poging = code_poging_of(runtime, sessie.naam, vanaf.adres)
    if not count_ahead(runtime, poging):
        return None

    def work(session: Session) -> str | None:
        persoon = find_persoon(session, naam=sessie.naam)
        if persoon is None or not persoon.actief or not _uses_code(session, runtime, persoon, code):
            return None
        forgive(session, runtime, poging)
        note_login(session, runtime, wie_in(sessie), vanaf)
        return renewed(session, runtime, sessie)

    cookie = runtime.storage.run(work)
    if cookie is None:
        _note_failure(runtime, sessie.naam, vanaf, "tweede factor")
    return cookie


def is_own_wachtwoord(runtime: Runtime, sessie: SessieRecord, wachtwoord: str, vanaf: Vanaf) -> bool:
    """Whether who is logged in knows its password; too many wrong ones brake this session, and no other."""
    poging = sessie_poging_of(runtime, sessie.id_sha256)
    if not count_ahead(runtime, poging):
        return False
    with runtime.storage.reading() as session:
        persoon = find_persoon(session, naam=sessie.naam)
    if persoon is None or not is_wachtwoord(wachtwoord, persoon.wachtwoord_hash):
        note_now(runtime, principal_of_sessie(sessie, vanaf.herkomst), _failed(sessie.naam, "eigen wachtwoord"))
        return False
    runtime.storage.run(lambda session: take_back(session, runtime, poging))
    return True


def change_wachtwoord(runtime: Runtime, sessie: SessieRecord, wachtwoord: str, vanaf: Vanaf) -> str:
    """Give the person another password; its other sessions end, this one goes on under the cookie that is returned.

    Raises InvalidInput for a password that cannot be.
    """
    demand_wachtwoord(wachtwoord_of(wachtwoord), naam=sessie.naam)
    hashed = hash_of(wachtwoord)

    def work(session: Session) -> str:
        set_wachtwoord(session, naam=sessie.naam, wachtwoord_hash=hashed)
        _note_change(session, runtime, sessie, vanaf, "wachtwoord gekozen")
        return renewed(session, runtime, sessie, others_end=True)

    return runtime.storage.run(work)


def add_totp(runtime: Runtime, sessie: SessieRecord, code: str, vanaf: Vanaf) -> str | None:
    """Take the secret that this session proposed into use; the new cookie, or None when the code is not of it."""
    geheim = proposed_geheim(runtime.geheimen, sessie.id_sha256)
    step = step_of(geheim, code, runtime.now())
    if step is None:
        return None

    def work(session: Session) -> str:
        persoon = find_persoon(session, naam=sessie.naam)
        if persoon is None or persoon.totp_geheim is not None:
            raise InvalidInput("Er is al een tweede factor ingesteld.")
        set_totp(session, naam=sessie.naam, geheim=sealed(runtime.geheimen, geheim, sessie.naam), teller=step)
        _note_change(session, runtime, sessie, vanaf, "tweede factor ingesteld")
        if sessie.fase == Fase.INSTELLEN:
            note_login(session, runtime, wie_in(sessie), vanaf)
        return renewed(session, runtime, sessie, others_end=True)

    return runtime.storage.run(work)


def remove_totp(runtime: Runtime, sessie: SessieRecord, vanaf: Vanaf) -> str:
    """Take the second factor away; the new cookie. Raises InvalidInput for a role that cannot do without."""
    if sessie.rol in MET_TWEEDE_FACTOR:
        raise InvalidInput(f"Voor de rol {sessie.rol} is een tweede factor verplicht.")

    def work(session: Session) -> str:
        set_totp(session, naam=sessie.naam, geheim=None, teller=None)
        _note_change(session, runtime, sessie, vanaf, "tweede factor verwijderd")
        return renewed(session, runtime, sessie, others_end=True)

    return runtime.storage.run(work)


def note_login(session: Session, runtime: Runtime, wie: Wie, vanaf: Vanaf) -> None:
    """A person came in: when, and in the logboek."""
    set_ingelogd(session, naam=wie.naam, op=runtime.now())
    principal = principal_of_wie(wie, vanaf.herkomst)
    note(session, runtime, principal, Logregel(handeling=Handeling.INGELOGD, object_id=wie.naam))


def _note_change(session: Session, runtime: Runtime, sessie: SessieRecord, vanaf: Vanaf, reden: str) -> None:
    regel = Logregel(handeling=Handeling.PERSOON_GEWIJZIGD, object_id=sessie.naam, reden=reden)
    note(session, runtime, principal_of_sessie(sessie, vanaf.herkomst), regel)


def _note_failure(runtime: Runtime, naam: str | None, vanaf: Vanaf, reden: str) -> None:
    """Of a name that is nobody's nothing is kept: people type their password there."""
    note_now(runtime, replace(NIEMAND, herkomst=vanaf.herkomst), _failed(naam, reden))


def _failed(naam: str | None, reden: str) -> Logregel:
    return Logregel(handeling=Handeling.INLOGGEN_MISLUKT, object_id=naam, uitkomst=Uitkomst.GEWEIGERD, reden=reden)


def _found(runtime: Runtime, naam: str) -> PersoonRecord | None:
    """The person; of what cannot be a name nothing is asked, for a database may not even take it."""
    if not NAAM.fullmatch(naam):
        return None
    with runtime.storage.reading() as session:
        return find_persoon(session, naam=naam)


def _uses_code(session: Session, runtime: Runtime, persoon: PersoonRecord, code: str) -> bool:
    kept = persoon.totp_geheim
    geheim = opened(runtime.geheimen, kept, persoon.naam) if kept else None
    step = step_of(geheim, code, runtime.now()) if geheim else None
    return step is not None and use_totp_step(session, naam=persoon.naam, teller=step)
