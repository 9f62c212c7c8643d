"""What a message on trial came to, as people read it: line by line, what goes wrong first, and never without end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Final, NamedTuple, cast

from app.domain.bedrag import NUL, Bedrag
from app.domain.bericht_bron import Regel, lines_of, source_of
from app.domain.codelijsten import GEEN_OPMERKING
from app.domain.retour import Ernst, Finding
from app.domain.settlement import LineOutcome, Settlement
from app.domain.toewijzing import Beoordeeld, ToewijzingRetour

MOST_FINDINGS: Final = 50
MOST_LINES: Final = 200


class Plek(NamedTuple):
    """A finding, beside the lines of the source that it is about."""

    bevinding: Finding
    regels: tuple[Regel, ...]


class Lijn(NamedTuple):
    """What one prestatie of a client would get."""

    bsn: str
    uitkomst: LineOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Afrekening:
    """What a 303 would get: its first lines, those that lack something before the others."""

    lijnen: tuple[Lijn, ...] = field(repr=False)
    aantal: int
    niet_volledig: int
    ingediend: Bedrag
    toegekend: Bedrag


class Oordeel(NamedTuple):
    """The codes of a retour on one part of a message."""

    pad: str
    codes: tuple[str, ...]


def places_of(body: bytes, findings: Sequence[Finding]) -> list[Plek]:
    """The first findings with their source: what stops the message goes before what only deserves attention."""
    first = sorted(findings, key=lambda finding: finding.ernst is not Ernst.FOUT)[:MOST_FINDINGS]
    source = source_of(body, lines_of([finding.regelnummer for finding in first]))
    return [Plek(one, _to_the_left(source.around(one.regelnummer)) if one.regelnummer else ()) for one in first]


def _to_the_left(lines: Sequence[Regel]) -> tuple[Regel, ...]:
    """The lines without what they are all indented by, for a narrow screen."""
    indent = min((len(line.tekst) - len(line.tekst.lstrip(" ")) for line in lines if line.tekst.strip()), default=0)
    return tuple(replace(line, tekst=line.tekst[indent:]) for line in lines)


def afrekening_of(settlement: Settlement) -> Afrekening:
    """What becomes of every line."""
    lines = [Lijn(outcome.client.bsn, line) for outcome in settlement.clienten for line in outcome.lines]
    lacking = [line for line in lines if not line.uitkomst.in_full]
    granted = (line for line in lines if line.uitkomst.in_full)
    return Afrekening(
        lijnen=(*lacking, *granted)[:MOST_LINES],
        aantal=len(lines),
        niet_volledig=len(lacking),
        ingediend=sum((line.uitkomst.prestatie.ingediend for line in lines), NUL),
        toegekend=settlement.toegekend,
    )


def oordelen_of(retour: ToewijzingRetour) -> list[Oordeel]:
    """Every part of a retour on which something is said, in order; the first is the message as a whole."""
    header = [Oordeel(retour.header.pad or "/Bericht", retour.header.retour_codes)]
    said = [one for one in (*header, *_oordelen_in(retour.clienten)) if set(one.codes) - {GEEN_OPMERKING}]
    return said[:MOST_LINES]


def _oordelen_in(value: object) -> Iterator[Oordeel]:
    if isinstance(value, tuple):
        for item in cast("tuple[object, ...]", value):
            yield from _oordelen_in(item)
    elif isinstance(value, Beoordeeld):
        yield Oordeel(value.pad, value.retour_codes)
        for part in fields(value):
            yield from _oordelen_in(getattr(value, part.name))
