"""What was assigned, in which versions, and what is left of it per period."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Query, Request
from pydantic import Field

from app.api.dependencies import Caller, Parts, Sight
from app.api.fields import Agb, Datum, Productcode
from app.api.paging import Limiet, page_of
from app.api.shapes import Link, Page, PageLinks, Shape
from app.domain.logboek import Handeling
from app.domain.onderaannemer import Onderaannemer, Onderaannemers, between, shown_on
from app.domain.toewijzing import Omvang
from app.domain.versies import ToewijzingVersie
from app.processing.budgets import BudgetRow, budget_of
from app.processing.logboek import viewing
from app.processing.toewijzing_view import find_toewijzing
from app.storage.toewijzing_records import (
    ToewijzingRecord,
    VersieRecord,
    list_toewijzingen,
)

router = APIRouter(prefix="/toewijzingen", tags=["Toewijzingen"])


class ProductOut(Shape):
    """A product of the gemeente's list."""

    categorie: str
    code: str | None


class OmvangOut(Shape):
    """How much, of what, how often."""

    volume: int
    eenheid: str
    frequentie: str

    @classmethod
    def of(cls, omvang: Omvang) -> Self:
        """The JSON of an Omvang."""
        return cls(volume=omvang.volume, eenheid=omvang.eenheid.value, frequentie=omvang.frequentie.value)


class OnderaannemerOut(Shape):
    """Who works for the aanbieder without a contract; without `einddatum` for as long as the toewijzing runs."""

    aanbieder: str
    begindatum: date
    einddatum: date | None

    @classmethod
    def of(cls, one: Onderaannemer) -> Self:
        """The JSON of an onderaannemer."""
        return cls(aanbieder=one.aanbieder, begindatum=one.begindatum, einddatum=one.einddatum)


class VersieLinks(Shape):
    """The 301 that gave a version."""

    bericht: Link


class VersieOut(Shape):
    """One version; `vervallen` when a 302 refused its 301. Its `onderaannemers` worked on a day of it."""

    gemeente: str
    nummer: int | None
    aanbieder: str
    product: ProductOut
    toewijzingsdatum: date
    toewijzingstijd: str
    ingangsdatum: date
    einddatum: date | None
    omvang: OmvangOut | None
    reden_wijziging: str | None
    onderaannemer: str | None
    onderaannemers: list[OnderaannemerOut]
    vervallen: bool
    links: VersieLinks = Field(serialization_alias="_links")

    @classmethod
    def of(cls, record: ToewijzingRecord, versie: VersieRecord, today: date) -> Self:
        """The JSON of a version."""
        state = versie.versie
        onderaannemers = between(record.onderaannemers, state.ingangsdatum, state.einddatum)
        return cls(
            gemeente=record.gemeente,
            nummer=record.nummer,
            aanbieder=record.aanbieder,
            product=_product(state),
            toewijzingsdatum=state.toewijzingsdatum,
            toewijzingstijd=state.toewijzingstijd.isoformat(),
            ingangsdatum=state.ingangsdatum,
            einddatum=state.einddatum,
            omvang=OmvangOut.of(state.omvang) if state.omvang else None,
            reden_wijziging=state.reden_wijziging,
            onderaannemer=_named(onderaannemers, today),
            onderaannemers=[OnderaannemerOut.of(one) for one in onderaannemers],
            vervallen=versie.vervallen,
            links=VersieLinks(bericht=Link(href=f"/v1/berichten/{versie.bericht_id}")),
        )


class ToewijzingLinks(Shape):
    """What belongs to a toewijzing."""

    self_: Link = Field(serialization_alias="self")
    budget: Link


class ToewijzingOut(Shape):
    """A toewijzing as its newest version says, and every version, newest first.

    `onderaannemer` is who works for the aanbieder today, else who was the last or will be the next; only the gemeente
    sees that.
    """

    gemeente: str
    nummer: int | None
    aanbieder: str
    product: ProductOut
    ingangsdatum: date
    einddatum: date | None
    omvang: OmvangOut | None
    reden_wijziging: str | None
    onderaannemer: str | None
    onderaannemers: list[OnderaannemerOut]
    versies: list[VersieOut]
    links: ToewijzingLinks = Field(serialization_alias="_links")

    @classmethod
    def of(cls, record: ToewijzingRecord, today: date) -> Self:
        """The JSON of a toewijzing."""
        state = record.actueel.versie
        self_ = f"/v1/toewijzingen/{record.gemeente}/{record.sleutel}"
        return cls(
            gemeente=record.gemeente,
            nummer=record.nummer,
            aanbieder=record.aanbieder,
            product=_product(state),
            ingangsdatum=state.ingangsdatum,
            einddatum=state.einddatum,
            omvang=OmvangOut.of(state.omvang) if state.omvang else None,
            reden_wijziging=state.reden_wijziging,
            onderaannemer=_named(record.onderaannemers, today),
            onderaannemers=[OnderaannemerOut.of(one) for one in record.onderaannemers],
            versies=[VersieOut.of(record, versie, today) for versie in record.versies],
            links=ToewijzingLinks(self_=Link(href=self_), budget=Link(href=f"{self_}/budget")),
        )


def _product(state: ToewijzingVersie) -> ProductOut:
    return ProductOut(categorie=state.product.categorie, code=state.product.code)


def _named(onderaannemers: Onderaannemers, today: date) -> str | None:
    found = shown_on(onderaannemers, today)
    return found.aanbieder if found else None


class BudgetRowOut(Shape):
    """One period: volumes in the unit of the Omvang, the granted amount in euro-cents.

    A row for a year or for the whole validity has no `periode`.
    """

    jaar: int | None
    periode: int | None = Field(exclude_if=lambda periode: periode is None)
    begindatum: date
    einddatum: date | None
    toegewezen: int
    gedeclareerd: int
    resterend: int
    toegekend_centen: int

    @classmethod
    def of(cls, row: BudgetRow) -> Self:
        """The JSON of a row."""
        return cls(
            jaar=row.jaar,
            periode=row.periode,
            begindatum=row.begindatum,
            einddatum=row.einddatum,
            toegewezen=row.toegewezen,
            gedeclareerd=row.gedeclareerd,
            resterend=row.resterend,
            toegekend_centen=row.toegekend.cents,
        )


class Filters(Shape):
    """What a list may be narrowed to; `product` is a code, `actiefOp` a day on which support may be delivered."""

    aanbieder: Agb | None = None
    product: Productcode | None = None
    actief_op: Datum | None = None
    limiet: Limiet = 100
    na: Annotated[int | None, Field(ge=0, le=2**63 - 1)] = None


@router.get("", summary="De toewijzingen")
def get_toewijzingen(
    request: Request, caller: Caller, sight: Sight, runtime: Parts, query: Annotated[Filters, Query()]
) -> Page[ToewijzingOut]:
    """In volgorde van binnenkomst, elk met al haar versies.

    Met `product` of `actiefOp` heeft een pagina soms minder dan `limiet`, of niets, en toch een volgende: pas zonder
    `_links.next` is alles doorzocht.
    """
    with viewing(runtime, caller, Handeling.TOEWIJZINGEN_BEKEKEN) as view:
        found = list_toewijzingen(
            view.session,
            zicht=sight,
            aanbieder=query.aanbieder,
            product=query.product,
            actief_op=query.actief_op,
            limit=query.limiet,
            after=query.na,
        )
        view.about(bsns=(record.actueel.versie.bsn for record in found.records), aantal=len(found.records))
    today = runtime.today()
    more = str(found.cursor) if found.cursor is not None else None
    return page_of(request, [ToewijzingOut.of(record, today) for record in found.records], more)


@router.get("/{gemeente}/{nummer}", summary="Eén toewijzing")
def get_toewijzing(gemeente: str, nummer: str, caller: Caller, sight: Sight, runtime: Parts) -> ToewijzingOut:
    """De toewijzing zoals ze nu geldt, en al haar versies, nieuwste eerst."""
    with viewing(runtime, caller, Handeling.TOEWIJZING_BEKEKEN) as view:
        record = find_toewijzing(view, sight, gemeente, nummer)
    return ToewijzingOut.of(record, runtime.today())


@router.get("/{gemeente}/{nummer}/budget", summary="Het budget van een toewijzing")
def get_budget(
    gemeente: str, nummer: str, request: Request, caller: Caller, sight: Sight, runtime: Parts
) -> Page[BudgetRowOut]:
    """Wat er per periode is toegewezen, gedeclareerd (netto toegekend) en over."""
    with viewing(runtime, caller, Handeling.BUDGET_BEKEKEN) as view:
        rows = budget_of(runtime, find_toewijzing(view, sight, gemeente, nummer))
    here = Link(href=request.url.path)
    return Page(resultaten=[BudgetRowOut.of(row) for row in rows], links=PageLinks(self_=here))
