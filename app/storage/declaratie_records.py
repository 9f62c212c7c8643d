"""A declaratie and its lines as the rest of the service sees them, and as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from app.domain.bedrag import NUL, Bedrag, BedragMetDC
from app.domain.codelijsten import DebetCredit, Declaratievorm, Eenheid
from app.domain.declaratie import IngediendeBedragPrestatie, Prestatie, ProductReferentie
from app.domain.periode import GeslotenPeriode
from app.domain.retour import Finding
from app.domain.settlement import Uitkomst
from app.storage.declaratie_tables import DeclaratieRow
from app.storage.findings import finding_from_json, finding_to_json


class DeclaratieStatus(StrEnum):
    """How far the judging of a 303 came."""

    TECHNISCH_AFGEKEURD = "technisch-afgekeurd"
    HEADER_AFGEKEURD = "header-afgekeurd"
    BEOORDEELD = "beoordeeld"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaratieRecord:
    """A 303 and its outcome; `ingediend` and `toegekend` are signed, `geboekt` says that it used room."""

    id: str
    bericht_id: str
    gemeente: str
    aanbieder: str
    servicebureau: str | None = None
    factuurnummer: str
    vorm: Declaratievorm
    declaratie_periode: GeslotenPeriode
    factuur_dagtekening: date
    status: DeclaratieStatus
    ingediend: Bedrag
    toegekend: Bedrag = NUL
    retour_codes: tuple[str, ...] = ()
    ontvangen_op: datetime
    geboekt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrestatieRecord:
    """A line of a 303 and its outcome.

    - `telt`: the ReferentieNummer counts as used.
    - `toegekend`, `gemeente_berekend`: signed.
    - `toewijzing_sleutel`: the toewijzing it was judged on, which is stored already; None when there was none.
    - `boekingen`: signed volume by first day of the room period, in the units of `Room`; only with a toewijzing.
    """

    bsn: str = field(repr=False)
    prestatie: Prestatie
    telt: bool
    uitkomst: Uitkomst
    toegekend: Bedrag = NUL
    gemeente_berekend: Bedrag = NUL
    retour_codes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    toewijzing_sleutel: str | None = None
    boekingen: tuple[tuple[date, int], ...] = ()


def declaratie_of(row: DeclaratieRow) -> DeclaratieRecord:
    """The declaratie in a row."""
    return DeclaratieRecord(
        id=row.id,
        bericht_id=row.bericht_id,
        gemeente=row.gemeente,
        aanbieder=row.aanbieder,
        servicebureau=row.servicebureau,
        factuurnummer=row.factuurnummer,
        vorm=Declaratievorm(row.vorm),
        declaratie_periode=GeslotenPeriode(row.begindatum, row.einddatum),
        factuur_dagtekening=row.factuur_dagtekening,
        status=DeclaratieStatus(row.status),
        ingediend=Bedrag(row.ingediend_cents),
        toegekend=Bedrag(row.toegekend_cents),
        retour_codes=tuple(row.retour_codes),
        ontvangen_op=row.ontvangen_op,
        geboekt=row.geboekt,
    )


def declaratie_values(declaratie: DeclaratieRecord) -> dict[str, Any]:
    """The columns of a declaratie."""
    return {
        "id": declaratie.id,
        "bericht_id": declaratie.bericht_id,
        "gemeente": declaratie.gemeente,
        "aanbieder": declaratie.aanbieder,
        "servicebureau": declaratie.servicebureau,
        "factuurnummer": declaratie.factuurnummer,
        "vorm": declaratie.vorm.value,
        "begindatum": declaratie.declaratie_periode.begindatum,
        "einddatum": declaratie.declaratie_periode.einddatum,
        "factuur_dagtekening": declaratie.factuur_dagtekening,
        "status": declaratie.status.value,
        "ingediend_cents": declaratie.ingediend.cents,
        "toegekend_cents": declaratie.toegekend.cents,
        "retour_codes": list(declaratie.retour_codes),
        "ontvangen_op": declaratie.ontvangen_op,
        "geboekt": declaratie.geboekt,
    }


def prestatie_of(row: Row[*tuple[Any, ...]]) -> Prestatie:
    """The line as it was submitted, from a row of `prestatie`."""
    return Prestatie(
        beschikking_nummer=row.beschikking_nummer,
        toewijzing_nummer=row.toewijzing_nummer,
        product_categorie=row.categorie,
        product_code=row.code,
        product_periode=GeslotenPeriode(row.begindatum, row.einddatum),
        ingediende_bedrag_prestatie=IngediendeBedragPrestatie(
            geleverd_volume=row.volume,
            eenheid=Eenheid(row.eenheid),
            verrekenpercentage=row.verrekenpercentage,
            product_tarief=None if row.tarief_cents is None else Bedrag(row.tarief_cents),
            berekend_bedrag=_bedrag_met_dc(row.berekend_cents, row.berekend_debet_credit),
            btw_vrijstelling_indicatie=row.btw_vrijstelling,
            btw_percentage=row.btw_percentage,
            btw_bedrag=_bedrag_met_dc(row.btw_cents, row.btw_debet_credit),
            declaratie_factuur_bedrag=_side(row.bedrag_cents, row.debet_credit),
        ),
        product_referentie=ProductReferentie(
            referentie_nummer=row.referentie_nummer, vorig_referentie_nummer=row.vorig_referentie_nummer
        ),
        commentaar=row.commentaar,
    )


def prestatie_row(
    declaratie: DeclaratieRecord, volgorde: int, line: PrestatieRecord, toewijzing_id: int | None
) -> list[Any]:
    """The values of a line in the order of the columns of its table; `line_of` is the mirror."""
    prestatie, ingediend = line.prestatie, line.prestatie.ingediende_bedrag_prestatie
    berekend, btw, bedrag = ingediend.berekend_bedrag, ingediend.btw_bedrag, ingediend.declaratie_factuur_bedrag
    return [
        *(declaratie.id, volgorde, declaratie.gemeente, declaratie.aanbieder, line.bsn),
        *(prestatie.product_referentie.referentie_nummer, line.telt),
        prestatie.product_referentie.vorig_referentie_nummer,
        *(prestatie.beschikking_nummer, prestatie.toewijzing_nummer, toewijzing_id),
        *(prestatie.product_categorie, prestatie.product_code),
        *(prestatie.product_periode.begindatum, prestatie.product_periode.einddatum),
        *(ingediend.geleverd_volume, ingediend.eenheid.value, ingediend.verrekenpercentage),
        ingediend.product_tarief.cents if ingediend.product_tarief else None,
        *((berekend.saldo.cents, berekend.debet_credit.value) if berekend else (None, None)),
        *(ingediend.btw_vrijstelling_indicatie, ingediend.btw_percentage),
        *((btw.saldo.cents, btw.debet_credit.value) if btw else (None, None)),
        *(bedrag.saldo.cents, bedrag.debet_credit.value, prestatie.commentaar),
        *(line.uitkomst.value, line.toegekend.cents, line.gemeente_berekend.cents, list(line.retour_codes)),
        [finding_to_json(finding) for finding in line.findings] if line.findings else [],
    ]


def line_of(
    row: Row[*tuple[Any, ...]], toewijzing_sleutel: str | None, boekingen: tuple[tuple[date, int], ...]
) -> PrestatieRecord:
    """The line and its outcome, from a row of `prestatie`."""
    return PrestatieRecord(
        bsn=row.bsn,
        prestatie=prestatie_of(row),
        telt=row.telt,
        uitkomst=Uitkomst(row.uitkomst),
        toegekend=Bedrag(row.toegekend_cents),
        gemeente_berekend=Bedrag(row.gemeente_berekend_cents),
        retour_codes=tuple(row.retour_codes),
        findings=tuple(map(finding_from_json, row.bevindingen)),
        toewijzing_sleutel=toewijzing_sleutel,
        boekingen=boekingen,
    )


def _bedrag_met_dc(cents: int | None, debet_credit: str | None) -> BedragMetDC | None:
    return None if cents is None or debet_credit is None else _side(cents, debet_credit)


def _side(cents: int, debet_credit: str) -> BedragMetDC:
    side = DebetCredit(debet_credit)
    return BedragMetDC(Bedrag(-cents if side is DebetCredit.CREDIT else cents), side)
