"""The way of a bericht in time, as a line of moments, and how far it came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus, Richting
from app.domain.retour import Ernst
from app.processing.bericht_bekijken import Blik
from app.storage.berichten import BerichtRecord
from app.storage.gebeurtenissen import Gebeurtenis
from app.web.bericht_woorden import partij, postadres
from app.web.dutch import geteld

S = GebeurtenisSoort
WOORDEN: Final[Mapping[GebeurtenisSoort, tuple[str, str]]] = {
    S.ONTVANGEN: ("Ontvangen", "info"),
    S.VERWERKT: ("Verwerkt", "success"),
    S.AFGEKEURD: ("Geweigerd", "error"),
    S.POGING_MISLUKT: ("Bezorgen lukte niet", "warning"),
    S.VERZONDEN: ("Verzonden", "info"),
    S.AFGELEVERD: ("Afgeleverd", "success"),
    S.BEANTWOORD: ("Beantwoord", "success"),
    S.MISLUKT: ("Mislukt", "error"),
    S.OPNIEUW: ("Opnieuw geprobeerd", "info"),
    S.FOUTBERICHT: ("Teruggestuurd met een foutbericht (Fo01)", "error"),
    S.TERMIJN_VERSTREKEN: ("Het antwoord is te laat", "warning"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Punt:
    """Something that happened: when, what, who or to whom, and more about it."""

    moment: datetime
    titel: str
    kind: str
    wie: str = ""
    toelichting: str = ""
    pad: str = ""


@dataclass(frozen=True, slots=True)
class Stap:
    """A step of the way: `stand` is gedaan, nu, mislukt, straks or nvt."""

    naam: str
    stand: str
    moment: datetime | None = None


def tijdlijn(blik: Blik) -> list[Punt]:
    """What happened, oldest first."""
    return list(_punten(blik))


def _punten(blik: Blik) -> Iterator[Punt]:
    record = blik.thread.record
    settled_later = any(one.soort in {S.VERWERKT, S.AFGEKEURD} for one in blik.thread.verloop)
    for one in blik.thread.verloop:
        yield _punt(one, blik)
        if one.soort is S.ONTVANGEN and record.status != BerichtStatus.IN_VERWERKING and not settled_later:
            yield from _gecontroleerd(record)


def _punt(one: Gebeurtenis, blik: Blik) -> Punt:
    record = blik.thread.record
    titel, kind = WOORDEN[one.soort]
    if one.poging is not None and one.poging > 1:
        titel = f"{titel} (poging {one.poging})"
    wie, pad = postadres(one.partij, blik.namen), ""
    if one.soort is S.ONTVANGEN:
        titel, wie = ("Gemaakt", "door deze dienst") if record.key_id is None else (titel, _from(record, blik.namen))
    elif one.soort is S.BEANTWOORD and blik.retour is not None:
        wie, pad = f"door {partij(blik.retour.afzender, blik.namen)}", f"/berichten/{blik.retour.id}"
    elif one.soort in {S.AFGELEVERD, S.VERZONDEN, S.POGING_MISLUKT, S.MISLUKT} and wie:
        wie = f"aan {wie}"
    elif one.soort is S.OPNIEUW:
        wie = ""
    return Punt(moment=one.moment, titel=titel, kind=kind, wie=wie, toelichting=one.reden or "", pad=pad)


def _from(record: BerichtRecord, namen: Mapping[str, str]) -> str:
    return f"van {partij(record.afzender, namen)}" if record.afzender else ""


def _gecontroleerd(record: BerichtRecord) -> Iterator[Punt]:
    if record.soort is None and not record.findings:
        return
    fouten = sum(1 for one in record.findings if one.ernst is Ernst.FOUT)
    op = record.ontvangen_op
    if record.key_id is not None:
        found = geteld(fouten, "fout", "fouten") if fouten else "Geen fouten"
        yield Punt(moment=op, titel="Gecontroleerd", kind="warning" if fouten else "success", toelichting=f"{found}.")
    if record.status == BerichtStatus.AFGEKEURD:
        yield Punt(moment=op, titel="Geweigerd", kind="error", toelichting="Er is verder niets mee gedaan.")
    elif record.richting == Richting.INKOMEND and record.status != BerichtStatus.MISLUKT:
        yield Punt(moment=op, titel="Verwerkt", kind="success")


def stappen(blik: Blik) -> list[Stap]:
    """The six steps, with how far this bericht came."""
    record, verloop = blik.thread.record, blik.thread.verloop
    last = {one.soort: one.moment for one in verloop}
    refused = record.status == BerichtStatus.AFGEKEURD and blik.retour is None
    if record.key_id is None and record.richting == Richting.UITGAAND and not refused:
        return [Stap("gemaakt", "gedaan", record.ontvangen_op), *_bezorgd(record, last), *_antwoord(blik, last)]
    steps = [Stap("ontvangen", "gedaan", record.ontvangen_op), _controle(blik)]
    if refused:
        return [*steps, Stap("verwerkt", "mislukt", last.get(S.AFGEKEURD, record.ontvangen_op))]
    steps.append(_verwerkt(blik, last))
    if record.richting == Richting.UITGAAND:
        steps += _bezorgd(record, last)
    return [*steps, *_antwoord(blik, last)]


def _antwoord(blik: Blik, last: Mapping[GebeurtenisSoort, datetime]) -> list[Stap]:
    if blik.retour is not None:
        return [Stap("beantwoord", "gedaan", last.get(S.BEANTWOORD))]
    return [Stap("beantwoord", "straks")] if blik.thread.antwoord_uiterlijk is not None else []


def _controle(blik: Blik) -> Stap:
    record = blik.thread.record
    if record.status == BerichtStatus.IN_VERWERKING:
        return Stap("gecontroleerd", "nu")
    wrong = record.status == BerichtStatus.AFGEKEURD
    return Stap("gecontroleerd", "mislukt" if wrong else "gedaan", record.ontvangen_op)


def _verwerkt(blik: Blik, last: Mapping[GebeurtenisSoort, datetime]) -> Stap:
    record = blik.thread.record
    if record.status == BerichtStatus.IN_VERWERKING:
        return Stap("verwerkt", "straks")
    if record.status == BerichtStatus.MISLUKT and record.richting == Richting.INKOMEND:
        return Stap("verwerkt", "mislukt", last.get(S.MISLUKT))
    return Stap("verwerkt", "gedaan", last.get(S.VERWERKT, record.ontvangen_op))


def _bezorgd(record: BerichtRecord, last: Mapping[GebeurtenisSoort, datetime]) -> list[Stap]:
    match record.status:
        case BerichtStatus.MISLUKT:
            return [Stap("verzonden", "mislukt", last.get(S.MISLUKT)), Stap("afgeleverd", "straks")]
        case BerichtStatus.TE_VERZENDEN:
            return [Stap("verzonden", "nu"), Stap("afgeleverd", "straks")]
        case BerichtStatus.VERZONDEN:
            return [Stap("verzonden", "gedaan", last.get(S.VERZONDEN)), Stap("afgeleverd", "nu")]
        case BerichtStatus.AFGELEVERD | BerichtStatus.BEANTWOORD:
            sent = last.get(S.VERZONDEN, last.get(S.AFGELEVERD))
            return [Stap("verzonden", "gedaan", sent), Stap("afgeleverd", "gedaan", last.get(S.AFGELEVERD))]
        case _:
            return []
