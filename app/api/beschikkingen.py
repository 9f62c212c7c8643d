"""The beschikking for the client, to print or to send."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from app.api.accept import preferred
from app.api.dependencies import Caller, Parts, Sight
from app.api.openapi import problems
from app.beschikking.page import POLICY, render_html
from app.beschikking.pdf import render_pdf
from app.domain.beschikking import BeschikkingInhoud
from app.processing.beschikkingen import beschikking_of

router = APIRouter(prefix="/toekenningen", tags=["Toekenningen"])

HTML, PDF = "text/html", "application/pdf"
FORMS: dict[str, dict[str, str]] = {HTML: {}, PDF: {}}


class Formaat(StrEnum):
    """The forms of a beschikking."""

    HTML = "html"
    PDF = "pdf"


@router.get(
    "/{id:uuid}/beschikking",
    summary="De beschikking voor de client",
    response_class=Response,
    responses={
        HTTPStatus.OK: {
            "description": "De brief, als pagina of (Accept: application/pdf) als pdf",
            "content": FORMS,
        }
    }
    | problems(HTTPStatus.NOT_FOUND),
)
def get_beschikking(
    id: UUID,
    caller: Caller,
    sight: Sight,
    runtime: Parts,
    formaat: Annotated[Formaat | None, Query(description="Gaat vóór Accept")] = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """De resultaten, de verwachte inzet, het budget en de aanbieder(s), zoals ze zijn toegekend; voor de gemeente."""
    inhoud = beschikking_of(runtime, caller, sight, str(id))
    wanted = preferred(accept, (HTML, PDF)) if formaat is None else {Formaat.HTML: HTML, Formaat.PDF: PDF}[formaat]
    return _pdf(inhoud) if wanted == PDF else _page(inhoud)


def _page(inhoud: BeschikkingInhoud) -> Response:
    headers = {"Content-Security-Policy": POLICY, "Vary": "Accept"}
    return Response(render_html(inhoud), headers=headers, media_type=HTML)


def _pdf(inhoud: BeschikkingInhoud) -> Response:
    name = f"beschikking-{inhoud.beschikking_nummer}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Vary": "Accept"}
    return Response(render_pdf(inhoud), headers=headers, media_type=PDF)
