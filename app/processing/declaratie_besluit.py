"""The decision on a 303, from its facts alone: what each line gets, the rows that say so, and the checked 304."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.domain.bericht import Berichtsoort
from app.domain.declaratie import Declaratie, DeclaratieRetour
from app.domain.dossier import DeclaratieRetourDossier
from app.domain.retour import Finding, capped
from app.domain.settlement import ClientOutcome, LineOutcome, Settlement, declaratie_retour
from app.iwmo.releases import write_to
from app.processing.arrival import Arrival
from app.processing.declaratie_feiten import Feiten
from app.processing.runtime import Runtime, new_gemeente_referentie
from app.rules.judgement import findings_beyond, findings_within
from app.rules.settle import settle
from app.storage.declaraties import PrestatieRecord
from app.storage.packed import Packed, Packer


class OwnBerichtInvalid(Exception):
    """A message that we made ourselves breaks the XSD or a rule: a bug, never the sender's fault"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Besluit:
    """All that is to be written down of a 303; `antwoord` is its 304, the message `retour`.

    `findings` and those of the lines have their place in the source.
    """

    settlement: Settlement
    findings: tuple[Finding, ...]
    lines: tuple[PrestatieRecord, ...] = field(repr=False)
    retour: DeclaratieRetour = field(repr=False)
    antwoord: Packed = field(repr=False)


def decide(runtime: Runtime, arrival: Arrival, declaratie: Declaratie, feiten: Feiten) -> Besluit:
    """What the 303 gets, given the facts; needs neither database nor lock.

    OwnBerichtInvalid when the 304 would not hold.
    """
    dossier, technisch, release = feiten.dossier, feiten.technisch, arrival.release
    header = () if technisch else findings_beyond(declaratie, Berichtsoort.WMO303, release, dossier)
    settlement = settle(declaratie, dossier, technisch=technisch, header=header)
    retour = declaratie_retour(
        declaratie, settlement, gemeente_referentie_nummer=new_gemeente_referentie(), today=dossier.today
    )
    used = dossier.used_referenties
    lines = arrival.recognised.lines_of(["/Bericht", *(finding.pad for finding in settlement.findings)])
    return Besluit(
        settlement=settlement,
        findings=_located(settlement.findings, lines),
        lines=tuple(_line(lines, outcome, line, used) for outcome in settlement.clienten for line in outcome.lines),
        retour=retour,
        antwoord=checked_304(runtime, declaratie, retour, release),
    )


def checked_304(runtime: Runtime, declaratie: Declaratie, retour: DeclaratieRetour, release: str) -> Packed:
    """The 304, which holds by the XSD and by the rules; OwnBerichtInvalid when it would not.

    It may be larger than its 303: it is judged and packed while it is written.
    """
    judge, packer = runtime.schemas.judge(release, Berichtsoort.WMO304), Packer()

    def take(piece: bytes) -> None:
        judge.add(piece)
        packer.add(piece)

    write_to(take, retour, release)
    packed = packer.packed()
    if not judge.holds():
        raise _invalid(runtime.xsd_findings(release, Berichtsoort.WMO304, packed.whole()))
    dossier = DeclaratieRetourDossier(today=retour.header.retour_dagtekening, declaratie=declaratie)
    findings = findings_within(retour, Berichtsoort.WMO304, release)
    findings += findings_beyond(retour, Berichtsoort.WMO304, release, dossier) if not findings else ()
    if findings:
        raise _invalid(findings)
    return packed


def _invalid(findings: tuple[Finding, ...]) -> OwnBerichtInvalid:
    return OwnBerichtInvalid(", ".join(f"{finding.regel} {finding.pad}" for finding in findings[:10]))


def _located(findings: tuple[Finding, ...], lines: Mapping[str, int | None]) -> tuple[Finding, ...]:
    """The findings as they are kept; for one of `capped` itself there is the line of the root."""
    return tuple([finding.at_line(lines.get(finding.pad)) for finding in capped(findings)]) if findings else ()


def _line(
    lines: Mapping[str, int | None], outcome: ClientOutcome, line: LineOutcome, used_referenties: Collection[str]
) -> PrestatieRecord:
    return PrestatieRecord(
        bsn=outcome.client.bsn,
        prestatie=line.prestatie,
        telt=line.prestatie.product_referentie.referentie_nummer not in used_referenties,
        uitkomst=line.uitkomst,
        toegekend=line.toegekend,
        gemeente_berekend=line.gemeente_berekend,
        retour_codes=line.retour_codes,
        findings=_located(line.findings, lines),
        toewijzing_sleutel=line.toewijzing_sleutel,
        boekingen=line.boekingen,
    )
