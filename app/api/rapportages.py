"""Reports: what is due, what is late, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.api.accept import preferred
from app.api.dependencies import Caller, Parts, Receiver, Sight, sight_of
from app.api.fields import Datum
from app.api.openapi import problems
from app.api.paging import Limiet, page_of
from app.api.shapes import Link, Page, Shape
from app.domain.logboek import Handeling, Logregel
from app.domain.termijnen import Beurt, TermijnSoort, TermijnStatus, VervalReden
from app.processing.csv_rows import csv_text
from app.processing.logboek import note_now, viewing
from app.processing.termijnen import TermijnRegel, TermijnVraag, mark_gehaald, report, whole_report

router = APIRouter(prefix="/rapportages", tags=["Rapportages"])

JSON, CSV = "application/json", "text/csv"
FORMS: dict[str, dict[str, str]] = {CSV: {}}
MAX_CURSOR = 80
HEADINGS = (
    "soort",
    "gemeente",
    "toewijzing",
    "bericht",
    "datum",
    "status",
    "aanZet",
    "vervallenOp",
    "vervallenReden",
)


class TermijnLinks(Shape):
    """What a deadline is about; `gehaald` is where to say that it was met."""

    toewijzing: Link | None
    bericht: Link | None
    gehaald: Link | None


class TermijnOut(Shape):
    """A deadline. A retour is of a bericht, every other one of a toewijzing.

    One that lapsed says since when and why; it was not met, and is never late.
    """

    soort: TermijnSoort
    gemeente: str
    toewijzing: str | None
    bericht: str | None
    datum: date
    status: TermijnStatus
    aan_zet: Beurt
    vervallen_op: date | None = Field(description="Sinds wanneer er niet meer op gewacht wordt")
    vervallen_reden: VervalReden | None = Field(description="De toewijzing eindigt eerder, of is verwijderd")
    links: TermijnLinks = Field(serialization_alias="_links")

    @classmethod
    def of(cls, row: TermijnRegel) -> Self:
        """The JSON of a row."""
        about = TermijnLinks(
            toewijzing=_link(f"/v1/toewijzingen/{row.gemeente}", row.toewijzing),
            bericht=_link("/v1/berichten", row.bericht),
            gehaald=Link(href=f"/v1/rapportages/termijnen/{row.id}/_gehaald") if row.id else None,
        )
        return cls(
            soort=row.soort,
            gemeente=row.gemeente,
            toewijzing=row.toewijzing,
            bericht=row.bericht,
            datum=row.datum,
            status=row.status,
            aan_zet=row.aan_zet,
            vervallen_op=row.verval.sinds if row.verval else None,
            vervallen_reden=row.verval.reden if row.verval else None,
            links=about,
        )


class TermijnFilters(Shape):
    """What the list may be narrowed to; `tot` is the last day that counts."""

    te_laat: bool | None = None
    status: TermijnStatus | None = None
    soort: TermijnSoort | None = None
    tot: Datum | None = None
    limiet: Limiet = 100
    na: Annotated[str | None, Query(max_length=MAX_CURSOR, description="Waar de vorige pagina ophield")] = None


@router.get(
    "/termijnen",
    summary="De termijnen",
    responses={HTTPStatus.OK: {"model": Page[TermijnOut], "content": FORMS}} | problems(HTTPStatus.BAD_REQUEST),
    response_model=None,
)
def get_termijnen(
    request: Request,
    caller: Caller,
    sight: Sight,
    runtime: Parts,
    query: Annotated[TermijnFilters, Query()],
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Page[TermijnOut] | Response:
    """De eerste eerst. Met `Accept: text/csv` alles in één bestand, zonder bladzijden.

    Een termijn is `vervallen` als de toewijzing eerder eindigt of verwijderd is; ze telt dan niet als gehaald en niet
    als te laat. Eindigt de toewijzing toch later, dan loopt de termijn weer.
    """
    vraag = TermijnVraag(te_laat=query.te_laat, status=query.status, soort=query.soort, tot=query.tot)
    if preferred(accept, (JSON, CSV)) == CSV:
        note_now(runtime, caller, Logregel(handeling=Handeling.TERMIJNEN_BEKEKEN, reden="alle, als csv"))
        lines = csv_text(HEADINGS, (_cells(row) for row in whole_report(runtime, sight, vraag)))
        headers = {"Content-Disposition": 'attachment; filename="termijnen.csv"', "Vary": "Accept"}
        return StreamingResponse(lines, headers=headers, media_type=CSV)
    with viewing(runtime, caller, Handeling.TERMIJNEN_BEKEKEN) as view:
        rows = report(view.session, runtime, sight, vraag, limit=query.limiet + 1, cursor=query.na)
        shown = rows[: query.limiet]
        view.about(aantal=len(shown))
    return page_of(request, [TermijnOut.of(row) for row in shown], shown[-1].cursor if len(rows) > len(shown) else None)


@router.post(
    "/termijnen/{id}/_gehaald",
    summary="Een termijn is gehaald",
    responses=problems(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def post_gehaald(id: Annotated[int, Path(ge=1, le=2**63 - 1)], caller: Receiver, runtime: Parts) -> TermijnOut:
    """Het begeleidingsplan is er of de evaluatie is geweest: door de gemeente, of door de aanbieder die aan zet is.

    Een evaluatie is van de toekenning als geheel en geldt voor elk van haar toewijzingen.
    """
    return TermijnOut.of(mark_gehaald(runtime, caller, sight_of(caller), id))


def _cells(row: TermijnRegel) -> Iterable[object]:
    verval = (row.verval.sinds, row.verval.reden) if row.verval else (None, None)
    return row.soort, row.gemeente, row.toewijzing, row.bericht, row.datum, row.status, row.aan_zet, *verval


def _link(collection: str, name: str | None) -> Link | None:
    return Link(href=f"{collection}/{name}") if name is not None else None
