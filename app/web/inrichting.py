"""What each gemeente decided: as it holds on a day, what another text would change, and what was loaded before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from app.domain.cak_periode import CakPeriode
from app.domain.inrichting import Geldig, Inrichting
from app.domain.principal import Recht
from app.domain.refusals import InrichtingInvalid, NotFound
from app.domain.retour import Finding
from app.inrichting.show import show as as_yaml
from app.processing.inrichtingen import (
    StateChanged,
    between,
    load_previewed,
    newest_versie,
    preview,
    seen_by,
    versies_of,
    version_of,
)
from app.web import inrichting_woorden as w
from app.web.pages import GEEN, HEADERS, Fouten, onward, page
from app.web.velden import datum_of
from app.web.visit import Bezoek, Visit

router = APIRouter()

T = TypeVar("T", bound=Geldig)

FILE, TEXT = "bestand", "tekst"
MOST_FINDINGS: Final = 100
AROUND: Final = 2
"""Lines before and after one with an error that are shown with it."""

MOST_AGAIN: Final = 500_000
"""Bytes of a text that stays in its field to be corrected."""

ON_A_PAGE: Final = 20
MEANWHILE: Final = "Iemand anders laadde intussen een nieuwe versie. Er is niets geladen. Bekijk de wijziging opnieuw."
ALLES: Final = "ja"
Asked = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True, slots=True)
class Tekstregel:
    """A line of a text, with what is wrong with it."""

    nummer: int
    tekst: str
    fouten: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Geldend:
    """What holds on a day, or all there ever was."""

    day: date
    every: bool

    def of(self, entries: Sequence[T]) -> list[T]:
        """Those that hold."""
        return [entry for entry in entries if self.every or entry.holds_on(self.day)]

    def first(self, inrichtingen: Iterable[Inrichting]) -> Inrichting | None:
        """The first of which products hold, else the first; None when there is none at all."""
        found = list(inrichtingen)
        return next((one for one in found if self.of(one.producten)), found[0] if found else None)

    def perioden(self, inrichting: Inrichting) -> list[CakPeriode]:
        """The CAK periods of the year of the day."""
        found = inrichting.cak_periode_on(self.day)
        return [one for one in inrichting.cak_perioden if found is not None and one.jaar == found.jaar]


@router.get("/inrichting")
def show(bezoek: Visit, gemeente: Asked = "", dag: Asked = "", alles: Asked = "") -> HTMLResponse:
    """What holds on a day."""
    known = seen_by(bezoek.runtime, bezoek.visitor)
    if gemeente and gemeente not in known:
        raise NotFound("Deze gemeente is er niet.")
    day = datum_of(dag) if dag else bezoek.runtime.today()
    geldend = Geldend(day or bezoek.runtime.today(), every=alles == ALLES)
    fouten = GEEN if day else Fouten(by_field={"dag": "Dit is geen datum. Schrijf bijvoorbeeld 1-3-2018."})
    return page(
        bezoek,
        "inrichting/inrichting.html",
        status=HTTPStatus.BAD_REQUEST if fouten else HTTPStatus.OK,
        fouten=fouten,
        known=[(code, f"{one.naam or 'Gemeente'} ({code})") for code, one in known.items()],
        inrichting=known.get(gemeente) or geldend.first(known.values()),
        geldend=geldend,
        given={"dag": dag or bezoek.runtime.today().isoformat(), "alles": alles},
        may_load=bezoek.visitor.may(Recht.BEHEER),
        w=w,
    )


@router.get("/inrichting/laden")
def ask(bezoek: Visit) -> HTMLResponse:
    """The form to load a text with."""
    return _form(bezoek)


@router.post("/inrichting/laden")
async def judge(bezoek: Visit) -> HTMLResponse:
    """What is wrong with a text, or what it would change."""
    file, text = bezoek.files.get(FILE, b""), bezoek.form.get(TEXT, "").encode()
    if not file and not text.strip():
        return _form(bezoek, Fouten(by_field={FILE: "Kies een bestand, of plak de tekst."}))
    if file and text.strip():
        wrong = Fouten(by_field={FILE: "U hebt een bestand gekozen én tekst geplakt. Doe één van beide."})
        return _form(bezoek, wrong, text)
    return await _in_turn(bezoek, file or text)


@router.post("/inrichting/bevestigen")
async def confirm(bezoek: Visit) -> Response:
    """Load what was looked at, if nothing changed meanwhile."""
    text, seen = bezoek.form.get(TEXT, "").encode(), bezoek.form.get("versie", "")
    versie = int(seen) if seen.isdecimal() and len(seen) < 10 else None  # noqa: PLR2004
    try:
        gemeente = await run_in_threadpool(
            lambda: load_previewed(bezoek.runtime, bezoek.visitor, text, versie=versie or None)
        )
    except StateChanged:
        return await _in_turn(bezoek, text, Fouten(by_field={"verschillen": MEANWHILE}))
    except InrichtingInvalid as refusal:
        return _wrong(bezoek, refusal.findings, text)
    return onward(f"/inrichting/{gemeente}/versies?geladen=ja")


@router.get("/inrichting/{gemeente}/versies")
def versions(
    bezoek: Visit, gemeente: str, van: Asked = "", naar: Asked = "", voor: Asked = "", geladen: Asked = ""
) -> HTMLResponse:
    """What was loaded when and by whom, and what differs between any two."""
    inrichting = _own(bezoek, gemeente)
    newest = newest_versie(bezoek.runtime, gemeente)
    first, second, before = (_number(text) for text in (van, naar, voor))
    compared = between(bezoek.runtime, gemeente, first, second) if first and second else None
    found = versies_of(bezoek.runtime, gemeente, before=before, limit=ON_A_PAGE)
    oldest = found[-1].nummer if found else 1
    return page(
        bezoek,
        "inrichting/versies.html",
        inrichting=inrichting,
        versies=found,
        newest=newest,
        compared=compared[0] if compared else None,
        first=first,
        second=second,
        choices=[(str(number), f"versie {number}") for number in range(newest, 0, -1)],
        onward=oldest if oldest > 1 else None,
        is_loaded=geladen == ALLES,
        w=w,
    )


@router.get("/inrichting/{gemeente}/yaml")
def as_file(bezoek: Visit, gemeente: str, versie: Asked = "") -> Response:
    """A version as YAML that can be loaded again."""
    _own(bezoek, gemeente)
    number = _number(versie)
    if versie and not number:
        raise NotFound("Deze versie is er niet.")
    text = as_yaml(version_of(bezoek.runtime, gemeente, number))
    name = f"inrichting-{gemeente}{f'-versie-{number}' if number else ''}.yaml"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="application/yaml", headers=headers)


async def _in_turn(bezoek: Bezoek, content: bytes, fouten: Fouten = GEEN) -> HTMLResponse:
    """A large text waits for others to be done."""
    if bezoek.share is None:
        return await run_in_threadpool(_judged, bezoek, content, fouten)
    async with bezoek.share.turn():
        return await run_in_threadpool(_judged, bezoek, content, fouten)


def _judged(bezoek: Bezoek, content: bytes, fouten: Fouten) -> HTMLResponse:
    try:
        seen = preview(bezoek.runtime, content)
    except InrichtingInvalid as refusal:
        return _wrong(bezoek, refusal.findings, content)
    return page(
        bezoek,
        "inrichting/voorbeeld.html",
        status=HTTPStatus.CONFLICT if fouten else HTTPStatus.OK,
        fouten=fouten,
        seen=seen,
        typed=content.decode("utf-8-sig"),
        w=w,
    )


def _wrong(bezoek: Bezoek, findings: Sequence[Finding], content: bytes) -> HTMLResponse:
    text = content.decode("utf-8-sig", errors="replace")
    return _form(
        bezoek,
        Fouten(by_field={f"regel-{n}": f"Regel {n}: {'. '.join(said)}" for n, said in by_line(findings).items()}),
        text,
        lines_around(text, findings),
    )


def _form(
    bezoek: Bezoek, fouten: Fouten = GEEN, typed: str | bytes = "", lines: Sequence[Sequence[Tekstregel]] = ()
) -> HTMLResponse:
    text = typed.decode(errors="replace") if isinstance(typed, bytes) else typed
    return page(
        bezoek,
        "inrichting/laden.html",
        status=HTTPStatus.BAD_REQUEST if fouten else HTTPStatus.OK,
        fouten=fouten,
        typed=text if len(text) <= MOST_AGAIN else "",
        lines=lines,
    )


def lines_around(text: str, findings: Sequence[Finding]) -> list[list[Tekstregel]]:
    """The lines with something wrong and those beside them, in runs that follow each other."""
    fouten = by_line(findings)
    texts = text.splitlines() or [""]
    shown = sorted({n for line in fouten for n in range(line - AROUND, line + AROUND + 1) if 1 <= n <= len(texts)})
    runs: list[list[Tekstregel]] = []
    for number in shown:
        row = Tekstregel(number, texts[number - 1], tuple(fouten.get(number, ())))
        if runs and runs[-1][-1].nummer == number - 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def by_line(findings: Sequence[Finding]) -> dict[int, list[str]]:
    """What is wrong, by line; of very many the first."""
    said: dict[int, list[str]] = {}
    for one in findings[:MOST_FINDINGS]:
        sleutel = one.pad.rpartition(".")[2]
        said.setdefault(one.regelnummer or 1, []).append(f"{sleutel}: {one.melding}" if sleutel else one.melding)
    return said


def _own(bezoek: Bezoek, gemeente: str) -> Inrichting:
    found: Mapping[str, Inrichting] = seen_by(bezoek.runtime, bezoek.visitor)
    if gemeente not in found:
        raise NotFound("Deze gemeente is er niet.")
    return found[gemeente]


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and 0 < len(text) < 10 else None  # noqa: PLR2004
