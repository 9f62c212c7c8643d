"""What was declared, what of it was granted, and why the rest was not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from app.api.dependencies import Caller, Parts, Sight
from app.api.fields import Agb
from app.api.paging import Limiet, Na, page_of
from app.api.shapes import BevindingOut, Link, Page, Shape
from app.api.toewijzingen import ProductOut
from app.domain.logboek import Handeling
from app.processing.declaratie_lijst import Status, Vraag, declaraties_of, status_of
from app.processing.logboek import viewing
from app.storage.declaraties import DeclaratieRecord, PrestatieRecord, get_declaratie

router = APIRouter(prefix="/declaraties", tags=["Declaraties"])


class PeriodeOut(Shape):
    """From the first to the last day, both included."""

    begindatum: date
    einddatum: date


class RegelOut(Shape):
    """A line; amounts are signed euro-cents."""

    referentie_nummer: str
    vorig_referentie_nummer: str | None
    toewijzing_nummer: int | None
    product: ProductOut
    begindatum: date
    einddatum: date
    volume: int
    eenheid: str
    bedrag_centen: int
    uitkomst: str
    toegekend_centen: int
    gemeente_berekend_centen: int
    retourcodes: list[str]
    bevindingen: list[BevindingOut]

    @classmethod
    def of(cls, line: PrestatieRecord) -> Self:
        """The JSON of a line."""
        prestatie = line.prestatie
        return cls(
            referentie_nummer=prestatie.product_referentie.referentie_nummer,
            vorig_referentie_nummer=prestatie.product_referentie.vorig_referentie_nummer,
            toewijzing_nummer=prestatie.toewijzing_nummer,
            product=ProductOut(categorie=prestatie.product_categorie, code=prestatie.product_code),
            begindatum=prestatie.product_periode.begindatum,
            einddatum=prestatie.product_periode.einddatum,
            volume=prestatie.ingediende_bedrag_prestatie.geleverd_volume,
            eenheid=prestatie.ingediende_bedrag_prestatie.eenheid.value,
            bedrag_centen=prestatie.ingediend.cents,
            uitkomst=line.uitkomst.value,
            toegekend_centen=line.toegekend.cents,
            gemeente_berekend_centen=line.gemeente_berekend.cents,
            retourcodes=list(line.retour_codes),
            bevindingen=[BevindingOut.of(finding) for finding in line.findings],
        )


class DeclaratieLinks(Shape):
    """What belongs to a declaratie."""

    self_: Link = Field(serialization_alias="self")
    bericht: Link


class DeclaratieOut(Shape):
    """A declaratie; `regels` is left out of lists. Amounts are signed euro-cents."""

    id: str
    factuurnummer: str
    aanbieder: str
    gemeente: str
    vorm: str
    periode: PeriodeOut
    status: Status
    ingediend_centen: int
    toegekend_centen: int
    retourcodes: list[str]
    links: DeclaratieLinks = Field(serialization_alias="_links")

    @classmethod
    def of(cls, record: DeclaratieRecord) -> Self:
        """The JSON of a declaratie."""
        return cls(**_facts(record))


class DeclaratieMetRegelsOut(DeclaratieOut):
    """A declaratie with its lines, in the order of the 303; none when it was refused as a whole."""

    regels: list[RegelOut]

    @classmethod
    def with_lines(cls, record: DeclaratieRecord, lines: Sequence[PrestatieRecord]) -> Self:
        """The JSON of a declaratie and its lines."""
        return cls(**_facts(record), regels=[RegelOut.of(line) for line in lines])


def _facts(record: DeclaratieRecord) -> dict[str, Any]:
    periode = record.declaratie_periode
    return {
        "id": record.id,
        "factuurnummer": record.factuurnummer,
        "aanbieder": record.aanbieder,
        "gemeente": record.gemeente,
        "vorm": record.vorm.value,
        "periode": PeriodeOut(begindatum=periode.begindatum, einddatum=periode.einddatum),
        "status": status_of(record),
        "ingediend_centen": record.ingediend.cents,
        "toegekend_centen": record.toegekend.cents,
        "retourcodes": list(record.retour_codes),
        "links": DeclaratieLinks(
            self_=Link(href=f"/v1/declaraties/{record.id}"),
            bericht=Link(href=f"/v1/berichten/{record.bericht_id}"),
        ),
    }


class Filters(Shape):
    """What a list may be narrowed to; `periode` is a CAK period of `jaar`."""

    aanbieder: Agb | None = None
    jaar: Annotated[int | None, Field(ge=1900, le=9998)] = None
    periode: Annotated[int | None, Field(ge=1, le=13)] = None
    status: Status | None = None
    limiet: Limiet = 100
    na: Na = None


@router.get("", summary="De declaraties, nieuwste eerst")
def get_declaraties(
    request: Request, caller: Caller, sight: Sight, runtime: Parts, query: Annotated[Filters, Query()]
) -> Page[DeclaratieOut]:
    """Elke declaratie die werd beoordeeld of geweigerd, zonder haar regels."""
    found = declaraties_of(
        runtime,
        caller,
        sight,
        Vraag(
            aanbieder=query.aanbieder,
            jaar=query.jaar,
            periode=query.periode,
            status=query.status,
            limit=query.limiet,
            before=str(query.na) if query.na else None,
        ),
    )
    return page_of(request, [DeclaratieOut.of(record) for record in found.declaraties], found.cursor)


@router.get("/{id:uuid}", summary="Eén declaratie met haar regels")
def get_one_declaratie(id: UUID, caller: Caller, sight: Sight, runtime: Parts) -> DeclaratieMetRegelsOut:
    """Wat er van elke regel werd: toegekend of afgewezen, hoeveel, en waarom."""
    with viewing(runtime, caller, Handeling.DECLARATIE_BEKEKEN, object_id=str(id)) as view:
        record, lines = get_declaratie(view.session, id=str(id), zicht=sight)
        view.about(bsns=(line.bsn for line in lines))
    return DeclaratieMetRegelsOut.with_lines(record, lines)
