"""A message on its way in: what was read of it, and how it is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.bericht import Berichtsoort, BerichtStatus, Richting
from app.domain.principal import Principal, Rol
from app.domain.retour import Ernst, Finding
from app.iwmo.reading import Aanduiding, Recognised
from app.storage.berichten import NewBericht

FROM_GEMEENTE = frozenset(
    {Berichtsoort.WMO301, Berichtsoort.WMO304, Berichtsoort.WMO306, Berichtsoort.WMO308, Berichtsoort.WMO316}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a body: the bericht it is, and whether that is new."""

    bericht_id: str
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A readable message as it came in, under the id that it gets."""

    id: str
    principal: Principal
    body: bytes
    ontvangen_op: datetime
    recognised: Recognised
    aanduiding: Aanduiding

    @property
    def soort(self) -> Berichtsoort:
        """What kind of message it is."""
        return self.recognised.soort

    @property
    def release(self) -> str:
        """The release of the standard that it is written in."""
        return self.recognised.release

    @property
    def sha256(self) -> str:
        """The digest of the bytes, as hexadecimal text."""
        return hashlib.sha256(self.body).hexdigest()

    def located(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings with the source line of their place."""
        return tuple(f.at_line(self.recognised.line_of(f.pad)) for f in findings)


def richting_of(soort: Berichtsoort) -> Richting:
    """Which way a message of this kind goes, seen from the gemeente."""
    return Richting.UITGAAND if soort in FROM_GEMEENTE else Richting.INKOMEND


def errors_in(findings: Iterable[Finding]) -> bool:
    """Whether one of the findings stops the message."""
    return any(finding.ernst is Ernst.FOUT for finding in findings)


def accepted(
    arrival: Arrival,
    *,
    status: BerichtStatus,
    uniek: str,
    bsns: Iterable[str],
    aanbieder: str | None,
    findings: tuple[Finding, ...] = (),
) -> NewBericht:
    """The record of an accepted message; `aanbieder` is the one that may see it."""
    aanduiding = arrival.aanduiding
    return NewBericht(
        id=arrival.id,
        soort=arrival.soort,
        release=arrival.release,
        richting=richting_of(arrival.soort),
        afzender=aanduiding.afzender,
        ontvanger=aanduiding.ontvanger,
        gemeente=aanduiding.gemeente,
        aanbieder=aanbieder,
        servicebureau=aanduiding.servicebureau,
        key_id=arrival.principal.key_id,
        identificatie=aanduiding.identificatie,
        dagtekening=aanduiding.dagtekening,
        ontvangen_op=arrival.ontvangen_op,
        status=status,
        body=arrival.body,
        uniek=uniek,
        findings=findings,
        bsns=frozenset(bsns),
    )


def refused(
    id: str,
    principal: Principal,
    body: bytes,
    ontvangen_op: datetime,
    *,
    arrival: Arrival | None = None,
    findings: tuple[Finding, ...] = (),
    sender_known: bool = False,
) -> NewBericht:
    """The record of a refused message: seen by the party of the key, and by the gemeente when the sender is right."""
    own_gemeente = min(principal.gemeenten, default=None) if principal.rol is Rol.GEMEENTE else None
    own_aanbieder = min(principal.aanbieders, default=None) if principal.rol is Rol.AANBIEDER else None
    aanduiding = arrival.aanduiding if arrival else None
    if aanduiding and sender_known:
        own_gemeente = aanduiding.gemeente or own_gemeente
        own_aanbieder = aanduiding.afzender if principal.rol is Rol.AANBIEDER else None
    return NewBericht(
        id=id,
        soort=arrival.soort if arrival else None,
        release=arrival.release if arrival else None,
        richting=richting_of(arrival.soort) if arrival else _direction_of(principal),
        afzender=aanduiding.afzender if aanduiding else own_gemeente or own_aanbieder,
        ontvanger=aanduiding.ontvanger if aanduiding else None,
        gemeente=own_gemeente,
        aanbieder=own_aanbieder,
        servicebureau=aanduiding.servicebureau if aanduiding and sender_known else None,
        key_id=principal.key_id,
        identificatie=aanduiding.identificatie if aanduiding else None,
        dagtekening=aanduiding.dagtekening if aanduiding else None,
        ontvangen_op=ontvangen_op,
        status=BerichtStatus.AFGEKEURD,
        body=body,
        findings=findings,
    )


def _direction_of(principal: Principal) -> Richting:
    return Richting.UITGAAND if principal.rol is Rol.GEMEENTE else Richting.INKOMEND
