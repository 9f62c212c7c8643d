"""Post a bericht, check one, find what was sent and received."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, NamedTuple, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from app.api.accept import preferred
from app.api.body import XML, BerichtBytes, json_object
from app.api.dependencies import Caller, Parts, Sight, sight_of
from app.api.fields import Datum, Identificatie, Partij
from app.api.openapi import json_body, problems, xml_body
from app.api.paging import Limiet, Na, page_of
from app.api.shapes import BevindingOut, Link, Page, Shape
from app.domain.bericht import Berichtsoort, BerichtStatus, Richting
from app.domain.logboek import Handeling
from app.domain.principal import Principal
from app.processing import controleren
from app.processing.bericht_bekijken import download
from app.processing.logboek import viewing
from app.processing.receive import receive_and_find
from app.storage.berichten import BerichtFilters, BerichtRecord
from app.storage.berichten_lijst import page_of_log
from app.storage.zicht import Zicht

router = APIRouter(prefix="/berichten", tags=["Berichten"])


class BerichtLinks(Shape):
    """What belongs to a bericht."""

    self_: Link = Field(serialization_alias="self")
    xml: Link
    antwoord: Link | None = None
    antwoord_op: Link | None = None
    herkomst: Link | None = None
    afgeleid: list[Link] = Field(default_factory=list[Link])
    declaratie: Link | None = None
    toewijzingen: list[Link] = Field(default_factory=list[Link])


class BerichtOut(Shape):
    """A bericht in the log."""

    id: str
    soort: str | None
    release: str | None
    richting: str
    afzender: str | None
    ontvanger: str | None
    identificatie: str | None
    dagtekening: date | None
    ontvangen_op: datetime
    status: str
    omvang_bytes: int
    sha256: str
    bevindingen: list[BevindingOut]
    links: BerichtLinks = Field(serialization_alias="_links")

    @classmethod
    def of(cls, record: BerichtRecord) -> Self:
        """The JSON of a bericht."""
        return cls(
            id=record.id,
            soort=record.soort,
            release=record.release,
            richting=record.richting,
            afzender=record.afzender,
            ontvanger=record.ontvanger,
            identificatie=record.identificatie,
            dagtekening=record.dagtekening,
            ontvangen_op=record.ontvangen_op,
            status=record.status,
            omvang_bytes=record.omvang_bytes,
            sha256=record.sha256,
            bevindingen=[BevindingOut.of(finding) for finding in record.findings],
            links=_links(record),
        )


def _bericht_link(id: str | None) -> Link | None:
    return Link(href=f"/v1/berichten/{id}") if id is not None else None


def _links(record: BerichtRecord) -> BerichtLinks:
    self_ = f"/v1/berichten/{record.id}"
    return BerichtLinks(
        self_=Link(href=self_),
        xml=Link(href=f"{self_}/xml"),
        antwoord=_bericht_link(record.antwoord_id),
        antwoord_op=_bericht_link(record.antwoord_op_id),
        herkomst=_bericht_link(record.herkomst_id),
        afgeleid=[Link(href=f"/v1/berichten/{id}") for id in record.afgeleide_ids],
        declaratie=Link(href=f"/v1/declaraties/{record.declaratie_id}") if record.declaratie_id else None,
        toewijzingen=[
            Link(href=f"/v1/toewijzingen/{naam.gemeente}/{naam.sleutel}") for naam in record.toewijzing_nummers
        ],
    )


class ControleOut(Shape):
    """What would become of a message."""

    status: str
    bevindingen: list[BevindingOut]
    antwoord_xml: str | None


class Filters(Shape):
    """What a list may be narrowed to; `van` and `tot` are days of receipt, both included."""

    soort: Berichtsoort | None = None
    richting: Richting | None = None
    status: BerichtStatus | None = None
    afzender: Partij | None = None
    ontvanger: Partij | None = None
    van: Datum | None = None
    tot: Datum | None = None
    identificatie: Identificatie | None = None
    limiet: Limiet = 100
    na: Na = None


class Zoekvraag(Filters):
    """A search for everything about one client; the bsn goes in the body, never in a URL."""

    bsn: str = Field(pattern=r"^[0-9]{9}$", repr=False)


async def _zoekvraag(request: Request, _sight: Sight) -> Zoekvraag:
    return await json_object(request, Zoekvraag)


class XmlResponse(Response):
    """A bericht."""

    media_type = "application/xml"


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Een bericht aanbieden",
    openapi_extra=xml_body(),
    responses={
        HTTPStatus.OK: {"model": BerichtOut, "description": "Dit bericht was er al"},
        HTTPStatus.ACCEPTED: {"model": BerichtOut, "description": "Aangenomen; een grote 303 wordt daarna verwerkt"},
    }
    | problems(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
async def post_bericht(body: BerichtBytes, caller: Caller, runtime: Parts, response: Response) -> BerichtOut:
    """Bied een bericht aan. Het wordt gecontroleerd, verwerkt en bewaard; het antwoord zegt wat ervan werd."""
    receipt, record = await run_in_threadpool(receive_and_find, runtime, caller, body, sight_of(caller))
    response.headers["Location"] = f"/v1/berichten/{record.id}"
    response.status_code = _status_of(record, is_new=receipt.is_new)
    return BerichtOut.of(record)


@router.post(
    "/_controleer",
    summary="Een bericht op proef beoordelen",
    openapi_extra=xml_body(),
    responses=problems(HTTPStatus.FORBIDDEN),
)
async def controleer_bericht(body: BerichtBytes, caller: Caller, runtime: Parts) -> ControleOut:
    """Proefbericht: wat er met dit bericht zou gebeuren, zonder dat er iets gebeurt."""
    verdict = await run_in_threadpool(controleren.controleer, runtime, caller, body)
    return ControleOut(
        status=verdict.status.value,
        bevindingen=[BevindingOut.of(finding) for finding in verdict.findings],
        antwoord_xml=verdict.antwoord.decode() if verdict.antwoord else None,
    )


@router.post("/_zoek", summary="De berichten van een client zoeken", openapi_extra=json_body(Zoekvraag))
def zoek_berichten(
    question: Annotated[Zoekvraag, Depends(_zoekvraag)],
    request: Request,
    caller: Caller,
    sight: Sight,
    runtime: Parts,
    na: Na = None,
) -> Page[BerichtOut]:
    """Zoek met een bsn; stuur voor de volgende pagina dezelfde vraag naar `_links.next`."""
    asked = _Asked(caller, sight, _filters(question, bsn=question.bsn), question.limiet, na or question.na)
    return _page(request, runtime, asked)


@router.get("", summary="De berichten, nieuwste eerst")
def get_berichten(
    request: Request, caller: Caller, sight: Sight, runtime: Parts, query: Annotated[Filters, Query()]
) -> Page[BerichtOut]:
    """Wat deze partij verzond en ontving, ook wat werd geweigerd.

    Wie naar iets zeldzaams zoekt krijgt soms een pagina met minder berichten dan `limiet`, of zonder, en toch een
    volgende: pas zonder `_links.next` is alles doorzocht.
    """
    return _page(request, runtime, _Asked(caller, sight, _filters(query), query.limiet, query.na))


@router.get(
    "/{id:uuid}/xml",
    summary="De XML van een bericht",
    response_class=XmlResponse,
    responses={HTTPStatus.OK: {"description": "Het bericht", "content": {kind: {} for kind in XML}}},
)
def get_bericht_xml(
    id: UUID,
    caller: Caller,
    sight: Sight,
    runtime: Parts,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """De bytes van het bericht, precies zoals ze kwamen of gingen."""
    record, body = download(runtime, caller, sight, str(id))
    headers = {"Content-Disposition": f'attachment; filename="{record.id}.xml"', "Vary": "Accept"}
    return XmlResponse(body, headers=headers, media_type=preferred(accept, XML))


def _status_of(record: BerichtRecord, *, is_new: bool) -> HTTPStatus:
    if not is_new:
        return HTTPStatus.OK
    return HTTPStatus.ACCEPTED if record.status == BerichtStatus.IN_VERWERKING else HTTPStatus.CREATED


def _filters(query: Filters, bsn: str | None = None) -> BerichtFilters:
    return BerichtFilters(
        soort=query.soort,
        richting=query.richting,
        status=query.status,
        afzender=query.afzender,
        ontvanger=query.ontvanger,
        van=query.van,
        tot=query.tot,
        identificatie=query.identificatie,
        bsn=bsn,
    )


class _Asked(NamedTuple):
    """Who wants which berichten, from where on."""

    caller: Principal
    sight: Zicht
    filters: BerichtFilters
    limit: int
    before: UUID | None


def _page(request: Request, runtime: Parts, asked: _Asked) -> Page[BerichtOut]:
    bsn, limit = asked.filters.bsn, asked.limit
    handeling = Handeling.BERICHTEN_BEKEKEN if bsn is None else Handeling.BERICHTEN_GEZOCHT
    with viewing(runtime, asked.caller, handeling) as view:
        before = str(asked.before) if asked.before else None
        found = page_of_log(view.session, zicht=asked.sight, filters=asked.filters, limit=limit, before=before)
        view.about(bsns=() if bsn is None else (bsn,), aantal=len(found.berichten))
    return page_of(request, [BerichtOut.of(record) for record in found.berichten], found.verder)
