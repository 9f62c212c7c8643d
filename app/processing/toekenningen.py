"""A decision of a consulent becomes a sheet, toewijzingen and a 301 for each aanbieder, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.domain.berekening import Berekening, bereken
from app.domain.inrichting import Inrichting
from app.domain.principal import Principal, Rol
from app.domain.refusals import InvalidInput, NotFound, RoleNotAllowed, SenderNotAllowed
from app.domain.retour import Finding
from app.domain.termijnen import termijnen_of
from app.domain.toekenning import Toekenning, Uitgifte, Verdeling, toewijzingsbericht, verdeel
from app.domain.versies import Toewijzing
from app.processing.bezorgen import give
from app.processing.idempotency import Repeatable, on_trial, once
from app.processing.inrichtingen import find_inrichting
from app.processing.issue import Issued, issue_301
from app.processing.runtime import Runtime, new_id, new_identificatie
from app.rules.toekenning import (
    contract_findings,
    double_funding,
    overlap_findings,
    request_findings,
    uneven_findings,
)
from app.storage.berichten import BerichtRecord, berichten_by_id
from app.storage.termijnen import record_termijnen
from app.storage.toekenningen import (
    ToekenningRecord,
    Uitgegeven,
    add_toekenning,
    find_toekenning,
    set_onderaannemer,
    toekenning_to_json,
)
from app.storage.toewijzing_nummers import lock_nummers, next_nummer
from app.storage.toewijzingen import ToewijzingRecord, find_toewijzing_record, toewijzingen_by_bsn
from app.storage.zicht import Zicht

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A toekenning as it was kept, who got what, and the (party, bericht id) for the postbuses."""

    record: ToekenningRecord
    verdeling: Verdeling
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToekenningView:
    """A toekenning as the gemeente looks at it, with its toewijzingen and 301s as they are now."""

    record: ToekenningRecord
    toewijzingen: tuple[ToewijzingRecord, ...]
    berichten: tuple[BerichtRecord, ...]


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
    with every finding, and DifferentRequest.
    """
    demand_gemeente(principal, toekenning.gemeente)

    def work(session: Session) -> str:
        inrichting = demand_inrichting(session, runtime, toekenning.gemeente)
        granted = grant(session, runtime, inrichting, toekenning, principal.key_id)
        give(session, runtime, granted.items)
        return answer(_view(session, granted.record))

    if proef:
        return on_trial(runtime.storage, work)
    request = Repeatable.of(principal, sleutel, f"toekenning {toekenning_to_json(toekenning)}")
    return runtime.storage.run(lambda session: once(session, request, now=runtime.now(), work=lambda: work(session)))


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

    `berekening` is used instead of computing it. The caller puts `items` into the postbuses (bezorgen.give),
    once for all grants of its transaction. Raises InvalidInput with every finding on the request, and RejectedBericht
    when a 301 would not be right; then nothing of this toekenning is kept, and the caller may go on with another.
    """
    lock_nummers(session, gemeente=toekenning.gemeente)  # two that overlap see each other
    plan = _plan(session, inrichting, toekenning, berekening)
    order = _Order(new_id(), moment_of_toewijzing(runtime), toekenning, key_id)
    with session.begin_nested():
        issued = _issue(session, runtime, inrichting, order, plan)
        record = _record(order, plan, issued, runtime.now())
        _keep(session, record, order.moment.date())
    items = tuple(item for one in issued.values() for item in one.items)
    return Granted(record=record, verdeling=plan.verdeling, items=items)


class _Order(NamedTuple):
    id: str
    moment: datetime
    toekenning: Toekenning
    key_id: str | None


def _issue(session: Session, runtime: Runtime, inrichting: Inrichting, order: _Order, plan: _Plan) -> dict[int, Issued]:
    """A 301 for each part, by its ToewijzingNummer and in order."""
    issued: dict[int, Issued] = {}
    for deel in plan.verdeling.delen:
        nummer = next_nummer(session, gemeente=order.toekenning.gemeente)
        uitgifte = Uitgifte(
            toewijzing_nummer=nummer,
            identificatie=new_identificatie(),
            moment=order.moment,
            referentie=f"Toekenning {order.id}",
        )
        bericht = toewijzingsbericht(order.toekenning, plan.berekening, deel, uitgifte)
        issued[nummer] = issue_301(session, runtime, bericht=bericht, inrichting=inrichting, key_id=order.key_id)
    return issued


def _record(order: _Order, plan: _Plan, issued: Mapping[int, Issued], now: datetime) -> ToekenningRecord:
    return ToekenningRecord(
        id=order.id,
        toekenning=order.toekenning,
        berekening=plan.berekening,
        onderaannemer=plan.verdeling.onderaannemer,
        waarschuwingen=(*plan.warnings, *(finding for one in issued.values() for finding in one.findings)),
        toewijzingen=tuple(Uitgegeven(str(nummer), one.bericht_id) for nummer, one in issued.items()),
        gemaakt_op=now,
        key_id=order.key_id,
    )


def _keep(session: Session, record: ToekenningRecord, toewijzingsdatum: date) -> None:
    toekenning = record.toekenning
    add_toekenning(session, new=record)
    termijnen = termijnen_of(
        toekenning_id=record.id,
        gemeente=toekenning.gemeente,
        sleutels=[toewijzing.sleutel for toewijzing in record.toewijzingen],
        toewijzingsdatum=toewijzingsdatum,
        ingangsdatum=toekenning.ingangsdatum,
        einddatum=toekenning.einddatum,
        evaluatiedatum=toekenning.evaluatiedatum,
    )
    record_termijnen(session, termijnen=termijnen)
    if record.onderaannemer is not None:
        set_onderaannemer(
            session,
            gemeente=toekenning.gemeente,
            sleutel=record.toewijzingen[0].sleutel,
            onderaannemer=record.onderaannemer,
        )


def view_toekenning(runtime: Runtime, zicht: Zicht, id: str) -> ToekenningView:
    """A toekenning of one of the gemeenten that may be seen; NotFound when there is none with this id."""
    with runtime.storage.reading() as session:
        found = find_toekenning(session, id=id, gemeenten=zicht.gemeenten)
        if found is None:
            raise NotFound("Er is geen toekenning met dit id.")
        return _view(session, found)


def _view(session: Session, record: ToekenningRecord) -> ToekenningView:
    gemeente = record.toekenning.gemeente
    zicht = Zicht(gemeenten=frozenset({gemeente}))
    toewijzingen = (
        find_toewijzing_record(session, zicht=zicht, gemeente=gemeente, nummer_or_sleutel=uitgegeven.sleutel)
        for uitgegeven in record.toewijzingen
    )
    ids = [uitgegeven.bericht_id for uitgegeven in record.toewijzingen]
    return ToekenningView(
        record=record,
        toewijzingen=tuple(toewijzing for toewijzing in toewijzingen if toewijzing is not None),
        berichten=tuple(berichten_by_id(session, ids=ids, zicht=zicht)),
    )


def demand_gemeente(principal: Principal, gemeente: str) -> None:
    """Raise RoleNotAllowed or SenderNotAllowed unless the caller decides for the gemeente."""
    if principal.rol is not Rol.GEMEENTE:
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


def _plan(session: Session, inrichting: Inrichting, toekenning: Toekenning, given: Berekening | None) -> _Plan:
    """What will be granted to whom; InvalidInput with everything that is wrong with it."""
    wrong = list(request_findings(toekenning, inrichting))
    berekening = given or _computed(inrichting, toekenning, wrong)
    wrong += contract_findings(toekenning, inrichting, berekening.product.code if berekening else None)
    verdeling = _divided(inrichting, toekenning, berekening, wrong) if berekening else None
    known = _known(session, toekenning)
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
        verdeling = verdeel(
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
    wrong += uneven_findings(toekenning, berekening, verdeling, inrichting)
    return verdeling


def _known(session: Session, toekenning: Toekenning) -> tuple[Toewijzing, ...]:
    bsn = toekenning.client.bsn
    return toewijzingen_by_bsn(session, gemeente=toekenning.gemeente, bsns=[bsn]).get(bsn, ())
