"""The same message again: the first bericht; another one under the same identification: refused (TR056)."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from app.domain.bericht import RETOUREN, Berichtsoort
from app.domain.codelijsten import NIET_UNIEK
from app.domain.refusals import BerichtWasDeleted, DifferentBericht
from app.domain.retour import Finding
from app.processing.arrival import Arrival, Receipt
from app.processing.bewaren_sporen import Spoorsoort, ask_deleted
from app.processing.runtime import Runtime
from app.storage.accepted import sha256_of
from app.storage.berichten import NewBericht, add_unique_bericht

DELETED: Final = "Dit bericht is al eens verwerkt, en verwijderd toen de bewaartermijn van zijn dossier voorbij was."


def keep_once(session: Session, runtime: Runtime, new: NewBericht) -> str | None:
    """Keep an accepted bericht, None; unless its `uniek` is taken: the id of the bericht that has it.

    Raises BerichtWasDeleted when that was deleted: it is not processed a second time.
    """
    deleted = ask_deleted(session, runtime, Spoorsoort.BERICHT, [new.uniek] if new.uniek is not None else [])
    existing = add_unique_bericht(session, new=new)
    if deleted.get():
        raise BerichtWasDeleted(DELETED)
    return existing


def known_receipt(session: Session, existing_id: str, arrival: Arrival) -> Receipt:
    """The receipt of the bericht that has this identification already; raises DifferentBericht for other bytes."""
    if sha256_of(session, id=existing_id) != arrival.sha256:
        raise different(arrival)
    return Receipt(bericht_id=existing_id, is_new=False)


def different(arrival: Arrival) -> DifferentBericht:
    """The refusal of a second message under a used identification."""
    finding = Finding(
        regel="TR056",
        retourcode=NIET_UNIEK,
        pad=f"/Bericht/Header/{_own_number(arrival.soort)}",
        melding="De identificatie van het bericht kwam niet eerder voor bij deze afzender en berichtsoort.",
        waarden={"identificatie": arrival.aanduiding.identificatie},
    )
    return DifferentBericht(
        "Er is al een ander bericht met deze identificatie ontvangen.", findings=arrival.located((finding,))
    )


def _own_number(soort: Berichtsoort) -> str:
    """Where the sender's own number stands: a retour has that of its heenbericht in BerichtIdentificatie."""
    return "IdentificatieRetour" if soort in RETOUREN else "BerichtIdentificatie/Identificatie"
