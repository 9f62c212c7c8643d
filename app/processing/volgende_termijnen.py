"""What happens to the deadlines of a toewijzing that is split, changed or ended."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.act import Wijziging
from app.domain.termijnen import termijnen_of
from app.storage.termijnen import hand_over, move_einde, record_termijnen


def follow(session: Session, *, gemeente: str, wijziging: Wijziging, toekenning_id: str | None) -> None:
    """Deadlines go on with the successor, move with an end, and begin for an aanbieder that joins.

    Without a toekenning (a back office assigned it) nothing was recorded, and nothing begins.
    """
    opvolging = wijziging.opvolging
    if opvolging is not None:
        hand_over(session, gemeente=gemeente, van=opvolging.van, naar=opvolging.naar)
    for stap in wijziging.stappen:
        sleutel, versie = stap.na.sleutel, stap.na.actueel
        if stap.voor is not None or (opvolging is not None and sleutel == opvolging.naar):
            if versie.einddatum is not None:
                move_einde(session, gemeente=gemeente, sleutel=sleutel, einddatum=versie.einddatum)
        elif toekenning_id is not None:
            termijnen = termijnen_of(
                toekenning_id=toekenning_id,
                gemeente=gemeente,
                sleutels=[sleutel],
                toewijzingsdatum=versie.toewijzingsdatum,
                ingangsdatum=versie.ingangsdatum,
                einddatum=versie.einddatum,
            )
            record_termijnen(session, termijnen=termijnen)
