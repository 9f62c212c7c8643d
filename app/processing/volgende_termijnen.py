"""What happens to the deadlines of a toewijzing that is split, changed or ended."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.act import Wijziging
from app.domain.termijnen import termijnen_of_second
from app.domain.versies import Toewijzing
from app.storage.termijnen import find_evaluatie, hand_over, lapse_all, move_einde, record_termijnen


def follow(session: Session, *, gemeente: str, wijziging: Wijziging, toekenning_id: str | None) -> None:
    """Deadlines go on with the successor, move or lapse with an end, and begin for an aanbieder that joins.

    Without a toekenning (a back office assigned it) nothing was recorded, and nothing begins.
    """
    opvolging = wijziging.opvolging
    if opvolging is not None:
        hand_over(session, gemeente=gemeente, van=opvolging.van, naar=opvolging.naar)
    for stap in wijziging.stappen:
        if stap.voor is not None or (opvolging is not None and stap.na.sleutel == opvolging.naar):
            _end(session, stap.na)
        elif toekenning_id is not None:
            first = opvolging.naar if opvolging is not None else ""
            _begin(session, stap.na, toekenning_id, first)


def _end(session: Session, toewijzing: Toewijzing) -> None:
    versie, gemeente, sleutel = toewijzing.actueel, toewijzing.gemeente, toewijzing.sleutel
    sinds = versie.toewijzingsdatum
    if versie.is_void:
        lapse_all(session, gemeente=gemeente, sleutel=sleutel, sinds=sinds)
    elif versie.einddatum is not None:
        move_einde(session, gemeente=gemeente, sleutel=sleutel, einddatum=versie.einddatum, sinds=sinds)


def _begin(session: Session, second: Toewijzing, toekenning_id: str, first: str) -> None:
    versie = second.actueel
    termijnen = termijnen_of_second(
        toekenning_id=toekenning_id,
        gemeente=second.gemeente,
        sleutel=second.sleutel,
        toewijzingsdatum=versie.toewijzingsdatum,
        einddatum=versie.einddatum,
        evaluatie=find_evaluatie(session, toekenning_id=toekenning_id, sleutel=first),
    )
    record_termijnen(session, termijnen=termijnen)
