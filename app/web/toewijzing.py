"""One toewijzing: what is left of it, how it came about, and its budgetpaspoort."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from app.domain.logboek import Handeling
from app.domain.principal import Recht
from app.domain.stand import Stand, row_on, total_of
from app.processing.budgetpaspoort import paspoort_of
from app.processing.toewijzing_view import Dossier, dossier_of
from app.storage.toewijzing_records import ToewijzingRecord
from app.storage.toewijzing_sporen import BoekingNaam, RegelNaam
from app.web import toewijzing_woorden as w
from app.web.gedaan import did_just_now
from app.web.logboek_woorden import who
from app.web.pages import page
from app.web.toewijzing_kern import around, kernzin, picture, views_of
from app.web.velden import datum_of
from app.web.visit import Bezoek, Visit

router = APIRouter()

ID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
BERICHT: Final = re.compile(ID)
REGEL: Final = re.compile(rf"({ID})_([0-9]{{1,9}})")
BOEKING: Final = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})_({ID})_([0-9]{{1,9}})")
DONE: Final = {
    "splitsen": "Het budget is gesplitst.",
    "wijzigen": "Het volume is gewijzigd.",
    "beeindigen": "Het einde is vastgelegd.",
    "onderaannemer": "De onderaannemer is genoteerd.",
}

Asked = Annotated[str, Query(max_length=100)]


@router.get("/toewijzingen/{gemeente}/{nummer}")
def show(
    bezoek: Visit,
    gemeente: str,
    nummer: str,
    berichten_voor: Annotated[str, Query(alias="berichtenVoor", max_length=100)] = "",
    regels_voor: Annotated[str, Query(alias="regelsVoor", max_length=100)] = "",
    gedaan: Asked = "",
) -> HTMLResponse:
    """The toewijzing, with a page of its messages and of the lines claimed on it."""
    regel = REGEL.fullmatch(regels_voor)
    dossier = dossier_of(
        bezoek.runtime,
        bezoek.visitor,
        bezoek.zicht,
        gemeente,
        nummer,
        berichten_before=berichten_voor if BERICHT.fullmatch(berichten_voor) else None,
        regels_before=RegelNaam(regel[1], int(regel[2])) if regel else None,
    )
    act = Handeling.TOEWIJZING_GEWIJZIGD
    is_so = did_just_now(bezoek, dossier.gezien or (), act, among={act})
    return _page(bezoek, dossier, DONE.get(gedaan, "") if is_so else "")


@router.get("/toewijzingen/{gemeente}/{nummer}/budgetpaspoort")
def paspoort(bezoek: Visit, gemeente: str, nummer: str, na: Asked = "") -> HTMLResponse:
    """Every euro, from indicatie to booking; to print."""
    found = paspoort_of(bezoek.runtime, bezoek.visitor, bezoek.zicht, gemeente, nummer, after=_boeking(na))
    versie = found.record.actueel.versie
    by_sleutel = {one.sleutel: one for one in found.delen}
    return page(
        bezoek,
        "toewijzingen/budgetpaspoort.html",
        paspoort=found,
        record=found.record,
        inrichting=found.inrichting,
        versie=versie,
        tarief=found.inrichting.tarief_on(found.record.aanbieder, versie.product.code or "", versie.ingangsdatum),
        by_sleutel=by_sleutel,
        of_gemeente=found.record.gemeente in bezoek.zicht.gemeenten,
        total=total_of(found.rows),
        next=_address_of(found.cursor) if found.cursor else None,
        here_path=path_of(found.record),
        today=bezoek.runtime.today(),
        moment=bezoek.runtime.now(),
        w=w,
    )


def path_of(record: ToewijzingRecord) -> str:
    """Where the page of a toewijzing is."""
    return f"/toewijzingen/{record.gemeente}/{record.sleutel if record.nummer is None else record.nummer}"


def _page(bezoek: Bezoek, dossier: Dossier, done: str) -> HTMLResponse:
    today = bezoek.runtime.today()
    versie = dossier.record.actueel.versie
    shown = around(dossier.rows, today)
    regels = dossier.regels_cursor
    return page(
        bezoek,
        "toewijzingen/toewijzing.html",
        dossier=dossier,
        record=dossier.record,
        inrichting=dossier.inrichting,
        versie=versie,
        tarief=dossier.inrichting.tarief_on(dossier.record.aanbieder, versie.product.code or "", today),
        kernzin=kernzin(dossier, today),
        picture=picture(shown, versie.omvang.eenheid, today) if versie.omvang and len(shown) > 1 else None,
        shown=shown,
        now=row_on(dossier.rows, today) if dossier.stand is Stand.LOOPT else None,
        total=total_of(dossier.rows),
        next_regels=f"{regels.declaratie_id}_{regels.volgorde}" if regels else None,
        may_act=bezoek.visitor.may(Recht.TOEWIJZINGEN_BEHEREN)
        and dossier.stand not in {Stand.GEWEIGERD, Stand.VERWIJDERD},
        sees_client=dossier.record.gemeente in bezoek.zicht.gemeenten,
        here_path=path_of(dossier.record),
        gezien=None if dossier.gezien is None else views_of(dossier.gezien),
        who=who,
        done=done,
        today=today,
        w=w,
    )


def _boeking(text: str) -> BoekingNaam | None:
    match = BOEKING.fullmatch(text)
    begin: date | None = datum_of(match[1]) if match else None
    return BoekingNaam(begin, match[2], int(match[3])) if match and begin else None


def _address_of(naam: BoekingNaam) -> str:
    return f"{naam.periode_begin.isoformat()}_{naam.declaratie_id}_{naam.volgorde}"
