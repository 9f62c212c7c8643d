"""Which deadlines there are, in one list: those of toekenningen, and the messages that wait for their retour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.logboek import Handeling, Logregel
from app.domain.principal import Principal
from app.domain.refusals import InvalidInput, NotFound, RoleNotAllowed
from app.domain.termijnen import (
    AAN_ZET,
    WERKDAGEN_BY_RELEASE,
    Beurt,
    Moment,
    TermijnSoort,
    TermijnStatus,
    Verval,
    after_werkdagen,
    first_day_due_from,
    status_of,
)
from app.iwmo.releases import RELEASES
from app.processing.feestdagen import is_feestdag
from app.processing.logboek import note
from app.processing.runtime import Runtime
from app.storage.berichten import BerichtRecord
from app.storage.termijnen import (
    Span,
    Vraag,
    Wachtend,
    count_of,
    find_termijn,
    recorded_termijnen,
    set_gehaald,
    unanswered,
    waiting_of,
)
from app.storage.zicht import Zicht

EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
CURSOR = re.compile(r"([0-9-]{10})_([0-9])_([0-9-]{10})_([0-9a-f-]{1,36})")
NUMBER = re.compile(r"[0-9]{1,18}")
DAY = timedelta(days=1)
AT_ONCE = 500
OF_RETOUREN = frozenset({TermijnStatus.OPEN, TermijnStatus.TE_LAAT})
BY_ITSELF = TermijnSoort.EINDE_INDICATIE
RETOUR_ON: Mapping[str | None, TermijnSoort] = {
    Berichtsoort.WMO301: TermijnSoort.RETOUR_301,
    Berichtsoort.WMO303: TermijnSoort.RETOUR_303,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TermijnRegel:
    """A row of the report. `id` is set when it can be marked as met, `cursor` is where the next page begins."""

    id: str | None
    soort: TermijnSoort
    gemeente: str
    aanbieder: str | None
    toewijzing: str | None
    bericht: str | None
    datum: date
    status: TermijnStatus
    verval: Verval | None
    aan_zet: Beurt
    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermijnVraag:
    """Which deadlines are wanted: late or not, of one status, of one soort, up to and including a day.

    `openstaand`: only what is still waited for, late or not; `aan_zet`: only what is the turn of one of the two.
    """

    te_laat: bool | None = None
    status: TermijnStatus | None = None
    soort: TermijnSoort | None = None
    tot: date | None = None
    openstaand: bool = False
    aan_zet: Beurt | None = None
    aanbieder: str | None = None

    @property
    def statussen(self) -> frozenset[TermijnStatus]:
        """The statuses that are wanted."""
        return frozenset(
            status
            for status in TermijnStatus
            if self.status in {None, status}
            and self.te_laat in {None, status is TermijnStatus.TE_LAAT}
            and (not self.openstaand or status in OF_RETOUREN)
        )

    @property
    def soorten(self) -> frozenset[TermijnSoort]:
        """The soorten that are wanted."""
        return frozenset(
            soort for soort in TermijnSoort if self.soort in {None, soort} and self.aan_zet in {None, AAN_ZET[soort]}
        )


def report(
    session: Session, runtime: Runtime, zicht: Zicht, vraag: TermijnVraag, *, limit: int, cursor: str | None = None
) -> list[TermijnRegel]:
    """At most `limit` deadlines after the cursor, earliest first. Raises InvalidInput for a cursor that is none."""
    asked = _Asked(session=session, zicht=zicht, vraag=vraag, today=runtime.today(), limit=limit)
    place = _place_of(cursor) if cursor is not None else None
    found = [row for source in _sources(vraag) for row in source.rows(asked, place)]
    return sorted(found, key=lambda row: _place_of(row.cursor))[:limit]


def count(session: Session, runtime: Runtime, zicht: Zicht, vraag: TermijnVraag, *, most: int) -> int:
    """How many deadlines there are, counted up to `most`."""
    asked = _Asked(session=session, zicht=zicht, vraag=vraag, today=runtime.today(), limit=most)
    return min(most, sum(source.count(asked) for source in _sources(vraag)))


def whole_report(runtime: Runtime, zicht: Zicht, vraag: TermijnVraag) -> Iterator[TermijnRegel]:
    """Every deadline, earliest first, however many there are."""
    cursor: str | None = None
    while True:
        with runtime.storage.reading() as session:
            rows = report(session, runtime, zicht, vraag, limit=AT_ONCE, cursor=cursor)
        yield from rows
        if len(rows) < AT_ONCE:
            return
        cursor = rows[-1].cursor


def mark_gehaald(runtime: Runtime, principal: Principal, zicht: Zicht, id: int) -> TermijnRegel:
    """What a recorded deadline was for, happened today; saying it again changes nothing.

    Raises NotFound for a deadline that the caller does not see, that lapsed or that comes by itself, RoleNotAllowed
    when it is the turn of another.
    """
    today = runtime.today()
    with runtime.storage.writing() as session:
        found = find_termijn(session, zicht=zicht, id=id)
        if found is None or found.soort is TermijnSoort.EINDE_INDICATIE or found.verval is not None:
            raise NotFound("Er is geen termijn met dit id die te halen is.")
        if not principal.for_gemeente and AAN_ZET[found.soort] is not Beurt.AANBIEDER:
            raise RoleNotAllowed("Alleen de gemeente meldt dit.")
        set_gehaald(session, id=id, gehaald_op=today)
        note(session, runtime, principal, Logregel(handeling=Handeling.TERMIJN_GEHAALD, object_id=str(id)))
        marked = find_termijn(session, zicht=zicht, id=id) or found
        return _RECORDED.row_of(marked, today)


def answer_due(record: BerichtRecord) -> date | None:
    """The last day on which the answer to a bericht is in time; None when there is an answer or none is expected."""
    terms = WERKDAGEN_BY_RELEASE.get(record.release or "", {})
    werkdagen = terms.get(RETOUR_ON[record.soort]) if record.soort in RETOUR_ON else None
    waits = record.status not in {BerichtStatus.BEANTWOORD, BerichtStatus.AFGEKEURD} and record.antwoord_id is None
    is_sent = record.uniek is not None and record.aanbieder is not None  # else it was divided into others
    if werkdagen is None or record.dagtekening is None or not (waits and is_sent):
        return None
    return after_werkdagen(record.dagtekening, werkdagen, is_feestdag)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands: its day, its source, and its place within the source."""

    datum: date
    rank: int
    start: date
    id: str

    def __lt__(self, other: _Place) -> bool:
        return self._order() < other._order()

    def _order(self) -> tuple[date, int, date, int, str]:
        return self.datum, self.rank, self.start, len(self.id), self.id  # a shorter number is a smaller one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    session: Session
    zicht: Zicht
    vraag: TermijnVraag
    today: date
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Rows in the order of their start, and so of their deadline: that many working days later, or the same day."""

    rank: int
    soorten: tuple[TermijnSoort, ...]
    release: str | None = None
    werkdagen: int = 0

    def rows(self, asked: _Asked, place: _Place | None) -> list[TermijnRegel]:
        query = self._query(asked, place)
        waiting = waiting_of(asked.session, query, soort=self._soort) if query is not None else []
        return [self.row_of(one, asked.today) for one in waiting]

    def count(self, asked: _Asked) -> int:
        query = self._query(asked, None)
        return count_of(asked.session, query) if query is not None else 0

    @property
    def _soort(self) -> TermijnSoort | None:
        """Of messages all are of one soort; of what was recorded each row says its own."""
        return self.soorten[0] if self.release is not None else None

    def _query(self, asked: _Asked, place: _Place | None) -> Vraag | None:
        span, vraag = self._span(asked, place), asked.vraag
        if self.release is None:
            return recorded_termijnen(
                zicht=asked.zicht,
                aanbieder=vraag.aanbieder,
                soorten=self.soorten,
                today=asked.today,
                statussen=vraag.statussen,
                span=span,
            )
        if vraag.statussen.isdisjoint(OF_RETOUREN):
            return None
        return unanswered(
            zicht=asked.zicht, aanbieder=vraag.aanbieder, soort=self.soorten[0], release=self.release, span=span
        )

    def row_of(self, waiting: Wachtend, today: date) -> TermijnRegel:
        datum = after_werkdagen(waiting.start, self.werkdagen, is_feestdag) if self.werkdagen else waiting.start
        recorded = self.release is None and waiting.soort is not TermijnSoort.EINDE_INDICATIE
        moment = Moment(datum, waiting.gehaald_op, waiting.verval)
        return TermijnRegel(
            id=waiting.id if recorded and waiting.verval is None else None,
            soort=waiting.soort,
            gemeente=waiting.gemeente,
            aanbieder=waiting.aanbieder,
            toewijzing=waiting.toewijzing,
            bericht=waiting.bericht_id,
            datum=datum,
            status=status_of(waiting.soort, moment, today=today),
            verval=waiting.verval,
            aan_zet=AAN_ZET[waiting.soort],
            cursor=f"{datum}_{self.rank}_{waiting.start}_{waiting.id}",
        )

    def _span(self, asked: _Asked, place: _Place | None) -> Span:
        after, until = (date.min, ""), date.max
        if place is not None:
            after = self._after(place)
        if asked.vraag.tot is not None:
            until = self._first_due_from(_within(asked.vraag.tot) + DAY) - DAY
        if self.soorten == (BY_ITSELF,) and asked.vraag.statussen <= OF_RETOUREN:
            after = max(after, (asked.today, ""))
        wanted = asked.vraag.statussen & OF_RETOUREN
        if self.release is not None and len(wanted) == 1:
            turn, late = self._first_due_from(asked.today), TermijnStatus.TE_LAAT in wanted
            after, until = (after, min(until, turn - DAY)) if late else (max(after, (turn, "")), until)
        return Span(after=after, until=until, limit=asked.limit)

    def _after(self, place: _Place) -> tuple[date, str]:
        if self.rank == place.rank:
            return place.start, place.id
        # Of the same day come first the rows of a lower source.
        return self._first_due_from(place.datum if self.rank > place.rank else _within(place.datum) + DAY), ""

    def _first_due_from(self, datum: date) -> date:
        return first_day_due_from(_within(datum), self.werkdagen, is_feestdag) if self.werkdagen else datum


_RECORDED = _Source(
    rank=0, soorten=(TermijnSoort.BEGELEIDINGSPLAN, TermijnSoort.EVALUATIE, TermijnSoort.EINDE_INDICATIE)
)
_RETOUREN = tuple(
    _Source(rank=rank, soorten=(soort,), release=release, werkdagen=werkdagen)
    for rank, (release, soort, werkdagen) in enumerate(
        (
            (release, soort, werkdagen)
            for release in RELEASES
            for soort, werkdagen in WERKDAGEN_BY_RELEASE.get(release, {}).items()
        ),
        start=1,
    )
)


def _sources(vraag: TermijnVraag) -> Sequence[_Source]:
    soorten = vraag.soorten
    recorded = tuple(soort for soort in _RECORDED.soorten if soort in soorten)
    groups = [recorded] if recorded else []
    if vraag.statussen <= OF_RETOUREN:
        # What comes by itself and what has to be done lie apart: of the first only what is to come is waited for.
        apart = [tuple(soort for soort in recorded if (soort is BY_ITSELF) is one) for one in (False, True)]
        groups = [group for group in apart if group]
    retouren = [source for source in _RETOUREN if not soorten.isdisjoint(source.soorten)]
    return [*(_Source(rank=_RECORDED.rank, soorten=group) for group in groups), *retouren]


def _within(datum: date) -> date:
    """The day, kept away from the ends of the calendar."""
    return min(max(datum, EARLIEST), LATEST)


def _place_of(cursor: str) -> _Place:
    parts = CURSOR.fullmatch(cursor)
    try:
        if parts is not None and (parts[2] != "0" or NUMBER.fullmatch(parts[4])):
            return _Place(date.fromisoformat(parts[1]), int(parts[2]), date.fromisoformat(parts[3]), parts[4])
    except ValueError:
        pass
    raise InvalidInput("Deze cursor kwam niet uit een eerder antwoord.")
