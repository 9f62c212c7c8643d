"""Every euro of a toewijzing from indicatie to booking: the sheet, who got which part, and what each period came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.budget_rows import BudgetRow
from app.domain.budgetpaspoort import PeriodeSpoor, Verdeling, sporen, verdelingen
from app.domain.inrichting import Inrichting
from app.domain.logboek import Handeling
from app.domain.principal import Principal
from app.processing.budgets import budget_in
from app.processing.logboek import viewing
from app.processing.runtime import Runtime
from app.processing.toewijzing_view import find_toewijzing, inrichting_of, parts_of
from app.storage.toekenningen import ToekenningRecord, find_toekenning, toekenning_ids_of
from app.storage.toewijzing_records import ToewijzingRecord
from app.storage.toewijzing_sporen import Boeking, BoekingNaam, boekingen_of
from app.storage.zicht import Zicht

SHOWN_BOEKINGEN: Final = 200
MOST_TOEKENNINGEN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Paspoort:
    """The way of a budget; without `toekenningen` it begins at the 301 that a back office sent.

    `perioden` are those from the first booking that is shown up to the last; the next page begins after `cursor`.
    `rows` are all of them.
    """

    record: ToewijzingRecord
    inrichting: Inrichting
    toekenningen: tuple[ToekenningRecord, ...]
    delen: tuple[ToewijzingRecord, ...]
    verdelingen: tuple[Verdeling, ...]
    rows: tuple[BudgetRow, ...]
    perioden: tuple[PeriodeSpoor[Boeking], ...]
    cursor: BoekingNaam | None

    @property
    def begin(self) -> ToewijzingRecord:
        """The toewijzing with which the budget began."""
        return self.delen[0]


def paspoort_of(
    runtime: Runtime,
    principal: Principal,
    zicht: Zicht,
    gemeente: str,
    nummer: str,
    *,
    after: BoekingNaam | None = None,
) -> Paspoort:
    """The passport of a toewijzing, with a page of its bookings; NotFound when there is none to see."""
    with viewing(runtime, principal, Handeling.BUDGET_BEKEKEN) as view:
        session, record = view.session, find_toewijzing(view, zicht, gemeente, nummer)
        ids = toekenning_ids_of(session, gemeente=record.gemeente, sleutel=record.sleutel)[:MOST_TOEKENNINGEN]
        found = (find_toekenning(session, id=id, gemeenten=zicht.gemeenten) for id in ids)
        delen = parts_of(session, record, zicht)
        rows = budget_in(session, runtime, record)
        boekingen = boekingen_of(session, toewijzing_id=record.id, limit=SHOWN_BOEKINGEN + 1, after=after)
        more = len(boekingen) > SHOWN_BOEKINGEN
        shown = boekingen[:SHOWN_BOEKINGEN]
        paspoort = Paspoort(
            record=record,
            inrichting=inrichting_of(session, runtime, record.gemeente),
            toekenningen=tuple(one for one in found if one is not None),
            delen=tuple(delen),
            verdelingen=verdelingen([one.toewijzing for one in delen if one.toewijzing is not None]),
            rows=rows,
            perioden=_page(sporen(rows, shown), begins=after is None, ends=not more),
            cursor=shown[-1].naam if more else None,
        )
    return paspoort


def _page(
    perioden: tuple[PeriodeSpoor[Boeking], ...], *, begins: bool, ends: bool
) -> tuple[PeriodeSpoor[Boeking], ...]:
    """The periods that belong to one page of bookings; the first page has those before it, the last those after."""
    booked = [place for place, periode in enumerate(perioden) if periode.boekingen]
    first = 0 if begins or not booked else booked[0]
    last = len(perioden) if ends or not booked else booked[-1] + 1
    return perioden[first:last]
