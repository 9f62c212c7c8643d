"""A message on its way in: what was read of it, and how it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.bericht import Berichtsoort, BerichtStatus, Richting
from app.domain.principal import Principal
from app.domain.retour import Ernst, Finding, capped
from app.iwmo.reading import Aanduiding, Recognised
from app.storage.berichten import NewBericht
from app.storage.packed import Packed, sha256_hex

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
    """A readable message as it came in, under the id that it gets; a large one is packed before it is kept."""

    id: str
    principal: Principal
    body: bytes | Packed
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
        return self.body.sha256 if isinstance(self.body, Packed) else sha256_hex(self.body)

    @property
    def omvang_bytes(self) -> int:
        """How large it is."""
        return self.body.omvang_bytes if isinstance(self.body, Packed) else len(self.body)

    def located(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings as they are kept and shown: with the source line of their place, and not without end."""
        return tuple(f.at_line(self.recognised.line_of(f.pad)) for f in capped(findings))


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
) -> NewBericht:
    """The record of an accepted message; `aanbieder` is the one that may see it."""
    aanduiding = arrival.aanduiding
    return replace(
        _as_it_came(arrival, status),
        gemeente=aanduiding.gemeente,
        aanbieder=aanbieder,
        servicebureau=aanduiding.servicebureau,
        uniek=uniek,
        bsns=frozenset(bsns),
    )


def refused(arrival: Arrival, findings: tuple[Finding, ...], *, sender_known: bool) -> NewBericht:
    """The record of a refused message: seen by the party of the key, and by the gemeente when the sender is right."""
    aanduiding, principal = arrival.aanduiding, arrival.principal
    record = replace(_as_it_came(arrival, BerichtStatus.AFGEKEURD), findings=findings)
    if not sender_known:
        return replace(record, gemeente=_own_gemeente(principal), aanbieder=_own_aanbieder(principal))
    return replace(
        record,
        gemeente=aanduiding.gemeente or _own_gemeente(principal),
        aanbieder=aanduiding.aanbieder if principal.for_aanbieder else None,
        servicebureau=aanduiding.servicebureau,
    )


def unreadable(
    id: str, principal: Principal, body: bytes, ontvangen_op: datetime, findings: tuple[Finding, ...]
) -> NewBericht:
    """The record of a body that is no message: seen by the party of the key."""
    gemeente, aanbieder = _own_gemeente(principal), _own_aanbieder(principal)
    return NewBericht(
        id=id,
        richting=Richting.UITGAAND if principal.for_gemeente else Richting.INKOMEND,
        afzender=gemeente or aanbieder,
        gemeente=gemeente,
        aanbieder=aanbieder,
        key_id=principal.key_id,
        ontvangen_op=ontvangen_op,
        status=BerichtStatus.AFGEKEURD,
        body=body,
        findings=findings,
    )


def _as_it_came(arrival: Arrival, status: BerichtStatus) -> NewBericht:
    """What the header says of a message; nobody may see it yet."""
    aanduiding = arrival.aanduiding
    return NewBericht(
        id=arrival.id,
        soort=arrival.soort,
        release=arrival.release,
        richting=richting_of(arrival.soort),
        afzender=aanduiding.afzender,
        ontvanger=aanduiding.ontvanger,
        key_id=arrival.principal.key_id,
        identificatie=aanduiding.identificatie,
        dagtekening=aanduiding.dagtekening,
        ontvangen_op=arrival.ontvangen_op,
        status=status,
        body=arrival.body,
    )


def _own_gemeente(principal: Principal) -> str | None:
    return min(principal.gemeenten, default=None)


def _own_aanbieder(principal: Principal) -> str | None:
    return min(principal.aanbieders, default=None)
