"""Failures to log in slow down the next attempt: for a login name, known or not, and for a network address."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from app.domain.persoon import ADRES_REM, NAAM_REM, VERGETEN_NA, Rem
from app.processing.geheimen import Doel
from app.processing.runtime import Runtime
from app.storage.inlogpogingen import (
    Inlogpoging,
    claim_poging,
    find_poging,
    forget_poging,
    forget_pogingen_before,
    keep_poging,
)

KEPT: Final = timedelta(days=1)
IPV6_HOUSE: Final = 64
"""Of an IPv6 address the network is counted: whoever has one address has all of it."""


class Poging(NamedTuple):
    """What one attempt counts for."""

    adres: str
    naam: str


class Stand(NamedTuple):
    """Whether a login name is locked, and until when."""

    tot: datetime | None


def poging_of(runtime: Runtime, naam: str, adres: str | None) -> Poging:
    """The keys of an attempt to log in with a name from an address."""
    return Poging(_key(runtime, "adres", _house(adres)), _key(runtime, "naam", naam))


def count_ahead(runtime: Runtime, poging: Poging) -> bool:
    """Count an attempt as failed before it is judged, so that many at once all count; False: it comes too early."""
    now = runtime.now()

    def work(session: Session) -> bool:
        forget_pogingen_before(session, moment=now - KEPT)
        found = [(_claimed(session, sleutel, now), rem) for sleutel, rem in zip(poging, _REMMEN, strict=True)]
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
    for sleutel, rem in zip(poging, _REMMEN, strict=True):
        one = claim_poging(session, sleutel=sleutel, now=now)
        left = max(one.mislukt - 1, 0)
        keep_poging(session, poging=replace(one, mislukt=left, niet_voor=rem.niet_voor(left, one.laatste_op)))


def forgive(session: Session, runtime: Runtime, poging: Poging) -> None:
    """The person came in: nothing of the name counts any more, and one less of the address."""
    take_back(session, runtime, poging)
    forget_poging(session, sleutel=poging.naam)


def unlock_naam(session: Session, runtime: Runtime, naam: str) -> None:
    """Let a login name start afresh."""
    forget_poging(session, sleutel=_key(runtime, "naam", naam))


def stand_of(session: Session, runtime: Runtime, naam: str) -> Stand:
    """Whether a login name is locked now."""
    found = find_poging(session, sleutel=_key(runtime, "naam", naam))
    locked = found is not None and found.mislukt >= (NAAM_REM.slot_na or 0)
    until = found.niet_voor if found and locked else None
    return Stand(until if until and until > runtime.now() else None)


def _claimed(session: Session, sleutel: str, now: datetime) -> Inlogpoging:
    found = claim_poging(session, sleutel=sleutel, now=now)
    forgotten = now - found.laatste_op >= VERGETEN_NA
    return replace(found, mislukt=0, niet_voor=None) if forgotten else found


def _key(runtime: Runtime, kind: str, value: str) -> str:
    return hmac.digest(runtime.geheimen.key(Doel.SESSIES), f"poging:{kind}:{value}".encode(), "sha256").hex()


def _house(adres: str | None) -> str:
    try:
        found = ip_address(adres or "")
    except ValueError:
        return adres or ""
    return str(ip_network((found, IPV6_HOUSE), strict=False)) if found.version == 6 else str(found)  # noqa: PLR2004


_REMMEN: Final[tuple[Rem, Rem]] = (ADRES_REM, NAAM_REM)
