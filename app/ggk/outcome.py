"""What the answer to a request means for the envelope that was sent."""

from __future__ import annotations

from enum import StrEnum

from app.domain.envelop import Fo03, Ontvangstbevestiging, Plek
from app.ggk.reading import Antwoord, GewoneFault


class Uitkomst(StrEnum):
    """What becomes of an envelope after one attempt to send it."""

    AANGEBODEN = "aangeboden"
    """The other side has stored it."""

    LATER = "later"
    """The other side could not: the same bytes go again."""

    GEWEIGERD = "geweigerd"
    """The other side does not want it so: an operator must act."""


def outcome_of(antwoord: Antwoord, referentienummer: str) -> Uitkomst:
    """What happened to the envelope with this referentienummer.

    A receipt for another reference, and whatever cannot be read, leave it open: it goes again.
    """
    match antwoord:
        case Ontvangstbevestiging() if antwoord.stuurgegevens.cross_ref == referentienummer:
            return Uitkomst.AANGEBODEN
        case Fo03() if antwoord.fout.plek is Plek.CLIENT:
            return Uitkomst.GEWEIGERD
        case GewoneFault(client=True):
            return Uitkomst.GEWEIGERD
        case _:
            return Uitkomst.LATER
