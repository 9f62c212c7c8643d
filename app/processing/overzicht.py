"""Is everything well, what needs somebody now, and since when: what the start page says, for who looks at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.domain.bericht import BerichtStatus, Richting
from app.domain.overzicht import Aandacht, Onderwerp, Telling
from app.domain.principal import Principal, Recht, Rol
from app.domain.termijnen import Beurt
from app.domain.werk import JobSoort
from app.processing.bericht_goedkeuren import awaiting
from app.processing.readiness import TOO_LONG
from app.processing.runtime import Runtime
from app.processing.termijnen import TermijnVraag, count, report
from app.storage import overzicht as stored
from app.storage.berichten import DUTCH_TIME, start_of_day
from app.storage.goedkeuringen import Goedkeuring
from app.storage.jobs import oldest_due, work_lies
from app.storage.overzicht import Found
from app.storage.zicht import Zicht

MOST: Final = 1000
"""So far is counted: who has more of them knows enough."""

MOST_VERKEER: Final = 2000
LATELY: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
SENT_WITHIN: Final = DAY
PROCESSED_WITHIN: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verkeer:
    """Today's messages, by soort and richting; `meer`: it is of the newest of them."""

    aantallen: Mapping[tuple[str, str], int]
    meer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dienst:
    """How the work in the background goes: since when something waits, and what is to be done."""

    wacht_sinds: datetime | None
    wacht: Mapping[JobSoort, int]

    @property
    def aantal(self) -> int:
        """How much work is to be done."""
        return sum(self.wacht.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Inrichtingstand:
    """Which inrichting a gemeente has, and when it was loaded."""

    gemeente: str
    versie: int
    geladen_op: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overzicht:
    """What the start page shows; what is not for who looks is empty or None.

    - `goedkeuringen`: what colleagues asked and who looks may allow.
    - `since`: from which day "lately" counts.
    - `zonder_inrichting`, `zonder_berichten`: the first use, when there is nothing yet.
    - `statussen`: the messages of all parties of the last day; `logboek`: what was written there in it.
    """

    aandacht: tuple[Aandacht, ...]
    dienst: Dienst | None
    since: date
    goedkeuringen: Sequence[Goedkeuring] = ()
    verkeer: Verkeer | None = None
    zonder_inrichting: bool = False
    zonder_berichten: bool = False
    inrichtingen: tuple[Inrichtingstand, ...] = ()
    statussen: Mapping[str, int] = field(default_factory=dict[str, int])
    logboek: Mapping[str, int] = field(default_factory=dict[str, int])


def overzicht(runtime: Runtime, principal: Principal, zicht: Zicht) -> Overzicht:
    """What is to be told to who looks: counts alone, nothing of a client."""
    with runtime.storage.reading() as session:
        asked = _Asked(session, runtime, principal, zicht)
        if principal.may(Recht.BERICHTEN_LEZEN):
            return _of_parties(asked)
        return _of_service(asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    session: Session
    runtime: Runtime
    principal: Principal
    zicht: Zicht

    @property
    def now(self) -> datetime:
        return self.runtime.now()

    @property
    def since(self) -> datetime:
        return start_of_day(_day(self.now - LATELY))


def _of_parties(asked: _Asked) -> Overzicht:
    """For who has gemeenten or aanbieders of its own."""
    session, zicht = asked.session, asked.zicht
    waiting = awaiting(asked.runtime, asked.principal)
    approvals = [_goedkeuren(waiting)] if asked.principal.rol is Rol.BEHANDELAAR else []
    traffic = stored.traffic_since(session, zicht=zicht, since=start_of_day(_day(asked.now)), limit=MOST_VERKEER)
    return Overzicht(
        aandacht=(*_onderweg(asked), *approvals, *_termijnen(asked), *_lately(asked), *_work_lies(asked)),
        dienst=_dienst(asked),
        since=_day(asked.since),
        goedkeuringen=waiting,
        verkeer=Verkeer(aantallen=traffic, meer=sum(traffic.values()) >= MOST_VERKEER),
        zonder_inrichting=bool(zicht.gemeenten) and not stored.has_inrichting(session, gemeenten=zicht.gemeenten),
        zonder_berichten=not traffic and not stored.anything_sent(session, zicht=zicht),
    )


def _of_service(asked: _Asked) -> Overzicht:
    """For who sees no clients: the beheerder and the auditor."""
    session, yesterday = asked.session, asked.now - DAY
    manages = asked.principal.rol is Rol.BEHEER
    found = stored.newest_inrichtingen(session) if asked.principal.may(Recht.INRICHTING_LEZEN) else []
    return Overzicht(
        aandacht=(*_work_lies(asked), *(_work_failed(asked) if manages else ())),
        dienst=_dienst(asked),
        since=_day(asked.since),
        zonder_inrichting=manages and not stored.has_inrichting(session),
        inrichtingen=tuple(Inrichtingstand(gemeente=g, versie=v, geladen_op=op) for g, v, op in found),
        statussen=stored.statuses_since(session, since=yesterday, limit=MOST_VERKEER) if manages else {},
        logboek=stored.logboek_outcomes_since(session, since=yesterday, limit=MOST),
    )


def _onderweg(asked: _Asked) -> tuple[Aandacht, ...]:
    """What does not go on: given up, not delivered, not processed."""
    late = {
        BerichtStatus.MISLUKT: (Onderwerp.MISLUKT, None),
        BerichtStatus.TE_VERZENDEN: (Onderwerp.LANG_TE_VERZENDEN, asked.now - SENT_WITHIN),
        BerichtStatus.IN_VERWERKING: (Onderwerp.LANG_IN_VERWERKING, asked.now - PROCESSED_WITHIN),
    }
    return tuple(
        Aandacht(
            onderwerp=onderwerp,
            telling=_telling(
                stored.berichten_with(asked.session, zicht=asked.zicht, status=status, before=before, limit=MOST + 1)
            ),
        )
        for status, (onderwerp, before) in late.items()
    )


def _goedkeuren(waiting: Sequence[Goedkeuring]) -> Aandacht:
    """What a colleague asked for and waits for who looks."""
    found = Found(aantal=len(waiting), oudste=min((one.gevraagd_op for one in waiting), default=None))
    return Aandacht(onderwerp=Onderwerp.GOEDKEUREN, telling=_telling(found))


def _termijnen(asked: _Asked) -> tuple[Aandacht, ...]:
    """What is late, by whose turn it is."""
    if not asked.principal.may(Recht.RAPPORTAGES_LEZEN):
        return ()
    own = Beurt.GEMEENTE if asked.zicht.gemeenten else Beurt.AANBIEDER
    return tuple(
        Aandacht(onderwerp=onderwerp, telling=_late(asked, beurt), nu=beurt is own)
        for beurt, onderwerp in (
            (Beurt.GEMEENTE, Onderwerp.TERMIJN_GEMEENTE),
            (Beurt.AANBIEDER, Onderwerp.TERMIJN_AANBIEDER),
        )
    )


def _late(asked: _Asked, beurt: Beurt) -> Telling:
    vraag = TermijnVraag(te_laat=True, aan_zet=beurt)
    first = report(asked.session, asked.runtime, asked.zicht, vraag, limit=1)
    if not first:
        return Telling()
    aantal = count(asked.session, asked.runtime, asked.zicht, vraag, most=MOST + 1)
    # On its own day it was in time.
    return Telling(aantal=min(aantal, MOST), meer=aantal > MOST, sinds=first[0].datum + DAY)


def _lately(asked: _Asked) -> tuple[Aandacht, ...]:
    """What was refused lately: to know, and for an aanbieder to send again."""
    refused = stored.berichten_with(
        asked.session,
        zicht=asked.zicht,
        status=BerichtStatus.AFGEKEURD,
        since=asked.since,
        richting=Richting.INKOMEND,
        limit=MOST + 1,
    )
    partly = stored.declaraties_with_refusal(asked.session, zicht=asked.zicht, since=asked.since, limit=MOST + 1)
    nu = not asked.zicht.gemeenten
    return (
        Aandacht(onderwerp=Onderwerp.AFGEKEURD, telling=_telling(refused), nu=nu),
        Aandacht(onderwerp=Onderwerp.AFWIJZING, telling=_telling(partly), nu=nu),
    )


def _work_lies(asked: _Asked) -> tuple[Aandacht, ...]:
    now = asked.runtime.moment(asked.session)
    lies = work_lies(asked.session, before=now - TOO_LONG, now=now)
    oldest = oldest_due(asked.session, now=now) if lies else None
    telling = Telling(aantal=1, sinds=_day(oldest)) if oldest else Telling()
    return (Aandacht(onderwerp=Onderwerp.WERK_LIGT, telling=telling),)


def _work_failed(asked: _Asked) -> tuple[Aandacht, ...]:
    telling = _telling(stored.work_failed(asked.session, limit=MOST + 1))
    return (Aandacht(onderwerp=Onderwerp.WERK_MISLUKT, telling=telling),)


def _dienst(asked: _Asked) -> Dienst | None:
    """For a gemeente and beheer: how busy others are is not for an aanbieder."""
    if not asked.principal.gemeenten and asked.principal.rol is not Rol.BEHEER:
        return None
    now = asked.runtime.moment(asked.session)
    return Dienst(wacht_sinds=oldest_due(asked.session, now=now), wacht=stored.work_waiting(asked.session, limit=MOST))


def _telling(found: Found) -> Telling:
    sinds = _day(found.oudste) if found.oudste else None
    return Telling(aantal=min(found.aantal, MOST), meer=found.aantal > MOST, sinds=sinds)


def _day(moment: datetime) -> date:
    """The day in the Netherlands."""
    return moment.astimezone(DUTCH_TIME).date()
