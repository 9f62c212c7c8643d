"""An endless supply of 301s and 303s: every toewijzing has room for four of its five 303s."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from app.iwmo.releases import write
from tests import builders as a

RELEASE = "2.3"
FIRST_NUMMER = 100_000
UNKNOWN_NUMMER = 999_999_999
CLAIMS = 5
VOLUME, TARIEF = 200, 100
ROOM = 850
GRANTED_OF_EACH = (ROOM // VOLUME) * VOLUME
LINES_OF_A_LARGE_ONE = 4
"""A 303 of so many lines is larger than DIRECT_BYTES, so the worker settles it."""
DIRECT_BYTES = 4_000


class Message(NamedTuple):
    """What is posted, and with whose key."""

    soort: str
    body: bytes


def toewijzing(number: int, aanbieder: str = a.AANBIEDER) -> Message:
    """The 301 of the toewijzing with this number."""
    client = a.a_client(a.a_toegewezen_product(toewijzing_nummer=number))
    identificatie = a.an_identificatie(identificatie=f"A{number}")
    header = a.a_toewijzing_header(bericht_identificatie=identificatie, ontvanger=aanbieder)
    return Message("301", write(a.a_toewijzingsbericht(client, header=header), RELEASE))


def declaratie(number: int, claim: int, *, large: bool = False) -> Message:
    """A 303 that asks 200 of the 850 of a toewijzing; a large one has more lines, on a toewijzing that is none."""
    count = LINES_OF_A_LARGE_ONE if large else 1
    lines = [
        a.a_prestatie(
            toewijzing_nummer=number if line == 0 else UNKNOWN_NUMMER,
            referentie_nummer=f"R{number}C{claim}L{line}",
            geleverd_volume=VOLUME,
        )
        for line in range(count)
    ]
    return Message("303", write(a.a_declaratie(*lines, declarant_factuur_nummer=f"F{number}C{claim}"), RELEASE))


def afwijzing() -> Message:
    """A 301 that is refused: its client has no valid bsn."""
    client = a.a_client(a.a_toegewezen_product(toewijzing_nummer=99), bsn=a.WRONG_BSN)
    identificatie = a.an_identificatie(identificatie="A99")
    header = a.a_toewijzing_header(bericht_identificatie=identificatie)
    return Message("301", write(a.a_toewijzingsbericht(client, header=header), RELEASE))


def accepted_302(number: int) -> Message:
    """The 302 with which the other aanbieder accepts the 301 of a toewijzing."""
    identificatie = a.an_identificatie(identificatie=f"A{number}")
    header = a.a_retour_header(
        ontvanger=a.OTHER_AANBIEDER,
        bericht_identificatie=identificatie,
        identificatie_retour=f"B{number}",
        dagtekening_retour=date(2019, 5, 15),
    )
    return Message("302", write(a.a_toewijzing_retour(header=header), RELEASE))


def chain(number: int) -> Iterator[Message]:
    """A 301 and then its 303s, of which some are large."""
    yield toewijzing(number)
    for claim in range(CLAIMS):
        yield declaratie(number, claim, large=claim % 2 == 1)
