"""The outcome of a 303: what each line gets, the totals, and the 304 that says so (domain.md §6, IV304)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.domain.bedrag import NUL, Bedrag, BedragMetDC
from app.domain.budget import Boekingen
from app.domain.codelijsten import GEEN_OPMERKING, TECHNISCH_AFGEKEURD, VOLLEDIG_TOEGEKEND
from app.domain.declaratie import (
    ClientRetour,
    Declaratie,
    DeclaratieClient,
    DeclaratieRetour,
    DeclaratieRetourHeader,
    Prestatie,
    PrestatieRetour,
)
from app.domain.retour import Finding


class Uitkomst(StrEnum):
    """What became of a line."""

    TOEGEKEND = "toegekend"
    DEELS = "deels"
    AFGEWEZEN = "afgewezen"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOutcome:
    """What one prestatie gets.

    `toegekend` is signed; `gemeente_berekend` is what the gemeente finds right, never negative. `boekingen` is the
    volume that it takes from (or, for a credit, gives back to) the room of its toewijzing.
    """

    prestatie: Prestatie
    uitkomst: Uitkomst
    toegekend: Bedrag = NUL
    gemeente_berekend: Bedrag = NUL
    retour_codes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    toewijzing_sleutel: str | None = None
    boekingen: Boekingen = ()

    @property
    def in_full(self) -> bool:
        """Whether the line got what it asked, so that the 304 leaves it out."""
        return self.uitkomst is Uitkomst.TOEGEKEND and self.toegekend == self.prestatie.ingediend


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOutcome:
    """What one client of the 303 gets; its codes are empty when nothing is wrong with the client itself."""

    client: DeclaratieClient
    lines: tuple[LineOutcome, ...]
    retour_codes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The decision on a whole 303.

    With `header_codes` nothing of it was judged further, and `clienten` is empty.
    """

    header_codes: tuple[str, ...] = ()
    header_findings: tuple[Finding, ...] = ()
    clienten: tuple[ClientOutcome, ...] = field(default=())

    @property
    def refused(self) -> bool:
        """Whether the message was refused as a whole."""
        return bool(self.header_codes)

    @property
    def technically_refused(self) -> bool:
        """Whether it was refused with 0001, so that its DeclarantFactuurNummer stays free."""
        return TECHNISCH_AFGEKEURD in self.header_codes

    @property
    def toegekend(self) -> Bedrag:
        """The signed sum of what was granted."""
        return Bedrag(sum(line.toegekend.cents for client in self.clienten for line in client.lines))

    @property
    def in_full(self) -> bool:
        """Whether every line got what it asked."""
        return not self.refused and all(line.in_full for client in self.clienten for line in client.lines)

    @property
    def retour_codes(self) -> tuple[str, ...]:
        """The codes on the header of the 304."""
        return self.header_codes or ((VOLLEDIG_TOEGEKEND,) if self.in_full else (GEEN_OPMERKING,))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in message order."""
        below = (f for c in self.clienten for f in (*c.findings, *(f for line in c.lines for f in line.findings)))
        return (*self.header_findings, *below)


def codes_of(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The retourcodes of findings, each once, in order."""
    if not findings:
        return ()
    return tuple(dict.fromkeys(finding.retourcode for finding in findings if finding.retourcode))


def declaratie_retour(
    declaratie: Declaratie, settlement: Settlement, *, gemeente_referentie_nummer: str, today: date
) -> DeclaratieRetour:
    """The 304 on a 303: its header copied, the totals, and only what was not granted in full."""
    header = declaratie.header
    return DeclaratieRetour(
        header=DeclaratieRetourHeader(
            bericht_code=str(int(header.bericht_code) + 1),
            gemeente=header.gemeente,
            servicebureau=header.servicebureau,
            aanbieder=header.aanbieder,
            betaling_aan_id=header.betaling_aan_id,
            declaratie_factuur_identificatie=header.declaratie_factuur_identificatie,
            gemeente_referentie_nummer=gemeente_referentie_nummer,
            retour_dagtekening=today,
            ingediend_totaal_bedrag=header.declaratie_factuur_totaal_bedrag,
            toegekend_totaal_bedrag=BedragMetDC.of(settlement.toegekend),
            retour_codes=settlement.retour_codes,
        ),
        clienten=tuple(filter(None, map(_client_retour, settlement.clienten))),
    )


def _client_retour(outcome: ClientOutcome) -> ClientRetour | None:
    returned = tuple(_prestatie_retour(line) for line in outcome.lines if not line.in_full)
    if not returned:
        return None
    client = outcome.client
    return ClientRetour(
        bsn=client.bsn,
        geboortedatum=client.geboortedatum,
        geslacht=client.geslacht,
        naam=client.naam,
        commentaar=client.commentaar,
        prestaties=returned,
        retour_codes=outcome.retour_codes or (GEEN_OPMERKING,),
    )


def _prestatie_retour(line: LineOutcome) -> PrestatieRetour:
    return PrestatieRetour(
        prestatie=line.prestatie,
        gemeente_berekend_bedrag=BedragMetDC.of(line.gemeente_berekend),
        toegekend_bedrag=BedragMetDC.of(line.toegekend),
        retour_codes=line.retour_codes or (GEEN_OPMERKING,),
    )
