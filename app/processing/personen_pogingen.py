"""Failures to log in slow down the next attempt: of a login name, known or not, at an address, and of the address."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from app.domain.netwerk import place_of
from app.domain.persoon import ADRES_REM, NAAM_OVERAL_REM, NAAM_REM, VERGETEN_NA, Rem
from app.processing.geheimen import Doel
from app.processing.runtime import Runtime
from app.storage.inlogpogingen import (
    Inlogpoging,
    claim_poging,
    find_poging,
    forget_poging,
    forget_pogingen_before,
    forget_pogingen_of,
    keep_poging,
    pogingen_of,
)

KEPT: Final = timedelta(days=1)


class Poging(NamedTuple):
    """What one attempt counts for: the keys with their brakes, in the order in which they are locked.

    `eigen` is the key of which nothing counts any more when the attempt is right.
    """

    remmen: tuple[tuple[str, Rem], ...]
    eigen: str


class Stand(NamedTuple):
    """Until when a login name is locked; None: it is not."""

    tot: datetime | None


def poging_of(runtime: Runtime, naam: str, adres: str | None) -> Poging:
    """An attempt to log in with a name from an address."""
    place, of_naam = _of_place(runtime, adres), _key(runtime, "naam", naam)
    here = f"{of_naam}:{place}"
    return Poging(((place, ADRES_REM), (of_naam, NAAM_OVERAL_REM), (here, NAAM_REM)), here)


def code_poging_of(runtime: Runtime, naam: str, adres: str | None) -> Poging:
    """An attempt at the code of a name, by somebody who gave its password."""
    place, codes = _of_place(runtime, adres), f"{_key(runtime, 'naam', naam)}:code"
    return Poging(((place, ADRES_REM), (codes, NAAM_REM)), codes)


def sessie_poging_of(runtime: Runtime, id_sha256: str) -> Poging:
    """An attempt in a session: what others do elsewhere is no matter."""
    sessie = _key(runtime, "sessie", id_sha256)
    return Poging(((sessie, NAAM_REM),), sessie)


def comes_too_early(runtime: Runtime, poging: Poging) -> bool:
    """Whether an attempt now would be refused however right it is; nothing is counted."""
    now = runtime.now()
    with runtime.storage.reading() as session:
        found = [find_poging(session, sleutel=sleutel) for sleutel, _ in poging.remmen]
    return any(one is not None and one.niet_voor is not None and now < one.niet_voor for one in found)


def count_ahead(runtime: Runtime, poging: Poging) -> bool:
    """Count an attempt as failed before it is judged, so that many at once all count; False: it comes too early."""
    now = runtime.now()

    def work(session: Session) -> bool:
        forget_pogingen_before(session, moment=now - KEPT)
        found = [(_claimed(session, sleutel, now), rem) for sleutel, rem in poging.remmen]
        if any(one.niet_voor is not None and now < one.niet_voor for one, _ in found):
            return False
        for one, rem in found:
            failed = one.mislukt + 1
            keep_poging(
                session,
                poging=replace(one, mislukt=failed, laatste_op=now, niet_voor=rem.niet_voor(failed, now)),
            )
        return True

    return runtime.storage.run(work)


def take_back(session: Session, runtime: Runtime, poging: Poging) -> None:
    """The attempt did not fail: one less, the earlier ones still count."""
    now = runtime.now()
    for sleutel, rem in poging.remmen:
        one = claim_poging(session, sleutel=sleutel, now=now)
        left = max(one.mislukt - 1, 0)
        keep_poging(session, poging=replace(one, mislukt=left, niet_voor=rem.niet_voor(left, one.laatste_op)))


def forgive(session: Session, runtime: Runtime, poging: Poging) -> None:
    """The person came in: nothing of its own counts any more, and one less of the rest."""
    take_back(session, runtime, poging)
    forget_poging(session, sleutel=poging.eigen)


def unlock_naam(session: Session, runtime: Runtime, naam: str) -> None:
    """Let a login name start afresh, everywhere."""
    forget_pogingen_of(session, begin=_key(runtime, "naam", naam))


def stand_of(session: Session, runtime: Runtime, naam: str) -> Stand:
    """Whether a login name is locked now, at whatever address."""
    found = pogingen_of(session, begin=_key(runtime, "naam", naam))
    until = [one.niet_voor for one in found if one.niet_voor and one.mislukt >= (NAAM_REM.slot_na or 0)]
    return Stand(max((one for one in until if one > runtime.now()), default=None))


def _claimed(session: Session, sleutel: str, now: datetime) -> Inlogpoging:
    found = claim_poging(session, sleutel=sleutel, now=now)
    forgotten = now - found.laatste_op >= VERGETEN_NA
    return replace(found, mislukt=0, niet_voor=None) if forgotten else found


def _key(runtime: Runtime, kind: str, value: str) -> str:
    return hmac.digest(runtime.geheimen.key(Doel.SESSIES), f"poging:{kind}:{value}".encode(), "sha256").hex()


def _of_place(runtime: Runtime, adres: str | None) -> str:
    return _key(runtime, "adres", place_of(adres))
