"""Split a toewijzing, change its volume or end it: a form, what would happen, and then that once."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from app.domain.inrichting import Inrichting
from app.domain.refusals import DifferentRequest, InvalidInput, RejectedBericht
from app.processing.runtime import new_id
from app.processing.toewijzing_view import open_of
from app.processing.wijzigingen import Splits
from app.processing.wijzigingen_voorbeeld import ChangedMeanwhile, carry_out, preview
from app.storage.toewijzing_records import ToewijzingRecord
from app.web import toewijzing_woorden as w
from app.web.pages import Fouten, onward, page
from app.web.toewijzing import path_of
from app.web.toewijzing_effect import effect_of, zin
from app.web.toewijzing_vraag import (
    HANDELINGEN,
    Handeling,
    WrongForm,
    first_choice,
    fouten_of,
    periode_options,
    vraag_of,
)
from app.web.visit import Bezoek, PageRefused, Visit

router = APIRouter()

SPLITSEN = "splitsen"
MEANWHILE = "De toewijzing is intussen veranderd. Er is nog niets gedaan: kijk opnieuw wat er nu zou gebeuren."


class _Onder(NamedTuple):
    """The act, and the toewijzing that it is done to."""

    handeling: Handeling
    record: ToewijzingRecord
    inrichting: Inrichting

    @property
    def path(self) -> str:
        """Where its form is."""
        return f"{path_of(self.record)}/{self.handeling.naam}"


@router.get("/toewijzingen/{gemeente}/{nummer}/{handeling}")
def form(bezoek: Visit, gemeente: str, nummer: str, handeling: str) -> HTMLResponse:
    """The form of an act."""
    onder = _onder(bezoek, gemeente, nummer, handeling)
    proposed = first_choice(onder.record, onder.inrichting, bezoek.runtime.today())
    return _form(bezoek, onder, {"vanaf": proposed})


@router.post("/toewijzingen/{gemeente}/{nummer}/{handeling}")
def look(bezoek: Visit, gemeente: str, nummer: str, handeling: str) -> HTMLResponse:
    """What the act would do; nothing is kept. Or the form again, to change what was filled in."""
    onder = _onder(bezoek, gemeente, nummer, handeling)
    if bezoek.form.get("stap") == "aanpassen":
        return _form(bezoek, onder, bezoek.form)
    return _preview(bezoek, onder)


@router.post("/toewijzingen/{gemeente}/{nummer}/{handeling}/bevestigen")
def confirm(bezoek: Visit, gemeente: str, nummer: str, handeling: str) -> Response:
    """Do what was shown, once however often it is sent; when it would be something else by now, show that."""
    onder = _onder(bezoek, gemeente, nummer, handeling)
    sleutel = bezoek.form.get("sleutel", "")
    try:
        touched = carry_out(
            bezoek.runtime,
            bezoek.visitor,
            vraag_of(onder.handeling, bezoek.form),
            gemeente=onder.record.gemeente,
            nummer=onder.record.sleutel,
            sleutel=f"pagina-{sleutel}",
            stand=bezoek.form.get("stand", ""),
        )
    except (ChangedMeanwhile, DifferentRequest):
        return _preview(bezoek, onder, changed=MEANWHILE)
    except (InvalidInput, RejectedBericht) as refusal:
        return _form(bezoek, onder, bezoek.form, fouten_of(refusal))
    except WrongForm as wrong:
        return _form(bezoek, onder, bezoek.form, wrong.by_field)
    split = len(touched) > 1 or onder.handeling.naam != SPLITSEN
    return onward(f"{path_of(onder.record)}?gedaan={onder.handeling.naam if split else 'onderaannemer'}")


def _onder(bezoek: Bezoek, gemeente: str, nummer: str, naam: str) -> _Onder:
    handeling = HANDELINGEN.get(naam)
    if handeling is None:
        raise PageRefused(HTTPStatus.NOT_FOUND)
    record, inrichting = open_of(bezoek.runtime, bezoek.visitor, bezoek.zicht, gemeente, nummer)
    return _Onder(handeling, record, inrichting)


def _form(
    bezoek: Bezoek, onder: _Onder, values: Mapping[str, str], fouten: Mapping[str, str] | None = None
) -> HTMLResponse:
    record, today = onder.record, bezoek.runtime.today()
    order = (*onder.handeling.velden, "handeling")
    by_field = {name: fouten[name] for name in order if name in fouten} if fouten else {}
    return page(
        bezoek,
        "toewijzingen/formulier.html",
        status=HTTPStatus.BAD_REQUEST if by_field else HTTPStatus.OK,
        fouten=Fouten(by_field=by_field),
        **_shared(onder),
        values={name: values.get(name, "") for name in onder.handeling.velden},
        perioden=periode_options(record, onder.inrichting, today),
        contracten=_contracten(onder),
    )


def _preview(bezoek: Bezoek, onder: _Onder, changed: str = "") -> HTMLResponse:
    try:
        vraag = vraag_of(onder.handeling, bezoek.form)
        voorbeeld = preview(
            bezoek.runtime, bezoek.visitor, vraag, gemeente=onder.record.gemeente, nummer=onder.record.sleutel
        )
    except WrongForm as wrong:
        return _form(bezoek, onder, bezoek.form, wrong.by_field)
    except (InvalidInput, RejectedBericht) as refusal:
        return _form(bezoek, onder, bezoek.form, fouten_of(refusal))
    view, effect = voorbeeld.view, effect_of(voorbeeld.view.effect)
    new = {bericht.id for bericht in view.berichten}
    return page(
        bezoek,
        "toewijzingen/voorbeeld.html",
        status=HTTPStatus.CONFLICT if changed else HTTPStatus.OK,
        **_shared(onder),
        changed=changed,
        view=view,
        effect=effect,
        zin=zin(effect, onder.inrichting),
        known={one.sleutel for one in view.toewijzingen if any(v.bericht_id not in new for v in one.versies)},
        onderaannemer=vraag.tweede.agb if isinstance(vraag, Splits) and not view.berichten else None,
        values={name: bezoek.form.get(name, "") for name in onder.handeling.velden},
        sleutel=new_id(),
        stand=voorbeeld.stand,
    )


def _shared(onder: _Onder) -> dict[str, Any]:
    return {
        "handeling": onder.handeling,
        "record": onder.record,
        "versie": onder.record.actueel.versie,
        "inrichting": onder.inrichting,
        "action": onder.path,
        "back": path_of(onder.record),
        "w": w,
    }


def _contracten(onder: _Onder) -> list[tuple[str, str]]:
    """Who else has a contract for the product, to choose from."""
    code = onder.record.actueel.versie.product.code
    found = {
        contract.aanbieder
        for contract in onder.inrichting.contracten
        if contract.aanbieder != onder.record.aanbieder and (code is None or code in contract.producten)
    }
    return [(agb, w.aanbieder(onder.inrichting, agb)) for agb in sorted(found)]
