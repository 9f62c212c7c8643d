"""The deadlines as people look at them: a page of what is still waited for, how much that is, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice
from typing import Final

from sqlalchemy.orm import Session

from app.domain.logboek import Handeling, Logregel
from app.domain.principal import Principal
from app.domain.termijnen import Beurt, TermijnStatus, after_werkdagen
from app.processing.feestdagen import is_feestdag, werkdagen_after
from app.processing.inrichtingen import find_inrichting
from app.processing.logboek import NAMED_CLIENTS, note_now, viewing
from app.processing.runtime import Runtime
from app.processing.termijnen import AT_ONCE, TermijnRegel, TermijnVraag, count, report, whole_report
from app.storage.logboek import bsns_of_berichten
from app.storage.toewijzing_records import bsns_of_toewijzingen
from app.storage.zicht import Zicht

SOON: Final = timedelta(weeks=4)
WERKDAGEN_NEAR: Final = 5
MOST_COUNTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Te:
    """A deadline, with how many working days it is late (0: it is not) or away."""

    regel: TermijnRegel
    te_laat: int
    over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tellingen:
    """How much is late, by whose turn it is, and how much is due in a few days; counted up to MOST_COUNTED."""

    te_laat: Mapping[Beurt, int]
    nabij: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TermijnPage:
    """A page of deadlines; `cursor` is where the next one begins. `namen`: of aanbieders, by (gemeente, AGB code)."""

    regels: list[Te]
    cursor: str | None
    tellingen: Tellingen
    namen: Mapping[tuple[str, str], str]


def termijnen_page(
    runtime: Runtime, principal: Principal, zicht: Zicht, vraag: TermijnVraag, *, cursor: str | None, limit: int
) -> TermijnPage:
    """What is wanted, earliest first. Raises InvalidInput for a cursor that is none."""
    with viewing(runtime, principal, Handeling.TERMIJNEN_BEKEKEN) as view:
        rows = report(view.session, runtime, zicht, vraag, limit=limit + 1, cursor=cursor)
        shown = rows[:limit]
        found = TermijnPage(
            regels=[timed(runtime, row) for row in shown],
            cursor=shown[-1].cursor if len(rows) > limit else None,
            tellingen=_tellingen(view.session, runtime, zicht),
            namen=aanbieder_namen(view.session, runtime, zicht),
        )
        view.about(bsns=_of_toewijzingen(view.session, shown), aantal=len(shown))
        view.about_berichten(_berichten(shown), every_client=False)
    return found


def termijnen_file(
    runtime: Runtime, principal: Principal, zicht: Zicht, vraag: TermijnVraag
) -> Iterator[tuple[Te, str | None]]:
    """Every one that is wanted, with the name of its aanbieder; that it was asked for is written down first."""
    bsns = _few_clients(runtime, whole_report(runtime, zicht, vraag))
    note_now(runtime, principal, Logregel(handeling=Handeling.TERMIJNEN_BEKEKEN, reden="alle, als csv", bsns=bsns))
    with runtime.storage.reading() as session:
        namen = aanbieder_namen(session, runtime, zicht)
    return (
        (timed(runtime, row), namen.get((row.gemeente, row.aanbieder or "")))
        for row in whole_report(runtime, zicht, vraag)
    )


def aanbieder_namen(session: Session, runtime: Runtime, zicht: Zicht) -> dict[tuple[str, str], str]:
    """What the aanbieders with a contract are called, by (gemeente, AGB code); their code when they have no name."""
    namen: dict[tuple[str, str], str] = {}
    for gemeente in sorted(zicht.gemeenten):
        inrichting = find_inrichting(session, runtime, gemeente)
        if inrichting is not None:
            namen |= {(gemeente, contract.aanbieder): contract.aanbieder for contract in inrichting.contracten}
            namen |= {(gemeente, aanbieder.agb): aanbieder.naam for aanbieder in inrichting.aanbieders}
    return namen


def _few_clients(runtime: Runtime, rows: Iterator[TermijnRegel]) -> frozenset[str]:
    """Whom the rows are about; nobody by name when that are more than NAMED_CLIENTS."""
    bsns: frozenset[str] = frozenset()
    while some := list(islice(rows, AT_ONCE)):
        with runtime.storage.reading() as session:
            bsns |= _of_toewijzingen(session, some)
            bsns |= bsns_of_berichten(session, ids=_berichten(some), limit=NAMED_CLIENTS + 1)
        if len(bsns) > NAMED_CLIENTS:
            return frozenset()
    return bsns


def _of_toewijzingen(session: Session, rows: Sequence[TermijnRegel]) -> frozenset[str]:
    sleutels: dict[str, set[str]] = {}
    for row in rows:
        if row.toewijzing is not None:
            sleutels.setdefault(row.gemeente, set()).add(row.toewijzing)
    found = (bsns_of_toewijzingen(session, gemeente=one, sleutels=of) for one, of in sleutels.items())
    return frozenset(chain.from_iterable(found))


def _berichten(rows: Sequence[TermijnRegel]) -> list[str]:
    return [row.bericht for row in rows if row.bericht is not None]


def timed(runtime: Runtime, regel: TermijnRegel) -> Te:
    """The row with how long it is late or how long there is left."""
    today = runtime.today()
    late = werkdagen_after(regel.datum, today) if regel.status is TermijnStatus.TE_LAAT else 0
    return Te(regel, late, werkdagen_after(today, regel.datum))


def nearby(runtime: Runtime) -> TermijnVraag:
    """What is to be done in a few working days and is not late."""
    return TermijnVraag(status=TermijnStatus.OPEN, tot=after_werkdagen(runtime.today(), WERKDAGEN_NEAR, is_feestdag))


def _tellingen(session: Session, runtime: Runtime, zicht: Zicht) -> Tellingen:
    late = {
        beurt: count(session, runtime, zicht, TermijnVraag(te_laat=True, aan_zet=beurt), most=MOST_COUNTED)
        for beurt in Beurt
    }
    nabij = count(session, runtime, zicht, nearby(runtime), most=MOST_COUNTED)
    return Tellingen(te_laat=late, nabij=nabij)
