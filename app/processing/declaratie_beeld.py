"""One declaratie as people look at it: what was granted and what was left after it, what was refused, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from app.domain.bedrag import NUL
from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.budget import Ledger, Room, rooms_of
from app.domain.codelijsten import Eenheid
from app.domain.inrichting import Inrichting
from app.domain.logboek import Handeling
from app.domain.principal import Principal
from app.domain.refusals import NotFound
from app.domain.retour import Ernst, Finding
from app.domain.settlement import Uitkomst
from app.domain.versies import Toewijzing
from app.processing.inrichtingen import find_inrichting, namen_of
from app.processing.logboek import viewing
from app.processing.runtime import Runtime
from app.storage import declaratie_lines as stored
from app.storage.berichten import BerichtRecord, get_bericht
from app.storage.declaratie_lines import Regel, Totaal
from app.storage.declaraties import DeclaratieRecord, DeclaratieStatus, find_declaratie
from app.storage.findings import findings_by_bericht
from app.storage.jobs import voortgang_of
from app.storage.toewijzingen import toewijzingen_by_sleutel
from app.storage.zicht import Zicht

NIETS: Final = Totaal(aantal=0, credits=0, ingediend=NUL, toegekend=NUL)
TOEGEKEND: Final = frozenset({Uitkomst.TOEGEKEND})
NIET_TOEGEKEND: Final = frozenset({Uitkomst.DEELS, Uitkomst.AFGEWEZEN})
MOST_FINDINGS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruimte:
    """The room of a toewijzing in a period, after the declaratie; `eenheid` is that of its Omvang."""

    room: Room
    eenheid: Eenheid


@dataclass(frozen=True, slots=True, kw_only=True)
class GezieneRegel(Regel):
    """A line with what belongs to it: its toewijzing as far as that may be seen, and by what it was taken back."""

    toewijzing: Toewijzing | None = None
    ruimte: tuple[Ruimte, ...] = ()
    gecrediteerd_in: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deel:
    """Some lines in order; `verder` is the place of the next one, None when there are no more."""

    regels: tuple[GezieneRegel, ...] = ()
    verder: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beeld:
    """A declaratie as its page shows it; `bevindingen` are those that refused it as a whole."""

    declaratie: DeclaratieRecord
    antwoord_id: str | None
    inrichting: Inrichting | None
    namen: Mapping[str, str]
    totalen: Mapping[Uitkomst, Totaal]
    toegekend: Deel = Deel()
    afgewezen: Deel = Deel()
    bevindingen: tuple[Finding, ...] = ()

    def aantal(self, *uitkomsten: Uitkomst) -> int:
        """How many lines got one of these outcomes; without any: how many there are."""
        return sum(self.totalen.get(one, NIETS).aantal for one in uitkomsten or Uitkomst)

    @property
    def has_credits(self) -> bool:
        """Whether its amounts are what is left after credits."""
        return any(one.credits for one in self.totalen.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wacht:
    """A 303 that is no declaratie yet; `voortgang` is a percentage, None when nothing works on it any more."""

    bericht: BerichtRecord = field(repr=False)
    voortgang: int | None
    namen: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blik:
    """Which lines are looked at: from which place on (None: none of these), and at most how many."""

    toegekend: int | None = 0
    afgewezen: int | None = 0
    most_toegekend: int = 50
    most_afgewezen: int = 20


def beeld_of(runtime: Runtime, principal: Principal, zicht: Zicht, id: str, blik: Blik) -> Beeld:
    """The declaratie with some of its lines; raises NotFound when it does not exist or may not be seen."""
    with viewing(runtime, principal, Handeling.DECLARATIE_BEKEKEN, object_id=id) as view:
        session = view.session
        record = find_declaratie(session, id=id, zicht=zicht)
        if record is None:
            raise NotFound("Er is geen declaratie met dit id.")
        inrichting = find_inrichting(session, runtime, record.gemeente)
        look = _Look(session, zicht, record, inrichting)
        beeld = Beeld(
            declaratie=record,
            antwoord_id=stored.antwoord_of(session, bericht_id=record.bericht_id),
            inrichting=inrichting,
            namen=namen_of(session, runtime, {record.gemeente}),
            totalen=stored.totals_of(session, id),
            toegekend=look.deel(TOEGEKEND, blik.toegekend, blik.most_toegekend),
            afgewezen=look.deel(NIET_TOEGEKEND, blik.afgewezen, blik.most_afgewezen),
            bevindingen=_bevindingen(session, record),
        )
        view.about(bsns=(one.line.bsn for deel in (beeld.toegekend, beeld.afgewezen) for one in deel.regels))
    return beeld


def specificatie_of(
    runtime: Runtime, principal: Principal, zicht: Zicht, id: str, *, vanaf: int, limit: int
) -> tuple[Beeld, tuple[Regel, ...]]:
    """The declaratie and its lines from a place on, whatever became of them; raises NotFound."""
    with viewing(runtime, principal, Handeling.DECLARATIE_BEKEKEN, object_id=id) as view:
        session = view.session
        record = find_declaratie(session, id=id, zicht=zicht)
        if record is None:
            raise NotFound("Er is geen declaratie met dit id.")
        beeld = Beeld(
            declaratie=record,
            antwoord_id=None,
            inrichting=find_inrichting(session, runtime, record.gemeente),
            namen=namen_of(session, runtime, {record.gemeente}),
            totalen=stored.totals_of(session, id),
            bevindingen=_bevindingen(session, record),
        )
        regels = stored.lines_of(session, id, vanaf=vanaf, limit=limit)
        view.about(bsns=(one.line.bsn for one in regels))
    return beeld, regels


def declaratie_id_of(runtime: Runtime, zicht: Zicht, bericht_id: str) -> str | None:
    """The declaratie that a 303 became; None when there is none to see."""
    with runtime.storage.reading() as session:
        found = stored.declaratie_of_bericht(session, bericht_id=bericht_id, zicht=zicht)
    return found.id if found else None


def wacht_of(runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str) -> Wacht:
    """A 303 that has no declaratie; raises NotFound when there is none to see."""
    with viewing(runtime, principal, Handeling.BERICHT_BEKEKEN, object_id=bericht_id) as view:
        record = get_bericht(view.session, id=bericht_id, zicht=zicht)
        if record.soort != Berichtsoort.WMO303:
            raise NotFound("Er is geen declaratie met dit id.")
        view.about_berichten([record.id], every_client=False)
        wacht = Wacht(
            bericht=record,
            voortgang=_voortgang(view.session, record),
            namen=namen_of(view.session, runtime, {record.gemeente} if record.gemeente else ()),
        )
    return wacht


def stand_of(runtime: Runtime, zicht: Zicht, bericht_id: str) -> str:
    """How far a 303 is, in a word that says nothing of it; raises NotFound when there is none to see."""
    with runtime.storage.reading() as session:
        record = get_bericht(session, id=bericht_id, zicht=zicht)
        voortgang = _voortgang(session, record)
    return record.status if voortgang is None else str(voortgang)


def _voortgang(session: Session, record: BerichtRecord) -> int | None:
    return voortgang_of(session, bericht_id=record.id) if record.status == BerichtStatus.IN_VERWERKING else None


def _bevindingen(session: Session, record: DeclaratieRecord) -> tuple[Finding, ...]:
    """What refused the whole: then it has no lines, and no others are wanted."""
    if record.status is DeclaratieStatus.BEOORDEELD:
        return ()
    found = findings_by_bericht(session, bericht_ids=[record.bericht_id]).get().get(record.bericht_id, ())
    return tuple(one for one in found if one.ernst is Ernst.FOUT)[:MOST_FINDINGS]


@dataclass(frozen=True, slots=True)
class _Look:
    session: Session
    zicht: Zicht
    record: DeclaratieRecord
    inrichting: Inrichting | None

    def deel(self, uitkomsten: Collection[Uitkomst], vanaf: int | None, most: int) -> Deel:
        """At most so many lines with these outcomes, from a place on."""
        if vanaf is None:
            return Deel()
        found = stored.lines_of(self.session, self.record.id, uitkomsten=uitkomsten, vanaf=vanaf, limit=most + 1)
        verder = found[most].volgorde if len(found) > most else None
        return Deel(regels=self._seen(found[:most]), verder=verder)

    def _seen(self, regels: Sequence[Regel]) -> tuple[GezieneRegel, ...]:
        session, record = self.session, self.record
        if not regels:
            return ()
        booked = stored.booked_on(session, declaratie_id=record.id, volgordes=[one.volgorde for one in regels])
        sleutels = {*booked.values(), *(one.line.toewijzing_sleutel for one in regels if one.line.toewijzing_sleutel)}
        known = toewijzingen_by_sleutel(session, gemeente=record.gemeente, sleutels=sleutels)
        toewijzingen = {name: one for name, one in known.items() if self._shows(one)}
        ledger = Ledger(
            stored.geboekt_until(session, gemeente=record.gemeente, sleutels=sleutels, declaratie_id=record.id)
        )
        nummers = [one.line.prestatie.product_referentie.referentie_nummer for one in regels]
        credits = stored.crediting(session, gemeente=record.gemeente, aanbieder=record.aanbieder, nummers=nummers)
        return tuple(
            GezieneRegel(
                volgorde=one.volgorde,
                line=one.line,
                toewijzing=toewijzingen.get(one.line.toewijzing_sleutel or ""),
                ruimte=self._ruimte(one, toewijzingen.get(booked.get(one.volgorde, "")), ledger),
                gecrediteerd_in=credits.get(nummer) if not one.line.prestatie.is_credit else None,
            )
            for one, nummer in zip(regels, nummers, strict=True)
        )

    def _shows(self, toewijzing: Toewijzing) -> bool:
        return self.zicht.shows(toewijzing.gemeente, (toewijzing.aanbieder,))

    def _ruimte(self, regel: Regel, toewijzing: Toewijzing | None, ledger: Ledger) -> tuple[Ruimte, ...]:
        omvang = toewijzing.actueel.omvang if toewijzing else None
        if toewijzing is None or omvang is None or self.inrichting is None:
            return ()
        rooms = rooms_of(toewijzing, self.inrichting, regel.line.prestatie.product_periode, ledger)
        return tuple(Ruimte(room=room, eenheid=omvang.eenheid) for room in rooms)
