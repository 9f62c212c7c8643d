"""The message log for people: a page of it, found by a filter or a search, with the counts and names beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session
from stdnum.nl.bsn import is_valid

from app.domain.bericht import BerichtStatus
from app.domain.logboek import Handeling
from app.domain.principal import Principal
from app.processing.inrichtingen import namen_of
from app.processing.logboek import viewing
from app.processing.runtime import Runtime
from app.storage.berichten_gezocht import (
    ids_by_factuurnummer,
    ids_by_identificatie,
    ids_by_toewijzing_nummer,
    ids_of_client,
)
from app.storage.berichten_lijst import (
    COUNTED,
    BerichtRegel,
    Gelezen,
    LogFilters,
    Plek,
    count_by_status,
    plek_in,
    read_log,
    regels_of,
)
from app.storage.zicht import Zicht

PER_PAGE: Final = 50
MOST_EXPORTED: Final = 10_000
DIGITS_OF_BSN: Final = 9
STATUSSEN: Final = tuple(BerichtStatus)


class Zoeksoort(StrEnum):
    """What is searched for."""

    BSN = "bsn"
    NUMMER = "nummer"
    """Any of the three below."""
    IDENTIFICATIE = "identificatie"
    FACTUURNUMMER = "factuurnummer"
    TOEWIJZING = "toewijzing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vraag:
    """What is asked of the log: filters, maybe a search, and where the page begins.

    `voor`: the page is of what is older than this bericht; `na`: of what is newer.
    """

    filters: LogFilters = field(default_factory=LogFilters)
    zoeksoort: Zoeksoort | None = None
    zoek: str = field(default="", repr=False)
    voor: str | None = None
    na: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blad:
    """A page of the log, newest first.

    `ouder` and `nieuwer` are where the next pages begin, None where there is nothing more. `gestopt`: the log was read
    up to this moment and there may be more beyond it. `over_de_rand`: nothing is newer than its place.
    """

    regels: tuple[BerichtRegel, ...]
    ouder: str | None = None
    nieuwer: str | None = None
    gestopt: datetime | None = None
    over_de_rand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Overzicht:
    """A page of the log with what stands beside it.

    `namen` are those of parties by their code, as far as they are known; `stand` changes when a row or a count does.
    """

    blad: Blad
    aantallen: Mapping[str, int]
    namen: Mapping[str, str]
    stand: str


def may_be_bsn(text: str) -> bool:
    """Whether what somebody typed may be a bsn, maybe one with a mistake in it: then it goes in no address.

    >>> may_be_bsn("9999.00.006"), may_be_bsn("D20180001"), may_be_bsn("17080301")
    (True, False, True)
    """
    digits = digits_of(text)
    return digits.isdecimal() and DIGITS_OF_BSN - 1 <= len(digits) <= DIGITS_OF_BSN


def is_bsn(text: str) -> bool:
    """Whether it is nine digits that pass the 11-proef.

    >>> is_bsn("999900006"), is_bsn("999900007")
    (True, False)
    """
    return len(text) == DIGITS_OF_BSN and text.isascii() and text.isdecimal() and is_valid(text)


def digits_of(text: str) -> str:
    """A number as it is stored: without the spaces, points and hyphens that people type in it."""
    return "".join(character for character in text if character not in " .-")


def look(runtime: Runtime, principal: Principal, zicht: Zicht, vraag: Vraag) -> Overzicht:
    """A page of the log, written down as seen; a search for a bsn names the client there.

    Raises TooManyRequests when the asker searched for too many clients.
    """
    of_client = vraag.zoeksoort is Zoeksoort.BSN
    if of_client:
        runtime.tempo.bsn_search(principal)
    with viewing(runtime, principal, Handeling.BERICHTEN_GEZOCHT if of_client else Handeling.BERICHTEN_BEKEKEN) as view:
        overzicht = _overzicht(view.session, runtime, zicht, vraag)
        view.about(bsns=(vraag.zoek,) if of_client else (), aantal=len(overzicht.blad.regels))
    return overzicht


def stand_of(runtime: Runtime, zicht: Zicht, vraag: Vraag) -> str:
    """Whether a page is still what it was, and nothing else: so no view."""
    with runtime.storage.reading() as session:
        blad = _blad(session, zicht, vraag)
        return _stand(blad, count_by_status(session, zicht=zicht, statussen=STATUSSEN))


def export(
    runtime: Runtime, principal: Principal, zicht: Zicht, vraag: Vraag
) -> tuple[list[BerichtRegel], Mapping[str, str]]:
    """The rows from the beginning of the list, no more than MOST_EXPORTED, written down as seen, and the names."""
    with viewing(runtime, principal, Handeling.BERICHTEN_BEKEKEN) as view:
        filters, ids, start = _found(view.session, zicht, vraag), list[str](), None
        while len(ids) < MOST_EXPORTED:
            gelezen = read_log(view.session, zicht=zicht, filters=filters, limit=MOST_EXPORTED - len(ids), start=start)
            ids += gelezen.ids
            if not gelezen.meer or gelezen.gestopt is None:
                break
            start = gelezen.gestopt
        regels = regels_of(view.session, ids=ids)
        view.about(aantal=len(regels))
        return regels, _namen(view.session, runtime, zicht, regels)


def _overzicht(session: Session, runtime: Runtime, zicht: Zicht, vraag: Vraag) -> Overzicht:
    blad = _blad(session, zicht, vraag)
    aantallen = count_by_status(session, zicht=zicht, statussen=STATUSSEN)
    return Overzicht(
        blad=blad,
        aantallen=aantallen,
        namen=_namen(session, runtime, zicht, blad.regels),
        stand=_stand(blad, aantallen),
    )


def _blad(session: Session, zicht: Zicht, vraag: Vraag) -> Blad:
    place, upward = vraag.voor or vraag.na, vraag.voor is None and vraag.na is not None
    start = plek_in(session, id=place, zicht=zicht) if place is not None else None
    filters = _found(session, zicht, vraag)
    gelezen = read_log(session, zicht=zicht, filters=filters, limit=PER_PAGE, start=start, upward=upward)
    ids = gelezen.ids[::-1] if upward else gelezen.ids
    blad = Blad(
        regels=tuple(regels_of(session, ids=ids)),
        gestopt=gelezen.gestopt.moment if gelezen.gestopt else None,
        over_de_rand=upward and not gelezen.meer and len(ids) < PER_PAGE,
    )
    return _with_neighbours(blad, gelezen, start, upward=upward)


def _with_neighbours(blad: Blad, gelezen: Gelezen, start: Plek | None, *, upward: bool) -> Blad:
    shown = [regel.id for regel in blad.regels]
    behind = None if start is None else ((shown[-1] if upward else shown[0]) if shown else start.id)
    ahead = None
    if gelezen.meer:
        ahead = gelezen.gestopt.id if gelezen.gestopt else shown[0] if upward else shown[-1]
    return replace(blad, ouder=behind, nieuwer=ahead) if upward else replace(blad, ouder=ahead, nieuwer=behind)


def _found(session: Session, zicht: Zicht, vraag: Vraag) -> LogFilters:
    """The filters, with the berichten that the search found."""
    if vraag.zoeksoort is None:
        return vraag.filters
    ids: set[str] = set()
    for zoeksoort in SEARCHES.get(vraag.zoeksoort, (vraag.zoeksoort,)):
        ids |= _ids(session, zicht, zoeksoort, vraag.zoek)
    return replace(vraag.filters, ids=tuple(sorted(ids)))


SEARCHES: Final = {Zoeksoort.NUMMER: (Zoeksoort.IDENTIFICATIE, Zoeksoort.FACTUURNUMMER, Zoeksoort.TOEWIJZING)}


def _ids(session: Session, zicht: Zicht, zoeksoort: Zoeksoort, zoek: str) -> set[str]:
    match zoeksoort:
        case Zoeksoort.BSN:
            return ids_of_client(session, bsn=zoek)
        case Zoeksoort.IDENTIFICATIE:
            return ids_by_identificatie(session, identificatie=zoek)
        case Zoeksoort.FACTUURNUMMER:
            return ids_by_factuurnummer(session, factuurnummer=zoek, zicht=zicht)
        case _:
            is_number = zoek.isascii() and zoek.isdecimal()
            return ids_by_toewijzing_nummer(session, nummer=int(zoek), zicht=zicht) if is_number else set()


def _namen(session: Session, runtime: Runtime, zicht: Zicht, regels: Sequence[BerichtRegel]) -> dict[str, str]:
    return namen_of(session, runtime, zicht.gemeenten | {one.gemeente for one in regels if one.gemeente is not None})


def _stand(blad: Blad, aantallen: Mapping[str, int]) -> str:
    said = [[regel.id, regel.status, regel.bevindingen] for regel in blad.regels]
    return hashlib.sha256(json.dumps([said, dict(aantallen)]).encode()).hexdigest()[:32]


def more_than_counted(aantal: int) -> bool:
    """Whether a count stands for more than was counted."""
    return aantal > COUNTED
