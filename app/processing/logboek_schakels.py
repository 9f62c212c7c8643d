"""What a row of the logboek and its place in the chain have to be, for who seals, removes and verifies them."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Final

from sqlalchemy.orm import Session

from app.domain.logboek import LogRecord, link_text
from app.processing.logboek import digest_of, mac_of
from app.storage.logboek import clients_of
from app.storage.logboek_zegels import Anker, Schakel

_NOBODY: Final = digest_of(())


class Wat(StrEnum):
    """What is wrong, as it is told."""

    INHOUD = "de inhoud van de rij is veranderd"
    KETEN = "de keten is gebroken"
    ONTBREEKT = "de rij ontbreekt"
    NUMMER = "een volgnummer ontbreekt"
    ONVERZEGELD = "de rij staat na een minuut nog niet in de keten"
    BEGIN = "het begin van de keten is veranderd"
    ANKER = "de keten is een andere dan bij het anker"
    TE_VROEG = "rijen zijn verwijderd die volgens het anker bewaard moesten blijven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breuk:
    """Something that is wrong, and where."""

    wat: Wat
    volgnummer: int | None = None
    logboek_id: str | None = None


def link_of(key: bytes, keten: str, volgnummer: int, mac: str) -> str:
    """The `keten` of a place; keyed, for whoever can write the tables can also compute a plain digest."""
    return hmac.digest(key, link_text(keten, volgnummer, mac), "sha256").hex()


def anker_mac(key: bytes, volgnummer: int, keten: str, moment: str) -> str:
    """What shows that the begin of the chain is as it was when the rows before it were removed."""
    return hmac.digest(key, f"anker|{volgnummer}|{keten}|{moment}".encode(), "sha256").hex()


def digests_of(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """For each row with clients the digest of them, without ever having all clients at hand."""
    return {
        logboek_id: digest_of(str(client) for _, client in group)
        for logboek_id, group in groupby(clients_of(session, ids=ids), key=itemgetter(0))
    }


def row_is_right(keys: Sequence[bytes], record: LogRecord, digest: str | None) -> bool:
    """Whether a row is as it was written; `digest`: of its clients, None when it has none."""
    try:
        return any(_same(mac_of(key, record, digest or _NOBODY), record.mac) for key in keys)
    except (TypeError, ValueError):  # SQLite takes any value in any column
        return False


def wrong_with(keys: Sequence[bytes], keten: str | None, place: Schakel, digest: str | None) -> Wat | None:
    """What is wrong with a place that follows on `keten` (None: that is not known); None when it is right."""
    record = place.record
    if record is None:
        return Wat.ONTBREEKT
    if not row_is_right(keys, record, digest):
        return Wat.INHOUD
    if keten is None:
        return None
    links = (link_of(key, keten, place.volgnummer, record.mac) for key in keys)
    return None if any(_same(link, place.keten) for link in links) else Wat.KETEN


def anker_is_right(keys: Sequence[bytes], anker: Anker) -> bool:
    """Whether the begin of the chain is as it was signed."""
    return any(_same(anker_mac(key, anker.volgnummer, anker.keten, anker.moment), anker.mac) for key in keys)


def _same(computed: str, stored: object) -> bool:
    return isinstance(stored, str) and hmac.compare_digest(computed.encode(), stored.encode(errors="replace"))
