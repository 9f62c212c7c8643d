"""Clients with several products or aanbieders at once, as counts and by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from app.domain.stapeling import Stapelsoort, soorten_of
from app.processing.stuurinformatie import MOST_CLIENTS, StapelingView, stapeling_of
from app.web.dutch import moment
from app.web.pages import page
from app.web.pictures import bars
from app.web.sheets import Bestand, Blad, Cell, download
from app.web.stuurinformatie import Given, gemeente_choices, namer, own_gemeente
from app.web.velden import datum_of
from app.web.visit import Bezoek, Visit

router = APIRouter()

ON_PAGE: Final = 50
MOST_PAGES: Final = 1000
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)
NAMEN: Final = {
    Stapelsoort.PRODUCTEN: "Meer dan één product",
    Stapelsoort.AANBIEDERS: "Meer dan één aanbieder",
    Stapelsoort.HUISHOUDELIJK_EN_BEGELEIDING: "Huishoudelijke ondersteuning (01) met begeleiding (02)",
    Stapelsoort.DUBBEL_BEKOSTIGD: "Kortdurend verblijf extra (04A06) met begeleiding (02A01)",
}
KORT: Final = {
    Stapelsoort.PRODUCTEN: "producten",
    Stapelsoort.AANBIEDERS: "aanbieders",
    Stapelsoort.HUISHOUDELIJK_EN_BEGELEIDING: "01 met 02",
    Stapelsoort.DUBBEL_BEKOSTIGD: "04A06 met 02A01",
}
UITLEG: Final = {
    Stapelsoort.PRODUCTEN: "Verschillende producten op dezelfde dag.",
    Stapelsoort.AANBIEDERS: "Toewijzingen bij verschillende aanbieders op dezelfde dag.",
    Stapelsoort.HUISHOUDELIJK_EN_BEGELEIDING: "Mogelijk past één arrangement beter.",
    Stapelsoort.DUBBEL_BEKOSTIGD: "In de prijs van 04A06 zit al begeleiding: mogelijk wordt die dubbel betaald.",
}
KOPPEN: Final = ("gemeente", "bsn", "stapeling", "categorie", "product", "aanbieder", "toewijzing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vraag:
    """Which clients: of a gemeente on a day, with these things together; and which page of them."""

    gemeente: str
    dag: date
    soort: Stapelsoort
    blad: int = 1

    def query(self, **other: object) -> str:
        """The question for in an address, with something else in it."""
        return urlencode({"gemeente": self.gemeente, "dag": self.dag, "soort": self.soort.value, **other})


def asked(bezoek: Visit, gemeente: Given = "", dag: Given = "", soort: Given = "", blad: Given = "") -> Vraag:
    """What was asked; what cannot be is as if it was not asked. Raises PageRefused for a gemeente of others."""
    day = datum_of(dag)
    is_page = blad.isascii() and blad.isdigit() and len(blad) <= len(str(MOST_PAGES))
    return Vraag(
        gemeente=own_gemeente(bezoek, gemeente) or min(bezoek.visitor.gemeenten),
        dag=day if day and EARLIEST <= day <= LATEST else bezoek.runtime.today(),
        soort=Stapelsoort(soort) if soort in set(Stapelsoort) else Stapelsoort.PRODUCTEN,
        blad=min(max(int(blad), 1), MOST_PAGES) if is_page else 1,
    )


Asked = Annotated[Vraag, Depends(asked)]


@router.get("/stuurinformatie/stapeling")
def show(bezoek: Visit, vraag: Asked) -> HTMLResponse:
    """How many clients have what together, and who they are, a page at a time."""
    view = _view(bezoek, vraag, limit=ON_PAGE + 1, offset=(vraag.blad - 1) * ON_PAGE)
    return page(
        bezoek,
        "stuurinformatie/stapeling.html",
        vraag=vraag,
        view=view,
        gestapeld=view.gestapeld[:ON_PAGE],
        has_more=len(view.gestapeld) > ON_PAGE,
        gemeenten=gemeente_choices(view.inrichtingen),
        soorten=[(soort, NAMEN[soort], UITLEG[soort], view.aantallen[soort]) for soort in Stapelsoort],
        named=namer(view.inrichtingen),
        picture=_picture(view),
    )


@router.get("/stuurinformatie/stapeling.csv")
def as_csv(bezoek: Visit, vraag: Asked) -> Response:
    """The clients, a row for each toewijzing, for a program."""
    return _file(bezoek, vraag, Bestand.CSV)


@router.get("/stuurinformatie/stapeling.xlsx")
def as_xlsx(bezoek: Visit, vraag: Asked) -> Response:
    """The same as a workbook, with the counts."""
    return _file(bezoek, vraag, Bestand.XLSX)


def _view(bezoek: Bezoek, vraag: Vraag, *, limit: int, offset: int = 0, as_file: str | None = None) -> StapelingView:
    return stapeling_of(
        bezoek.runtime,
        bezoek.visitor,
        gemeente=vraag.gemeente,
        day=vraag.dag,
        soort=vraag.soort,
        limit=limit,
        offset=offset,
        as_file=as_file,
    )


def _picture(view: StapelingView) -> object:
    return bars(
        "stapeling",
        "Clienten met stapeling",
        "Hoeveel clienten er per soort stapeling zijn. De tabel hieronder heeft dezelfde aantallen.",
        labels=[KORT[soort] for soort in Stapelsoort],
        series={"Clienten": [view.aantallen[soort] for soort in Stapelsoort]},
    )


def _file(bezoek: Bezoek, vraag: Vraag, vorm: Bestand) -> Response:
    view = _view(bezoek, vraag, limit=MOST_CLIENTS, as_file=vorm)
    counts: list[Sequence[Cell]] = [[NAMEN[soort], view.aantallen[soort]] for soort in Stapelsoort]
    told = [
        f"Gemaakt op {moment(bezoek.runtime.now())}, stand van {vraag.dag.isoformat()}: {NAMEN[vraag.soort]}.",
        f"Hoogstens {MOST_CLIENTS} clienten. Dit bestand bevat persoonsgegevens: bewaar het niet langer dan nodig.",
    ]
    bladen = [
        Blad(naam="Clienten", koppen=KOPPEN, rijen=[*_rows(view)]),
        Blad(naam="Aantallen", koppen=["Stapeling", "Clienten"], rijen=[*counts, ["Alle clienten", view.clienten]]),
        Blad(naam="Toelichting", koppen=["Toelichting"], rijen=[[line] for line in told]),
    ]
    return download(f"stapeling-{vraag.gemeente}-{vraag.dag.isoformat()}", vorm, bladen)


def _rows(view: StapelingView) -> Iterator[Sequence[Cell]]:
    for client in view.gestapeld:
        found = soorten_of(client.toewijzingen)
        said = ", ".join(KORT[soort] for soort in Stapelsoort if soort in found)
        for one in client.toewijzingen:
            yield client.gemeente, client.bsn, said, one.categorie, one.code, one.aanbieder, one.naam
