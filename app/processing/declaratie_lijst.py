"""The declaraties that a party may see, a page at a time, narrowed as asked; and the 303s that are still waiting."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.logboek import Handeling
from app.domain.periode import GeslotenPeriode
from app.domain.principal import Principal
from app.domain.refusals import InvalidInput
from app.processing.inrichtingen import find_inrichting
from app.processing.logboek import viewing
from app.processing.periods import declared_span
from app.processing.runtime import Runtime
from app.storage.berichten import BerichtFilters, BerichtRecord, list_berichten
from app.storage.declaraties import DeclaratieRecord, DeclaratieStatus, list_declaraties
from app.storage.zicht import Zicht

MOST_WAITING: Final = 20


class Status(StrEnum):
    """Whether a declaratie was judged line by line, or refused as a whole."""

    VERWERKT = "verwerkt"
    AFGEKEURD = "afgekeurd"


STATUSES: Final[Mapping[Status, tuple[DeclaratieStatus, ...]]] = {
    Status.VERWERKT: (DeclaratieStatus.BEOORDEELD,),
    Status.AFGEKEURD: (DeclaratieStatus.TECHNISCH_AFGEKEURD, DeclaratieStatus.HEADER_AFGEKEURD),
}


def status_of(record: DeclaratieRecord) -> Status:
    """The status as a reader has it."""
    return next(status for status, kinds in STATUSES.items() if record.status in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vraag:
    """What a list may be narrowed to; `periode` is a CAK period of `jaar`. `before`: the last id of the page before."""

    aanbieder: str | None = None
    jaar: int | None = None
    periode: int | None = None
    status: Status | None = None
    factuurnummer: str | None = None
    limit: int = 100
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lijst:
    """Declaraties, newest first; the next page is what comes before the `cursor` (None: there is none).

    `wachtend`: 303s without a declaratie yet; `namen`: of the parties that have one, by their code; `aanbieders`: those
    that the gemeenten in sight know.
    """

    declaraties: tuple[DeclaratieRecord, ...]
    cursor: str | None
    wachtend: tuple[BerichtRecord, ...] = ()
    namen: Mapping[str, str]
    aanbieders: tuple[str, ...] = ()


def declaraties_of(
    runtime: Runtime, principal: Principal, zicht: Zicht, vraag: Vraag, *, for_page: bool = False
) -> Lijst:
    """A page of declaraties, `for_page` with more beside it; raises InvalidInput for a period without its year."""
    span = _span(runtime, zicht.gemeenten, vraag.jaar, vraag.periode)
    with viewing(runtime, principal, Handeling.DECLARATIES_BEKEKEN) as view:
        records = list_declaraties(
            view.session,
            zicht=zicht,
            aanbieder=vraag.aanbieder,
            periode=span,
            statuses=STATUSES[vraag.status] if vraag.status else None,
            factuurnummer=vraag.factuurnummer,
            limit=vraag.limit + 1,
            before=vraag.before,
        )
        shown = tuple(records[: vraag.limit])
        wachtend = _wachtend(view.session, zicht) if for_page else ()
        namen = namen_of(view.session, runtime, {one.gemeente for one in shown} | zicht.gemeenten) if for_page else {}
        aanbieders = _aanbieders(view.session, runtime, zicht) if for_page else ()
        view.about(aantal=len(shown) + len(wachtend))
    more = shown[-1].id if len(records) > vraag.limit else None
    return Lijst(declaraties=shown, cursor=more, wachtend=wachtend, namen=namen, aanbieders=aanbieders)


def namen_of(session: Session, runtime: Runtime, gemeenten: Collection[str]) -> dict[str, str]:
    """The names of these gemeenten and of the aanbieders they know, by code."""
    namen: dict[str, str] = {}
    for gemeente in sorted(gemeenten):
        if inrichting := find_inrichting(session, runtime, gemeente):
            namen |= {one.agb: one.naam for one in inrichting.aanbieders}
            namen[gemeente] = inrichting.naam
    return {code: naam for code, naam in namen.items() if naam}


def _aanbieders(session: Session, runtime: Runtime, zicht: Zicht) -> tuple[str, ...]:
    known = set(zicht.aanbieders)
    for gemeente in zicht.gemeenten:
        if inrichting := find_inrichting(session, runtime, gemeente):
            known |= {one.agb for one in inrichting.aanbieders} | {one.aanbieder for one in inrichting.contracten}
    return tuple(sorted(known))


def _wachtend(session: Session, zicht: Zicht) -> tuple[BerichtRecord, ...]:
    filters = BerichtFilters(soort=Berichtsoort.WMO303, status=BerichtStatus.IN_VERWERKING)
    return tuple(list_berichten(session, zicht=zicht, filters=filters, limit=MOST_WAITING))


def _span(runtime: Runtime, gemeenten: frozenset[str], jaar: int | None, periode: int | None) -> GeslotenPeriode | None:
    if jaar is None:
        if periode is not None:
            raise InvalidInput("Noem bij een periode ook het jaar.")
        return None
    return declared_span(runtime, gemeenten, jaar, periode)
