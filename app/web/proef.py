"""A message on trial: chosen as a file or pasted, and what would happen to it, with nothing stored."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from app.domain.refusals import (
    BerichtWasDeleted,
    Refusal,
    SenderNotAllowed,
    TooLarge,
    TooManyRequests,
    UnreadableBericht,
)
from app.domain.settlement import Settlement
from app.domain.toewijzing import ToewijzingRetour
from app.domain.uitleg import betekenis_of, uitleg_of
from app.processing.controleren import Beproefd, controleer
from app.processing.proef import MOST_FINDINGS, MOST_LINES, afrekening_of, oordelen_of, places_of
from app.web.bericht_woorden import partij, periode_in_woorden, waarden_in_woorden
from app.web.pages import HEADERS, Fouten, page
from app.web.proef_woorden import UITKOMSTEN, oordeel_of, place_in_words, titel_of, what_to_do, whose
from app.web.soorten import soort_naam, soort_nummer
from app.web.visit import Bezoek, Visit

router = APIRouter()

FILE, TEXT, DOWNLOAD = "bestand", "tekst", "download"
MOST_AGAIN: Final = 500_000
"""Bytes of a message that goes along on the page, to ask for its answer as a file."""

MOST_SHOWN: Final = 200_000
"""Bytes of an answer that is shown as XML."""

NOTHING: Final = "Kies een bestand, of plak een bericht."
BOTH: Final = "U hebt een bestand gekozen én tekst geplakt. Doe één van beide."
REFUSED: Final[Mapping[type[Refusal], HTTPStatus]] = {
    SenderNotAllowed: HTTPStatus.FORBIDDEN,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
}


@router.get("/proef")
def ask(bezoek: Visit) -> HTMLResponse:
    """The form."""
    return _form(bezoek)


@router.post("/proef")
async def judge(bezoek: Visit) -> Response:
    """What would happen; for `download` the answer alone, as a file."""
    file, text = bezoek.files.get(FILE, b""), pasted(bezoek.form.get(TEXT, ""))
    if not file and not text:
        return _form(bezoek, Fouten(by_field={FILE: NOTHING}))
    if file and text:
        return _form(bezoek, Fouten(by_field={FILE: BOTH}), typed=bezoek.form.get(TEXT, ""))
    body = file or text
    if len(body) > (most := bezoek.runtime.max_bericht_bytes):
        raise TooLarge(f"Een bericht heeft hier hoogstens {most // 1_000_000} MB. Er is niets veranderd.")
    if bezoek.share is None:
        return await run_in_threadpool(_judged, bezoek, body)
    async with bezoek.share.turn():
        return await run_in_threadpool(_judged, bezoek, body)


def pasted(text: str) -> bytes:
    r"""The bytes of what was pasted: a browser ends every line with two characters, where a message had one.

    >>> pasted(" \r\n<a>\r\n</a>\r\n")
    b'<a>\n</a>\n'
    """
    return text.replace("\r\n", "\n").lstrip().encode()


def _judged(bezoek: Bezoek, body: bytes) -> Response:
    try:
        proef = controleer(bezoek.runtime, bezoek.visitor, body)
    except (UnreadableBericht, SenderNotAllowed, TooManyRequests, BerichtWasDeleted) as refusal:
        return _refused(bezoek, refusal, body)
    if bezoek.form.get(DOWNLOAD) and proef.antwoord is not None:
        name = f"proef-antwoord-op-{proef.soort.value[-3:]}.xml"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(proef.antwoord, media_type="application/xml", headers=headers)
    return _shown(bezoek, proef, body)


def _refused(bezoek: Bezoek, refusal: Refusal, body: bytes) -> Response:
    """The form again, with what is wrong at the field that the message came in."""
    at = FILE if bezoek.files.get(FILE) else TEXT
    detail = refusal.detail
    if isinstance(refusal, SenderNotAllowed):
        detail = f"Dit bericht is van een ander. U kunt hier proberen: {whose(bezoek.visitor)}."
    if isinstance(refusal, UnreadableBericht):
        detail = f"{detail} {what_to_do(body)}"
    response = _form(
        bezoek,
        Fouten(by_field={at: detail}),
        status=REFUSED.get(type(refusal), HTTPStatus.BAD_REQUEST),
        typed=bezoek.form.get(TEXT, "") if len(body) <= MOST_AGAIN else "",
    )
    if isinstance(refusal, TooManyRequests):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _form(
    bezoek: Bezoek,
    fouten: Fouten | None = None,
    *,
    status: HTTPStatus = HTTPStatus.BAD_REQUEST,
    typed: str = "",
) -> HTMLResponse:
    return page(
        bezoek,
        "proef/proef.html",
        status=status if fouten else HTTPStatus.OK,
        fouten=fouten or Fouten(),
        typed=typed,
        whose=whose(bezoek.visitor),
        most_megabytes=bezoek.runtime.max_bericht_bytes // 1_000_000,
    )


def _shown(bezoek: Bezoek, proef: Beproefd, body: bytes) -> HTMLResponse:
    uitkomst, antwoord = proef.uitkomst, proef.antwoord
    return page(
        bezoek,
        "proef/uitkomst.html",
        proef=proef,
        oordeel=oordeel_of(proef),
        what=f"{soort_naam(proef.soort)} ({soort_nummer(proef.soort)})",
        partij=partij,
        places=places_of(body, proef.findings),
        most_findings=MOST_FINDINGS,
        afrekening=afrekening_of(uitkomst) if isinstance(uitkomst, Settlement) else None,
        oordelen=oordelen_of(uitkomst) if isinstance(uitkomst, ToewijzingRetour) else None,
        header_codes=uitkomst.retour_codes if isinstance(uitkomst, Settlement) else (),
        most_lines=MOST_LINES,
        uitkomsten=UITKOMSTEN,
        meaning_of=betekenis_of,
        uitleg_of=uitleg_of,
        titel_of=titel_of,
        waarden_in_woorden=waarden_in_woorden,
        periode_in_woorden=periode_in_woorden,
        place_in_words=place_in_words,
        xml=antwoord.decode() if antwoord and len(antwoord) <= MOST_SHOWN else None,
        again=body.decode() if antwoord and len(body) <= MOST_AGAIN else None,
        typed=bezoek.form.get(TEXT, "") if len(body) <= MOST_AGAIN else "",
        whose=whose(bezoek.visitor),
        most_megabytes=bezoek.runtime.max_bericht_bytes // 1_000_000,
    )
