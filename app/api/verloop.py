"""One bericht with its thread, and a second try for it."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Self
from uuid import UUID

from fastapi import APIRouter

from app.api.berichten import BerichtOut
from app.api.dependencies import Caller, Parts, Sight, sight_of
from app.api.openapi import problems
from app.api.shapes import Shape
from app.domain.aflevering import GebeurtenisSoort
from app.processing.opnieuw import try_again
from app.processing.verloop import Referenties, Thread, thread_of
from app.storage.gebeurtenissen import Gebeurtenis

router = APIRouter(prefix="/berichten", tags=["Berichten"])


class GebeurtenisOut(Shape):
    """Something that happened; `partij` is whom it concerns, `poging` counts the attempts to deliver."""

    moment: datetime
    gebeurtenis: GebeurtenisSoort
    partij: str | None
    poging: int | None
    reden: str | None

    @classmethod
    def of(cls, one: Gebeurtenis) -> Self:
        """The JSON of a gebeurtenis."""
        return cls(moment=one.moment, gebeurtenis=one.soort, partij=one.partij, poging=one.poging, reden=one.reden)


class ReferentiesOut(Shape):
    """By what a bericht is known in the chain."""

    identificatie: str | None
    ggk_referentienummer: str | None
    ggk_cross_refnummer: str | None

    @classmethod
    def of(cls, referenties: Referenties) -> Self:
        """The JSON of the references."""
        return cls(
            identificatie=referenties.identificatie,
            ggk_referentienummer=referenties.ggk_referentienummer,
            ggk_cross_refnummer=referenties.ggk_cross_refnummer,
        )


class BerichtMetVerloopOut(BerichtOut):
    """A bericht, what happened to it in time, how far its processing is, and when its answer is due."""

    verloop: list[GebeurtenisOut]
    voortgang: int | None
    referenties: ReferentiesOut
    antwoord_uiterlijk: date | None
    bewaren_tot: date | None
    bewaar_reden: str | None

    @classmethod
    def of_thread(cls, thread: Thread) -> Self:
        """The JSON of a bericht with its thread."""
        return cls(
            **dict(BerichtOut.of(thread.record)),
            verloop=[GebeurtenisOut.of(one) for one in thread.verloop],
            voortgang=thread.voortgang,
            referenties=ReferentiesOut.of(thread.referenties),
            antwoord_uiterlijk=thread.antwoord_uiterlijk,
            bewaren_tot=thread.bewaring.tot if thread.bewaring else None,
            bewaar_reden=thread.bewaring.reden if thread.bewaring else None,
        )


@router.get("/{id:uuid}", summary="Eén bericht")
def get_one_bericht(id: UUID, caller: Caller, sight: Sight, runtime: Parts) -> BerichtMetVerloopOut:
    """Het bericht met zijn bevindingen, met links naar wat erbij hoort en met wat er in de tijd mee gebeurde.

    `voortgang` is een percentage zolang het bericht wordt verwerkt; `antwoordUiterlijk` telt in werkdagen.
    `bewarenTot` en `bewaarReden` ziet alleen de gemeente; zonder dag loopt er nog een toewijzing in het
    dossier, of gaat het bericht over meer dan 100 cliënten; de reden zegt welk van beide.
    """
    return BerichtMetVerloopOut.of_thread(thread_of(runtime, caller, sight, str(id)))


@router.post(
    "/{id:uuid}/_opnieuw",
    summary="Een bericht opnieuw laten verwerken of verzenden",
    responses=problems(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def post_opnieuw(id: UUID, caller: Caller, runtime: Parts) -> BerichtMetVerloopOut:
    """Wat mislukte wordt opnieuw geprobeerd; mislukte er niets, dan gaan dezelfde bytes nog eens naar de ontvanger.

    Zolang dat werk nog wacht verandert herhalen niets. Valt er niets opnieuw te doen, dan is het antwoord 409.
    """
    zicht = sight_of(caller)
    try_again(runtime, caller, zicht, str(id))
    return BerichtMetVerloopOut.of_thread(thread_of(runtime, caller, zicht, str(id)))
