"""What a toewijzing comes to in one sentence, and as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Final, NamedTuple

from markupsafe import Markup

from app.domain.budget_rows import BudgetRow
from app.domain.codelijsten import Eenheid
from app.domain.logboek import LogRecord
from app.domain.stand import Stand, row_on, total_of
from app.processing.toewijzing_view import Dossier
from app.web import toewijzing_woorden as w
from app.web.dutch import aantal, voluit
from app.web.pictures import bars

MOST_VIEWS: Final = 10
IN_PICTURE: Final = 13
"""Periods: as many as a year has."""


def kernzin(dossier: Dossier, today: date) -> str:
    """The sentence that answers how much is left."""
    versie = dossier.record.actueel.versie
    if dossier.stand is Stand.GEWEIGERD:
        return "Deze toewijzing geldt niet: de aanbieder weigerde het 301-bericht."
    if dossier.stand is Stand.VERWIJDERD:
        return "Deze toewijzing is verwijderd en geeft geen budget."
    if versie.omvang is None:
        return "Deze toewijzing heeft geen omvang, en dus geen budget per periode."
    if dossier.stand is Stand.KOMT:
        return f"Deze toewijzing begint op {voluit(versie.ingangsdatum)}, met {w.omvang(versie.omvang)}."
    now = row_on(dossier.rows, today)
    if dossier.stand is Stand.LOOPT and now is not None:
        return left_in(now, versie.omvang.eenheid)
    total = total_of(dossier.rows)
    ended = f"Deze toewijzing eindigde op {voluit(versie.einddatum)}." if versie.einddatum else ""
    spent = f" Van {w.eenheden(total.toegewezen, versie.omvang.eenheid)} is {_granted(total)}." if total else ""
    return (ended + spent).strip()


def left_in(row: BudgetRow, eenheid: Eenheid) -> str:
    """What is left in a period."""
    when = f"in {w.periode(row)} ({w.days(row.begindatum, row.einddatum)})" if row.jaar else "in de hele looptijd"
    if row.resterend < 0:
        too_much = w.eenheden(-row.resterend, eenheid)
        return f"Let op: {when} is {too_much} meer toegekend dan de {aantal(row.toegewezen)} die nu zijn toegewezen."
    left = f"nog {aantal(row.resterend)}" if row.resterend else "niets meer"
    return f"Van {w.eenheden(row.toegewezen, eenheid)} is {when} {left} over."


def _granted(total: BudgetRow) -> str:
    return f"{aantal(total.gedeclareerd)} toegekend" if total.gedeclareerd else "niets toegekend"


def around(rows: Sequence[BudgetRow], today: date) -> Sequence[BudgetRow]:
    """The periods for a picture: those of the year of today, else of the first or last year; at most 13."""
    now = row_on(rows, today) or (rows[0] if rows and today < rows[0].begindatum else rows[-1] if rows else None)
    same_year = [row for row in rows if now is not None and row.jaar == now.jaar]
    return same_year[:IN_PICTURE]


class Gezien(NamedTuple):
    """Somebody who did the same some times after each other; `laatst` is the newest of them."""

    laatst: LogRecord
    keren: int


def views_of(records: Iterable[LogRecord]) -> list[Gezien]:
    """The rows of the logboek, newest first, those that repeat each other as one."""
    groups = (list(some) for _, some in groupby(records, key=lambda one: (one.wie, one.gebeurtenis, one.uitkomst)))
    return [Gezien(some[0], len(some)) for some in groups][:MOST_VIEWS]


def picture(rows: Sequence[BudgetRow], eenheid: Eenheid, today: date) -> Markup:
    """Bars of what was assigned, granted and is left, for each period."""
    now = row_on(rows, today)
    unit = w.EENHEDEN[eenheid][1]
    said = (
        f"{w.periode(row)}: {aantal(row.toegewezen)} toegewezen, {aantal(row.gedeclareerd)} toegekend, "
        f"{aantal(row.resterend)} over"
        for row in rows
    )
    return bars(
        "budget",
        f"Budget per periode, in {unit}",
        f"Staven per periode, in {unit}. {'; '.join(said)}.",
        labels=[w.in_short(row) + (" (nu)" if row == now else "") for row in rows],
        series={
            "Toegewezen": [row.toegewezen for row in rows],
            "Toegekend": [row.gedeclareerd for row in rows],
            "Over": [row.resterend for row in rows],
        },
        shown=aantal,
    )
