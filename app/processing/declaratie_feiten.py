"""The facts on which a 303 is settled, a few questions to the database however many lines it has."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final, TypeAlias

from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort
from app.domain.codelijsten import TECHNISCH_AFGEKEURD
from app.domain.declaratie import Declaratie, DeclaratieHeader, Prestatie
from app.domain.dossier import DeclaratieDossier, EerderePrestatie
from app.domain.inrichting import Inrichting
from app.domain.retour import Finding
from app.domain.versies import Toewijzing
from app.processing.inrichtingen import find_inrichting
from app.processing.runtime import Runtime
from app.rules.judgement import findings_beyond, findings_within
from app.storage import declaraties as stored
from app.storage import toewijzingen
from app.storage.wire import Answer, known

LINES_AT_ONCE: Final = 1_000
"""Of more lines the facts are asked in parts: rows on their way take as much memory as what is made of them."""

Line: TypeAlias = tuple[str, Prestatie]
"""A bsn and a line of that client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feiten:
    """What a decision on a 303 looks at. Facts that are `unchanged` give an equal decision.

    `technisch` refuses the whole message with 0001; the dossier then holds nothing more, and the number stays free.
    """

    technisch: tuple[Finding, ...]
    dossier: DeclaratieDossier


def unchanged(now: Feiten, then: Feiten) -> bool:
    """Whether what was decided on the facts of then is what these give."""
    if now != then:
        return False
    new, old = now.dossier, then.dossier
    pairs = [(one, old.toewijzingen[nummer]) for nummer, one in new.toewijzingen.items()]
    for bsn, found in new.toewijzingen_by_bsn.items():
        pairs += zip(found, old.toewijzingen_by_bsn[bsn], strict=True)
    return all(_alike(*pair) for pair in pairs)


def _alike(one: Toewijzing, other: Toewijzing) -> bool:
    """Whether they are equal, and in the same place of the whole: that makes a version no other one, but counts."""
    if one is other:
        return True
    places = ([versie.aandeel_vanaf for versie in part.versies] for part in (one, other))
    return one == other and next(places) == next(places)


def judged_alone(declaratie: Declaratie, release: str) -> tuple[Finding, ...]:
    """What is wrong within the message; for this nothing has to be loaded."""
    return findings_within(declaratie, Berichtsoort.WMO303, release)


def load_feiten(
    session: Session,
    runtime: Runtime,
    declaratie: Declaratie,
    release: str,
    *,
    within: tuple[Finding, ...],
    claim: str | None = None,
    earlier: Feiten | None = None,
) -> Feiten:
    """The facts as they are now; `within` is what `judged_alone` found.

    With `claim`, the id that the declaratie gets, nobody else changes them until the transaction ends: it takes the
    DeclarantFactuurNummer and locks the toewijzingen. Without it they are only looked at, as may have been done
    `earlier`.
    """
    inrichting = find_inrichting(session, runtime, declaratie.header.gemeente)
    dossier = DeclaratieDossier(today=runtime.today(), inrichting=inrichting)
    technisch = within or _technical_beyond(declaratie, release, dossier)
    if technisch:
        return Feiten(technisch=technisch, dossier=dossier)
    used = _factuurnummer_used(session, runtime, declaratie, claim)
    before, lock = earlier and earlier.dossier, claim is not None
    dossier = load_dossier(session, runtime, declaratie, inrichting, factuurnummer_used=used, lock=lock, earlier=before)
    return Feiten(technisch=(), dossier=dossier)


def load_dossier(
    session: Session,
    runtime: Runtime,
    declaratie: Declaratie,
    inrichting: Inrichting | None,
    *,
    factuurnummer_used: Answer[bool],
    lock: bool,
    earlier: DeclaratieDossier | None = None,
) -> DeclaratieDossier:
    """The facts for settling the lines; `lock` keeps the toewijzingen until the end, so that no two share room.

    Of toewijzingen that lines name, and that are as they were `earlier`, none is kept twice.
    """
    found = _Found(earlier)
    for part in _parts(session, declaratie, lock=lock):
        found.add(session, declaratie.header, part)
    return DeclaratieDossier(
        today=runtime.today(),
        inrichting=inrichting,
        factuurnummer_used=factuurnummer_used.get(),
        toewijzingen=found.toewijzingen,
        toewijzingen_by_bsn=found.by_bsn,
        geboortedata=found.geboortedata,
        used_referenties=frozenset(found.used_referenties),
        debets=found.debets,
        gecrediteerd=frozenset(found.gecrediteerd),
        geboekt=found.geboekt,
    )


def _parts(session: Session, declaratie: Declaratie, *, lock: bool) -> Iterator[list[Line]]:
    """The lines, so many at once; all that they name is locked before the first."""
    lines = [(client.bsn, prestatie) for client in declaratie.clienten for prestatie in client.prestaties]
    if lock:
        nummers, unnumbered = _named(lines)
        toewijzingen.lock_toewijzingen(session, gemeente=declaratie.header.gemeente, nummers=nummers, bsns=unnumbered)
    for at in range(0, len(lines), LINES_AT_ONCE):
        yield lines[at : at + LINES_AT_ONCE]


class _Found:
    """What was found for the lines so far."""

    def __init__(self, earlier: DeclaratieDossier | None) -> None:
        self._earlier: Mapping[int, Toewijzing] = earlier.toewijzingen if earlier else {}
        self.toewijzingen: dict[int, Toewijzing] = {}
        self.by_bsn: dict[str, tuple[Toewijzing, ...]] = {}
        self.geboortedata: dict[str, date] = {}
        self.used_referenties: set[str] = set()
        self.debets: dict[str, EerderePrestatie] = {}
        self.gecrediteerd: set[str] = set()
        self.geboekt: dict[tuple[str, date], int] = {}

    def add(self, session: Session, header: DeclaratieHeader, lines: Sequence[Line]) -> None:
        """Ask for what these lines name."""
        own = {"gemeente": (gemeente := header.gemeente), "aanbieder": header.aanbieder}
        nummers, unnumbered = _named(lines)
        asked = toewijzingen.ask_by_nummer(session, gemeente=gemeente, nummers=nummers)
        asked_by_bsn = toewijzingen.ask_by_bsn(session, gemeente=gemeente, bsns=unnumbered)
        geboortedata = toewijzingen.ask_geboortedata(session, gemeente=gemeente, bsns={bsn for bsn, _ in lines})
        used = stored.ask_used_referenties(session, **own, nummers=_referenties(lines))
        by_nummer, by_bsn = asked.get(), asked_by_bsn.get()
        vorige = {v for _, p in lines if (v := p.product_referentie.vorig_referentie_nummer) is not None}
        sleutels = {one.sleutel for one in chain(by_nummer.values(), *by_bsn.values())}
        self.toewijzingen |= {nummer: self._as_it_was(nummer, one) for nummer, one in by_nummer.items()}
        self.by_bsn |= by_bsn
        self.geboortedata |= geboortedata.get()
        self.used_referenties |= used.get()
        self.debets |= stored.debets(session, **own, nummers=vorige)
        self.gecrediteerd |= stored.gecrediteerd(session, **own, nummers=vorige)
        self.geboekt |= stored.geboekt(session, gemeente=gemeente, sleutels=sleutels)

    def _as_it_was(self, nummer: int, one: Toewijzing) -> Toewijzing:
        earlier = self._earlier.get(nummer)
        return earlier if earlier is not None and _alike(earlier, one) else one


def _named(lines: Sequence[Line]) -> tuple[set[int], set[str]]:
    """The ToewijzingNummers that lines name, and the clients of lines that name none."""
    nummers = {p.toewijzing_nummer for _, p in lines if p.toewijzing_nummer is not None}
    return nummers, {bsn for bsn, p in lines if p.toewijzing_nummer is None}


def _referenties(lines: Sequence[Line]) -> set[str]:
    return {prestatie.product_referentie.referentie_nummer for _, prestatie in lines}


def _technical_beyond(declaratie: Declaratie, release: str, dossier: DeclaratieDossier) -> tuple[Finding, ...]:
    """BerekendBedrag without agreement: it takes the inrichting to know, and refuses like what is wrong within."""
    beyond = findings_beyond(declaratie, Berichtsoort.WMO303, release, dossier)
    return tuple(finding for finding in beyond if finding.retourcode == TECHNISCH_AFGEKEURD)


def _factuurnummer_used(session: Session, runtime: Runtime, declaratie: Declaratie, claim: str | None) -> Answer[bool]:
    """Whether another declaratie has the number, after it was taken for `claim`."""
    header = declaratie.header
    number = {
        "gemeente": header.gemeente,
        "aanbieder": header.aanbieder,
        "nummer": header.declaratie_factuur_identificatie.declarant_factuur_nummer,
    }
    if claim is None:
        return known(stored.factuurnummer_used(session, **number, today=runtime.today()))
    claimed = stored.ask_claim(session, **number, declaratie_id=claim, today=runtime.today())
    return claimed.then(operator.not_)
