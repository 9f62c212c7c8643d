"""Everything that a person sees of one bericht, read in one view that is written down once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import Berichtsoort
from app.domain.bericht_bron import (
    Bron,
    CodeOpRegel,
    bsns_in,
    codes_in,
    lines_of,
    source_of,
    toewijzing_nummers_in,
)
from app.domain.logboek import Handeling, LogRecord
from app.domain.principal import Principal, Recht
from app.domain.settlement import Uitkomst
from app.iwmo.leesbaar import Leesbaar, laid_out
from app.processing.inrichtingen import namen_of
from app.processing.logboek import Inzage, viewing
from app.processing.opnieuw import Vooruitzicht, needs_two, stand_of, vooruitzicht
from app.processing.runtime import Runtime
from app.processing.verloop import Thread, thread_in
from app.storage.bericht_draad import (
    HeenEnRetour,
    ToewijzingRef,
    find_toewijzing_ref,
    known_sleutels,
    thread_of_toewijzing,
)
from app.storage.berichten import BerichtRecord, body_of, find_bericht, get_bericht
from app.storage.declaratie_records import DeclaratieRecord
from app.storage.declaratie_regels import NumberedLine, lines_by_uitkomst, lines_not_granted
from app.storage.declaraties import find_declaratie
from app.storage.goedkeuringen import Goedkeuring, newest_goedkeuring
from app.storage.jobs import voortgang_of
from app.storage.logboek_object import logboek_of_object
from app.storage.logboek_zoeken import names_of_keys
from app.storage.zicht import Zicht

FINDINGS_AT_ONCE: Final = 20
LINES_AT_ONCE: Final = 20
THREAD_AT_ONCE: Final = 20
SEEN_AT_ONCE: Final = 25
MOST_TOEWIJZINGEN: Final = 20
RETOUREN: Final = frozenset(
    {Berichtsoort.WMO302, Berichtsoort.WMO304, Berichtsoort.WMO306, Berichtsoort.WMO308, Berichtsoort.WMO316}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keuze:
    """What of a long bericht is asked for: findings and lines from a place on, a source line, a toewijzing."""

    bevinding: int = 0
    regel: int | None = None
    prestatie: int = -1
    toewijzing: str | None = None
    voor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beoordeling:
    """How a 303 was settled: how many lines got what, and those that did not get what they asked (`more`: not all)."""

    declaratie: DeclaratieRecord
    aantallen: Mapping[Uitkomst, int]
    lines: Sequence[NumberedLine]
    more: bool

    @property
    def aantal(self) -> int:
        """How many lines it has."""
        return sum(self.aantallen.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Draad:
    """The messages about one toewijzing, newest first; `more`: there are older ones."""

    toewijzing: ToewijzingRef
    berichten: Sequence[HeenEnRetour]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inzien:
    """Who saw or did something with a bericht; `more`: there are older rows; `namen`: what the keys are called."""

    regels: Sequence[LogRecord]
    more: bool
    namen: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acties:
    """What can be done with a bericht now, seen up to `stand`; `twee`: it takes two persons."""

    outlook: Vooruitzicht
    stand: str
    twee: bool
    goedkeuring: Goedkeuring | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blik:
    """A bericht as its page shows it.

    `heen` is what it answers, `retour` what answers it; `codes` are the retourcodes in its own text when it is a retour
    itself, `retour_codes` those of its answer. `herschikt`: the file has it on one line, so the lines are those shown
    here. `inzien` None: the visitor may not see that. `namen`: of parties.
    """

    thread: Thread
    heen: BerichtRecord | None
    retour: BerichtRecord | None
    bron: Bron
    herschikt: bool = False
    codes: Sequence[CodeOpRegel] = ()
    retour_codes: Sequence[CodeOpRegel] = ()
    beoordeling: Beoordeling | None = None
    sleutels: Sequence[str] = ()
    draad: Draad | None = None
    acties: Acties
    inzien: Inzien | None = None
    namen: Mapping[str, str] = field(default_factory=dict[str, str])


def look_at(runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str, keuze: Keuze) -> Blik:
    """A bericht with all that belongs to it; raises NotFound for one that may not be seen.

    The view is written down with every client of whom something is shown.
    """
    with viewing(runtime, principal, Handeling.BERICHT_BEKEKEN, object_id=bericht_id) as view:
        return _look(view, runtime, principal, zicht, keuze, bericht_id)


def _look(view: Inzage, runtime: Runtime, principal: Principal, zicht: Zicht, keuze: Keuze, bericht_id: str) -> Blik:
    session = view.session
    thread = thread_in(view, runtime, principal, zicht, bericht_id)
    body = body_of(session, id=bericht_id)
    leesbaar = laid_out(body)
    if leesbaar is not None:
        body, thread = leesbaar.body, _relocated(thread, leesbaar)
    record = thread.record
    heen, retour = (_other(session, id, zicht) for id in (record.antwoord_op_id, record.antwoord_id))
    codes = codes_in(body) if record.soort in RETOUREN else ()
    bron = source_of(body, _lines_that_matter(record, codes, keuze))
    beoordeling = _beoordeling(session, heen or record, zicht, keuze)
    sleutels = _sleutels(session, heen or record, body)
    draad = _draad(session, record, sleutels, zicht, keuze)
    view.about(bsns=_shown(bron, beoordeling, draad))
    return Blik(
        thread=thread,
        heen=heen,
        retour=retour,
        bron=bron,
        herschikt=leesbaar is not None,
        codes=codes,
        retour_codes=_codes_of(session, retour),
        beoordeling=beoordeling,
        sleutels=sleutels,
        draad=draad,
        acties=_acties(session, principal, record),
        inzien=_inzien(session, principal, record),
        namen=namen_of(session, runtime, [record.gemeente] if record.gemeente else ()),
    )


def _shown(bron: Bron, beoordeling: Beoordeling | None, draad: Draad | None) -> frozenset[str]:
    """Of whom something is shown, besides those that a bericht of a few clients is about."""
    of_lines = frozenset(line.bsn for _, line in beoordeling.lines) if beoordeling else frozenset[str]()
    return bron.bsns | of_lines | (draad.toewijzing.bsns if draad else frozenset[str]())


def _acties(session: Session, principal: Principal, record: BerichtRecord) -> Acties:
    return Acties(
        outlook=vooruitzicht(session, record),
        stand=stand_of(session, record.id),
        twee=needs_two(principal, record.soort),
        goedkeuring=newest_goedkeuring(session, bericht_id=record.id) if _is_own(principal, record) else None,
    )


def state_of(runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str) -> str:
    """A text that changes when something happens to a bericht, and says nothing of it; raises NotFound.

    What its gemeente does with it changes nothing for others.
    """
    with runtime.storage.reading() as session:
        record = get_bericht(session, id=bericht_id, zicht=zicht)
        stand = stand_of(session, record.id) if _is_own(principal, record) else None
        voortgang = voortgang_of(session, bericht_id=record.id)
        said = json.dumps([record.id, record.status, voortgang, record.antwoord_id, stand])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def download(runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str) -> tuple[BerichtRecord, bytes]:
    """A bericht and its exact bytes; raises NotFound for one that may not be seen."""
    with viewing(runtime, principal, Handeling.BERICHT_GEDOWNLOAD, object_id=bericht_id) as view:
        record = get_bericht(view.session, id=bericht_id, zicht=zicht)
        body = body_of(view.session, id=record.id)
        view.about_berichten([record.id])
        view.about(bsns=bsns_in(body))  # of what was refused nothing else says whom it names
    return record, body


def _relocated(thread: Thread, leesbaar: Leesbaar) -> Thread:
    """The findings at the lines that are shown."""
    findings = tuple(finding.at_line(leesbaar.line_of(finding.pad)) for finding in thread.record.findings)
    return replace(thread, record=replace(thread.record, findings=findings))


def _is_own(principal: Principal, record: BerichtRecord) -> bool:
    return record.gemeente in principal.gemeenten


def _other(session: Session, id: str | None, zicht: Zicht) -> BerichtRecord | None:
    return find_bericht(session, id=id, zicht=zicht) if id is not None else None


def _codes_of(session: Session, retour: BerichtRecord | None) -> Sequence[CodeOpRegel]:
    return codes_in(body_of(session, id=retour.id)) if retour is not None and retour.soort in RETOUREN else ()


def _lines_that_matter(record: BerichtRecord, codes: Sequence[CodeOpRegel], keuze: Keuze) -> list[int]:
    """What was asked for goes first, then what is told beside the source."""
    findings = record.findings[keuze.bevinding : keuze.bevinding + FINDINGS_AT_ONCE]
    numbers = [keuze.regel, *(one.regelnummer for one in findings), *(one.regelnummer for one in codes)]
    return lines_of(numbers)


def _beoordeling(session: Session, record: BerichtRecord, zicht: Zicht, keuze: Keuze) -> Beoordeling | None:
    found = find_declaratie(session, id=record.declaratie_id, zicht=zicht) if record.declaratie_id else None
    if found is None:
        return None
    lines = lines_not_granted(session, declaratie_id=found.id, after=keuze.prestatie, limit=LINES_AT_ONCE + 1)
    return Beoordeling(
        declaratie=found,
        aantallen=lines_by_uitkomst(session, declaratie_id=found.id),
        lines=lines[:LINES_AT_ONCE],
        more=len(lines) > LINES_AT_ONCE,
    )


def _sleutels(session: Session, record: BerichtRecord, body: bytes) -> list[str]:
    """The toewijzingen that a bericht is about: as it was processed, else as far as its text names them."""
    known = [naam.sleutel for naam in record.toewijzing_nummers if naam.gemeente == record.gemeente]
    if known or record.gemeente is None:
        return known[:MOST_TOEWIJZINGEN]
    nummers = toewijzing_nummers_in(body, most=MOST_TOEWIJZINGEN)
    found = known_sleutels(session, gemeente=record.gemeente, nummers=nummers)
    return [found[nummer] for nummer in nummers if nummer in found]


def _draad(
    session: Session, record: BerichtRecord, sleutels: Sequence[str], zicht: Zicht, keuze: Keuze
) -> Draad | None:
    sleutel = keuze.toewijzing if keuze.toewijzing in sleutels else next(iter(sleutels), None)
    if sleutel is None:
        return None
    ref = find_toewijzing_ref(session, gemeente=record.gemeente or "", sleutel=sleutel, zicht=zicht)
    if ref is None:
        return None
    asked = THREAD_AT_ONCE + 1
    found = thread_of_toewijzing(session, toewijzing=ref, zicht=zicht, limit=asked, before=keuze.voor)
    return Draad(toewijzing=ref, berichten=found[:THREAD_AT_ONCE], more=len(found) > THREAD_AT_ONCE)


def _inzien(session: Session, principal: Principal, record: BerichtRecord) -> Inzien | None:
    if not _is_own(principal, record) or not principal.may(Recht.INZAGE_LEZEN):
        return None
    rows = logboek_of_object(session, object_id=record.id, limit=SEEN_AT_ONCE + 1)
    namen = names_of_keys(session, {one.wie for one in rows})
    return Inzien(regels=rows[:SEEN_AT_ONCE], more=len(rows) > SEEN_AT_ONCE, namen=namen)


def was_refused_later(thread: Thread) -> bool:
    """Whether a link of the chain refused it after it was sent (Fo01)."""
    return any(one.soort is GebeurtenisSoort.FOUTBERICHT for one in thread.verloop)
