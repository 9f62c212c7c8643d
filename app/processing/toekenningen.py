"""A decision of a consulent becomes a sheet, toewijzingen and a 301 for each aanbieder, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.domain.berekening import Berekening, bereken
from app.domain.dossier import ToewijzingDossier
from app.domain.inrichting import Inrichting
from app.domain.logboek import Handeling, Logregel
from app.domain.onderaannemer import Onderaannemer
from app.domain.principal import Principal
from app.domain.refusals import InvalidInput, Refusal, RejectedBericht, RoleNotAllowed, SenderNotAllowed
from app.domain.retour import Finding
from app.domain.termijnen import Termijn, termijnen_of
from app.domain.toekenning import Toekenning, Uitgifte, Verdeling, toewijzingsbericht, verdeel
from app.domain.toekenning_velden import in_request
from app.domain.versies import Toewijzing
from app.processing.acts import do_once, only_try
from app.processing.allocate import versies_of
from app.processing.bewaren_sporen import deleted_nummers
from app.processing.bezorgen import give
from app.processing.idempotency import Repeatable
from app.processing.inrichtingen import find_inrichting
from app.processing.issue import Issued, Judged, book_301s, judge_301
from app.processing.logboek import Poging, note
from app.processing.runtime import Runtime, new_id, new_identificatie
from app.processing.toekenning_view import ToekenningView, view_of
from app.rules.toekenning import contract_findings, double_funding, overlap_findings, request_findings
from app.storage.onderaannemers import set_onderaannemers
from app.storage.termijnen import record_termijnen
from app.storage.toekenningen import (
    ToekenningRecord,
    Uitgegeven,
    add_toekenningen,
    toekenning_to_json,
)
from app.storage.toewijzing_nummers import free_nummers, lock_nummers, set_last_nummer
from app.storage.toewijzingen import NewVersie, toewijzingen_by_bsn

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A toekenning as it was kept, who got what, and the (party, bericht id) for the postbuses."""

    record: ToekenningRecord
    verdeling: Verdeling
    items: tuple[tuple[str, str], ...]


def create(
    runtime: Runtime,
    principal: Principal,
    toekenning: Toekenning,
    *,
    sleutel: str | None = None,
    answer: Callable[[ToekenningView], str],
    proef: bool = False,
) -> str:
    """The answer to a new toekenning, as `answer` writes it; with `proef` nothing is kept.

    The same request again under the same `sleutel` (Idempotency-Key) gives the same answer and does nothing. Raises
    RoleNotAllowed or SenderNotAllowed for a key that may not decide for the gemeente, InvalidInput or RejectedBericht
    with every finding, its `pad` a field of the request or empty, and DifferentRequest.
    """
    demand_gemeente(principal, toekenning.gemeente)
    about = Logregel(handeling=Handeling.TOEKENNING_GEMAAKT, bsns=frozenset({toekenning.client.bsn}))

    def work(session: Session) -> str:
        granted = _granted_to_client(session, runtime, toekenning, principal)
        note(session, runtime, principal, replace(about, object_id=granted.record.id))
        return answer(view_of(session, granted.record))

    if proef:
        return only_try(runtime, principal, Poging(about), Handeling.TOEKENNING_BEPROEFD, work)
    request = Repeatable.of(principal, sleutel, f"toekenning {toekenning_to_json(toekenning)}")
    repeated = replace(about, handeling=Handeling.TOEKENNING_HERHAALD)
    return do_once(runtime, principal, request, Poging(about), work=work, again=lambda _session: repeated)


def _granted_to_client(session: Session, runtime: Runtime, toekenning: Toekenning, principal: Principal) -> Granted:
    inrichting = demand_inrichting(session, runtime, toekenning.gemeente)
    try:
        granted = grant(session, runtime, inrichting, toekenning, principal.key_id)
    except RejectedBericht as refusal:
        raise RejectedBericht(refusal.detail, findings=in_request(refusal.findings)) from refusal
    give(session, runtime, granted.items)
    return granted


def grant(
    session: Session,
    runtime: Runtime,
    inrichting: Inrichting,
    toekenning: Toekenning,
    key_id: str | None,
    *,
    berekening: Berekening | None = None,
) -> Granted:
    """Compute, divide, number, issue and keep one toekenning, in the transaction of the caller.

    As `grant_all`, and raises what it refuses.
    """
    (outcome,) = grant_all(session, runtime, inrichting, [Gevraagd(toekenning, berekening)], key_id)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


class Gevraagd(NamedTuple):
    """A toekenning to grant; `berekening` is used instead of computing it."""

    toekenning: Toekenning
    berekening: Berekening | None = None


def grant_all(
    session: Session, runtime: Runtime, inrichting: Inrichting, asked: Sequence[Gevraagd], key_id: str | None
) -> list[Granted | Refusal]:
    """Grant toekenningen of the gemeente of the inrichting in order, each after and with a view of those before it.

    The number of statements does not depend on how many there are. Of one that is refused nothing is kept, and what
    is wrong with it stands in its place: InvalidInput with every finding on the request, or RejectedBericht when a 301
    would not be right. The caller puts the `items` into the postbuses (bezorgen.give), once for its transaction.
    """
    desk = _desk(session, runtime, inrichting, asked)
    decided = [desk.decide(one, key_id) for one in asked]
    granted = iter(_keep(session, runtime, inrichting, [one for one in decided if isinstance(one, _Decided)]))
    return [next(granted) if isinstance(one, _Decided) else one for one in decided]


class _Order(NamedTuple):
    id: str
    moment: datetime
    toekenning: Toekenning
    key_id: str | None


class _Decided(NamedTuple):
    """A toekenning that is right, with its 301s by ToewijzingNummer; nothing of it is kept yet."""

    order: _Order
    plan: _Plan
    judged: dict[int, Judged]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What is needed to decide on toekenningen without asking the database again.

    `nummers` are those that may still be given, the next one last; `known` are the toewijzingen of each client.
    """

    runtime: Runtime
    inrichting: Inrichting
    moment: datetime
    nummers: list[int]
    known: dict[str, tuple[Toewijzing, ...]]

    def decide(self, asked: Gevraagd, key_id: str | None) -> _Decided | Refusal:
        """What is granted; a refusal uses no number."""
        toekenning, bsn = asked.toekenning, asked.toekenning.client.bsn
        try:
            plan = _plan(self.inrichting, asked, self.known.get(bsn, ()), self.runtime.today())
            order = _Order(new_id(), self.moment, toekenning, key_id)
            judged = self._judge(order, plan)
        except (InvalidInput, RejectedBericht) as refusal:
            return refusal
        del self.nummers[-len(judged) :]
        given = (_toewijzing(new) for one in judged.values() for new in versies_of(one.offered))
        self.known[bsn] = (*self.known.get(bsn, ()), *given)
        return _Decided(order, plan, judged)

    def _judge(self, order: _Order, plan: _Plan) -> dict[int, Judged]:
        """A 301 for each part, by its ToewijzingNummer and in order."""
        delen = plan.verdeling.delen
        if len(self.nummers) < len(delen):
            raise InvalidInput("Er is geen ToewijzingNummer meer vrij.")
        # No toewijzing has these numbers yet, and a 301 of a toekenning answers no request of an aanbieder.
        dossier = ToewijzingDossier(today=self.runtime.today(), inrichting=self.inrichting)
        judged: dict[int, Judged] = {}
        for deel, nummer in zip(delen, reversed(self.nummers), strict=False):
            uitgifte = Uitgifte(
                toewijzing_nummer=nummer,
                identificatie=new_identificatie(),
                moment=order.moment,
                referentie=f"Toekenning {order.id}",
            )
            bericht = toewijzingsbericht(order.toekenning, plan.berekening, deel, uitgifte)
            judged[nummer] = judge_301(
                self.runtime, bericht, self.inrichting, dossier, vanaf={str(nummer): deel.aandeel_vanaf}
            )
        return judged


def _toewijzing(new: NewVersie) -> Toewijzing:
    return Toewijzing(
        sleutel=new.sleutel, gemeente=new.gemeente, nummer=new.nummer, aanbieder=new.aanbieder, versies=(new.versie,)
    )


def _desk(session: Session, runtime: Runtime, inrichting: Inrichting, asked: Sequence[Gevraagd]) -> _Desk:
    gemeente = inrichting.gemeente
    laatste = lock_nummers(session, gemeente=gemeente)  # two that overlap see each other
    most = sum(1 if one.toekenning.tweede is None else 2 for one in asked)
    deleted = partial(deleted_nummers, session, runtime, gemeente)
    nummers = free_nummers(session, gemeente=gemeente, after=laatste, count=most, deleted=deleted)
    return _Desk(
        runtime=runtime,
        inrichting=inrichting,
        moment=moment_of_toewijzing(runtime),
        nummers=nummers[::-1],
        known=toewijzingen_by_bsn(session, gemeente=gemeente, bsns={one.toekenning.client.bsn for one in asked}),
    )


def _keep(session: Session, runtime: Runtime, inrichting: Inrichting, decided: Sequence[_Decided]) -> list[Granted]:
    if not decided:
        return []
    all_judged = [judged for one in decided for judged in one.judged.values()]
    key_id = decided[0].order.key_id
    all_issued = iter(book_301s(session, runtime, all_judged, inrichting, key_id))
    now = runtime.now()
    granted = [_granted(one, {nummer: next(all_issued) for nummer in one.judged}, now) for one in decided]
    records = [one.record for one in granted]
    add_toekenningen(session, new=records)
    record_termijnen(session, termijnen=[termijn for one in decided for termijn in _termijnen(one)])
    for record in records:
        _keep_onderaannemer(session, record)
    set_last_nummer(session, gemeente=inrichting.gemeente, laatste=max(decided[-1].judged))
    return granted


def _granted(decided: _Decided, issued: Mapping[int, Issued], now: datetime) -> Granted:
    order, plan = decided.order, decided.plan
    record = ToekenningRecord(
        id=order.id,
        toekenning=order.toekenning,
        berekening=plan.berekening,
        onderaannemer=plan.verdeling.onderaannemer,
        waarschuwingen=(*plan.warnings, *(finding for one in issued.values() for finding in one.findings)),
        toewijzingen=tuple(Uitgegeven(str(nummer), one.bericht_id) for nummer, one in issued.items()),
        gemaakt_op=now,
        key_id=order.key_id,
    )
    items = tuple(item for one in issued.values() for item in one.items)
    return Granted(record=record, verdeling=plan.verdeling, items=items)


def _termijnen(decided: _Decided) -> tuple[Termijn, ...]:
    order, toekenning = decided.order, decided.order.toekenning
    return termijnen_of(
        toekenning_id=order.id,
        gemeente=toekenning.gemeente,
        sleutels=[str(nummer) for nummer in decided.judged],
        toewijzingsdatum=order.moment.date(),
        ingangsdatum=toekenning.ingangsdatum,
        einddatum=toekenning.einddatum,
        evaluatiedatum=toekenning.evaluatiedatum,
    )


def _keep_onderaannemer(session: Session, record: ToekenningRecord) -> None:
    if record.onderaannemer is not None:
        toekenning, sleutel = record.toekenning, record.toewijzingen[0].sleutel
        first = Onderaannemer(aanbieder=record.onderaannemer, begindatum=toekenning.ingangsdatum)
        set_onderaannemers(session, gemeente=toekenning.gemeente, sleutel=sleutel, onderaannemers=(first,))


def demand_gemeente(principal: Principal, gemeente: str) -> None:
    """Raise RoleNotAllowed or SenderNotAllowed unless the caller decides for the gemeente."""
    if not principal.for_gemeente:
        raise RoleNotAllowed("Alleen een gemeente kent toe.")
    if gemeente not in principal.gemeenten:
        raise SenderNotAllowed("Deze sleutel hoort niet bij deze gemeente.")


def demand_inrichting(session: Session, runtime: Runtime, gemeente: str) -> Inrichting:
    """What the gemeente decided; InvalidInput when nothing was loaded for it."""
    inrichting = find_inrichting(session, runtime, gemeente)
    if inrichting is None:
        melding = "Van deze gemeente is geen inrichting geladen."
        finding = Finding(regel="CS300", retourcode=None, pad="gemeente", melding=melding)
        raise InvalidInput(melding, findings=(finding,))
    return inrichting


def moment_of_toewijzing(runtime: Runtime) -> datetime:
    """Now in the Netherlands, to the second, on the business date: Toewijzingsdatum and Toewijzingstijd."""
    tijd = runtime.now().astimezone(AMSTERDAM).time().replace(microsecond=0)
    return datetime.combine(runtime.today(), tijd)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    berekening: Berekening
    verdeling: Verdeling
    warnings: tuple[Finding, ...]


def _plan(inrichting: Inrichting, asked: Gevraagd, known: tuple[Toewijzing, ...], today: date) -> _Plan:
    """What will be granted to whom; InvalidInput with everything that is wrong with it."""
    toekenning = asked.toekenning
    wrong = list(request_findings(toekenning, inrichting, today))
    berekening = asked.berekening or _computed(inrichting, toekenning, wrong)
    wrong += contract_findings(toekenning, inrichting, berekening.product.code if berekening else None)
    verdeling = _divided(inrichting, toekenning, berekening, wrong) if berekening else None
    if berekening is not None:
        wrong += overlap_findings(toekenning, berekening.product, known)
    if wrong or berekening is None or verdeling is None:
        raise InvalidInput("Deze toekenning kan zo niet.", findings=tuple(wrong))
    return _Plan(
        berekening=berekening,
        verdeling=verdeling,
        warnings=tuple(double_funding(toekenning, berekening.product, known)),
    )


def _computed(inrichting: Inrichting, toekenning: Toekenning, wrong: list[Finding]) -> Berekening | None:
    """The sheet on the first day; what is wrong with it is added, the contract aside: that is judged by itself."""
    day, aanbieder = toekenning.ingangsdatum, toekenning.aanbieder
    contracted = not any(contract_findings(toekenning, inrichting, None))
    try:
        return bereken(inrichting, day, toekenning.grondslag, aanbieder=aanbieder if contracted else None)
    except InvalidInput as refusal:
        renamed = {"peildatum": "ingangsdatum"}
        wrong += (replace(finding, pad=renamed.get(finding.pad, finding.pad)) for finding in refusal.findings)
        return None


def _divided(
    inrichting: Inrichting, toekenning: Toekenning, berekening: Berekening, wrong: list[Finding]
) -> Verdeling | None:
    code, day, tweede = berekening.product.code or "", toekenning.ingangsdatum, toekenning.tweede
    tarief = inrichting.tarief_on(toekenning.aanbieder, code, day)
    if tarief is None:
        return None  # the first aanbieder has no contract, which was said already
    tarief_tweede = inrichting.tarief_on(tweede.agb, code, day) if tweede else None
    try:
        return verdeel(
            berekening.volume,
            aanbieder=toekenning.aanbieder,
            tweede=tweede,
            contracted=tarief_tweede is not None,
            tarief=tarief,
            tarief_tweede=tarief_tweede,
            afronding=inrichting.instellingen.afronding,
        )
    except InvalidInput as refusal:
        wrong += refusal.findings
        return None
