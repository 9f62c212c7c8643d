"""A proposal for the aanbieder: lines that set a declaratie right, judged by the rules as they would be today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from sqlalchemy.orm import Session

from app.domain.bedrag import NUL, BedragMetDC
from app.domain.bericht import Achternaam, Geboortedatum
from app.domain.codelijsten import BERICHT_CODE_DECLARATIE, BERICHT_CODE_FACTUUR, Declaratievorm
from app.domain.creditvoorstel import TRIED_NUMMERS, Correctie, Stand, Vraag, possible_nummers, voorstel
from app.domain.declaratie import (
    Declaratie,
    DeclaratieClient,
    DeclaratieFactuurIdentificatie,
    DeclaratieHeader,
    Prestatie,
    VerkorteNaam,
)
from app.domain.dossier import EerderePrestatie
from app.domain.inrichting import Inrichting
from app.domain.logboek import Handeling
from app.domain.periode import GeslotenPeriode
from app.domain.principal import Principal
from app.domain.refusals import NotFound
from app.processing.declaratie_beeld import NIET_TOEGEKEND
from app.processing.declaratie_feiten import load_dossier
from app.processing.inrichtingen import find_inrichting
from app.processing.logboek import viewing
from app.processing.runtime import Runtime
from app.rules.settle import settle
from app.storage import declaratie_lines as stored
from app.storage import declaraties
from app.storage.declaratie_lines import Regel
from app.storage.declaraties import DeclaratieRecord, Uitkomst, find_declaratie
from app.storage.toewijzingen import geboortedata, toewijzingen_by_sleutel
from app.storage.wire import known
from app.storage.zicht import Zicht

MOST_LINES: Final = 50
UNKNOWN_DAY: Final = date(1900, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Herstelregel:
    """What is proposed for one line; `codes`: what the new lines would still be refused for today, by their number."""

    volgorde: int
    correctie: Correctie
    codes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Herstel:
    """The proposal for lines of a declaratie; `more`: how many refused lines it leaves out."""

    declaratie: DeclaratieRecord
    regels: tuple[Herstelregel, ...]
    chosen: bool
    more: int = 0

    @property
    def lines(self) -> tuple[Prestatie, ...]:
        """All lines to declare, credits first."""
        credits = [one.correctie.credit for one in self.regels if one.correctie.credit]
        return (*credits, *(one.correctie.debet for one in self.regels if one.correctie.debet))


def herstel_of(
    runtime: Runtime, principal: Principal, zicht: Zicht, id: str, gekozen: Mapping[int, int | None]
) -> Herstel:
    """What the aanbieder could declare for the chosen lines (place to the right volume), else for all refused ones.

    Raises NotFound when the declaratie does not exist or may not be seen.
    """
    with viewing(runtime, principal, Handeling.DECLARATIE_BEKEKEN, object_id=id) as view:
        session = view.session
        record = find_declaratie(session, id=id, zicht=zicht)
        if record is None:
            raise NotFound("Er is geen declaratie met dit id.")
        regels = _asked(session, record, list(gekozen))
        inrichting = find_inrichting(session, runtime, record.gemeente)
        found = _proposed(session, runtime, record, inrichting, regels, gekozen) if inrichting and regels else ()
        view.about(bsns=(one.line.bsn for one in regels))
        refused = 0 if gekozen else stored.totals_of(session, id).get(Uitkomst.AFGEWEZEN, None)
    left_out = max(refused.aantal - MOST_LINES, 0) if refused else 0
    return Herstel(declaratie=record, regels=found, chosen=bool(gekozen), more=left_out)


def _asked(session: Session, record: DeclaratieRecord, volgordes: Sequence[int]) -> tuple[Regel, ...]:
    if volgordes:
        return stored.lines_of(session, record.id, volgordes=volgordes[:MOST_LINES], limit=MOST_LINES)
    return stored.lines_of(session, record.id, uitkomsten=NIET_TOEGEKEND - {Uitkomst.DEELS}, limit=MOST_LINES)


def _proposed(
    session: Session,
    runtime: Runtime,
    record: DeclaratieRecord,
    inrichting: Inrichting,
    regels: Sequence[Regel],
    gekozen: Mapping[int, int | None],
) -> tuple[Herstelregel, ...]:
    parties = {"gemeente": record.gemeente, "aanbieder": record.aanbieder}
    nummers = [one.line.prestatie.product_referentie.referentie_nummer for one in regels]
    sleutels = {one.line.toewijzing_sleutel for one in regels if one.line.toewijzing_sleutel}
    tried = [new for one in nummers for letter in "CD" for new in islice(possible_nummers(one, letter), TRIED_NUMMERS)]
    debets = declaraties.debets(session, **parties, nummers=nummers)
    now_on = {one.toewijzing_sleutel for one in debets.values() if one.toewijzing_sleutel}
    stand = Stand(
        vorm=record.vorm,
        aanbieder=record.aanbieder,
        inrichting=inrichting,
        toewijzingen=toewijzingen_by_sleutel(session, gemeente=record.gemeente, sleutels=sleutels | now_on),
        geboekt=declaraties.geboekt(session, gemeente=record.gemeente, sleutels=sleutels | now_on),
        gecrediteerd=declaraties.gecrediteerd(session, **parties, nummers=nummers),
        used=declaraties.used_referenties(session, **parties, nummers=tried),
    )
    vragen = [Vraag(regel=_earlier(one, debets), volume=gekozen.get(one.volgorde)) for one in regels]
    correcties = voorstel(vragen, stand)
    codes = _judged(session, runtime, record, inrichting, correcties)
    return tuple(
        Herstelregel(volgorde=one.volgorde, correctie=correctie, codes=_of(correctie, codes))
        for one, correctie in zip(regels, correcties, strict=True)
    )


def _earlier(regel: Regel, debets: Mapping[str, EerderePrestatie]) -> EerderePrestatie:
    """The line as settling knows it; one whose number counts for another line stands for itself."""
    line = regel.line
    known = debets.get(line.prestatie.product_referentie.referentie_nummer)
    if known is not None and line.telt:
        return known
    return EerderePrestatie(
        bsn=line.bsn,
        prestatie=line.prestatie,
        granted=line.uitkomst is not Uitkomst.AFGEWEZEN,
        toegekend=line.toegekend,
        toewijzing_sleutel=line.toewijzing_sleutel,
        retour_codes=line.retour_codes,
        boekingen=line.boekingen,
    )


def _of(correctie: Correctie, codes: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    nummers = [one.product_referentie.referentie_nummer for one in (correctie.credit, correctie.debet) if one]
    return {nummer: codes.get(nummer, ()) for nummer in nummers}


def _judged(
    session: Session,
    runtime: Runtime,
    record: DeclaratieRecord,
    inrichting: Inrichting,
    correcties: Sequence[Correctie],
) -> dict[str, tuple[str, ...]]:
    """The codes that each proposed line would get today, by its number."""
    declaratie = _declaratie(session, runtime, record, inrichting, correcties)
    if not declaratie.clienten:
        return {}
    dossier = load_dossier(session, runtime, declaratie, inrichting, factuurnummer_used=known(value=False), lock=False)
    settlement = settle(declaratie, dossier, technisch=(), header=())
    return {
        line.prestatie.product_referentie.referentie_nummer: line.retour_codes
        for outcome in settlement.clienten
        for line in outcome.lines
    }


def _declaratie(
    session: Session,
    runtime: Runtime,
    record: DeclaratieRecord,
    inrichting: Inrichting,
    correcties: Sequence[Correctie],
) -> Declaratie:
    """A 303 with the proposed lines, only to be judged: of its clients no more is known than settling asks."""
    by_bsn: dict[str, list[Prestatie]] = {}
    for one in correcties:
        by_bsn.setdefault(one.regel.bsn, []).extend(line for line in (one.credit, one.debet) if line)
    born = geboortedata(session, gemeente=record.gemeente, bsns=set(by_bsn))
    clienten = tuple(
        DeclaratieClient(
            bsn=bsn,
            geboortedatum=Geboortedatum(datum=born.get(bsn, UNKNOWN_DAY)),
            geslacht="0",
            naam=VerkorteNaam(geslachtsnaam=Achternaam(naam="-")),
            prestaties=tuple(lines),
        )
        for bsn, lines in by_bsn.items()
        if lines
    )
    return Declaratie(header=_header(record, _periode(record, inrichting, runtime.today())), clienten=clienten)


def _periode(record: DeclaratieRecord, inrichting: Inrichting, today: date) -> GeslotenPeriode:
    """The period in which it would be declared: that of today, or its own when that is later."""
    current = inrichting.declaratie_periode_on(record.aanbieder, today) or record.declaratie_periode
    return max(current, record.declaratie_periode)


def _header(record: DeclaratieRecord, periode: GeslotenPeriode) -> DeclaratieHeader:
    is_factuur = record.vorm is Declaratievorm.FACTUUR
    return DeclaratieHeader(
        bericht_code=BERICHT_CODE_FACTUUR if is_factuur else BERICHT_CODE_DECLARATIE,
        gemeente=record.gemeente,
        servicebureau=record.servicebureau,
        aanbieder=record.aanbieder,
        betaling_aan_id="",
        declaratie_factuur_identificatie=DeclaratieFactuurIdentificatie(
            declaratie_periode=periode, declarant_factuur_nummer="", factuur_dagtekening=periode.einddatum
        ),
        declaratie_factuur_totaal_bedrag=BedragMetDC.of(NUL),
    )
