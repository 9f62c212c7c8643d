"""The clients of a file become toekenningen, in batches: a run that was broken off is finished by running it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from app.domain.bedrag import Bedrag
from app.domain.berekening import Berekening
from app.domain.inrichting import Inrichting
from app.domain.logboek import OPDRACHTREGEL, Handeling, Logregel, Wie
from app.domain.overgang import (
    CENTS_PER_EURO,
    Fout,
    FoutieveClient,
    Omzetting,
    OvergangClient,
    Uitkomst,
    Uitslag,
    converted,
    fouten_of,
    masked,
    toekenning_of,
)
from app.domain.refusals import InvalidInput, Refusal
from app.processing.bezorgen import give
from app.processing.idempotency import on_trial
from app.processing.logboek import note
from app.processing.runtime import Runtime
from app.processing.toekenningen import Gevraagd, demand_inrichting, grant_all
from app.storage.overgangen import Overgegaan, add_overgangen, overgangen_by_bsn
from app.storage.toewijzing_nummers import lock_nummers

BATCH: Final = 100
"""Clients per transaction: so many are done or not done together, and so long others wait for a ToewijzingNummer."""


def inrichting_for(runtime: Runtime, gemeente: str) -> Inrichting:
    """What the gemeente decided; raises InvalidInput when nothing was loaded for it."""
    with runtime.storage.reading() as session:
        return demand_inrichting(session, runtime, gemeente)


def convert_clients(
    runtime: Runtime,
    omzetting: Omzetting,
    clients: Iterable[OvergangClient | FoutieveClient],
    *,
    proef: bool = False,
    door: Wie = OPDRACHTREGEL,
) -> Iterator[Uitkomst]:
    """What comes of each client, in order, once the transaction that it was part of is committed.

    One client that is refused undoes nothing of another. A client that was converted before is passed over. With
    `proef` everything is judged and nothing is kept.
    """
    remaining = iter(clients)
    while batch := list(islice(remaining, BATCH)):
        work = partial(_convert_batch, runtime=runtime, omzetting=omzetting, clients=batch, door=door)
        if proef:
            yield from map(_never_kept, on_trial(runtime.storage, work))
        else:
            yield from runtime.storage.run(work)


class _New(NamedTuple):
    """A client who was not converted before, with the budget to be granted."""

    client: OvergangClient
    berekening: Berekening

    @property
    def key(self) -> tuple[str, str]:
        return self.client.client.bsn, _product(self.berekening)


def _convert_batch(
    session: Session,
    runtime: Runtime,
    omzetting: Omzetting,
    clients: Sequence[OvergangClient | FoutieveClient],
    door: Wie,
) -> list[Uitkomst]:
    gemeente = omzetting.gemeente
    lock_nummers(session, gemeente=gemeente)  # of two runs at once, the second sees what the first did
    inrichting = demand_inrichting(session, runtime, gemeente)
    bsns = [one.client.bsn for one in clients if isinstance(one, OvergangClient)]
    earlier = overgangen_by_bsn(session, gemeente=gemeente, vanaf=omzetting.vanaf, bsns=bsns)
    found = [_judge(inrichting, omzetting, earlier, one) for one in clients]
    bsns_now = frozenset(one.client.client.bsn for one in found if isinstance(one, _New))
    regel = Logregel(handeling=Handeling.OVERGANG_UITGEVOERD, object_id=gemeente, aantal=len(bsns_now), bsns=bsns_now)
    note(session, runtime, door, regel)
    outcomes = iter(_grant(session, runtime, inrichting, omzetting, [one for one in found if isinstance(one, _New)]))
    return [next(outcomes) if isinstance(one, _New) else one for one in found]


def _judge(
    inrichting: Inrichting,
    omzetting: Omzetting,
    earlier: Mapping[tuple[str, str], Overgegaan],
    one: OvergangClient | FoutieveClient,
) -> Uitkomst | _New:
    if isinstance(one, FoutieveClient):
        return _unreadable(one)
    try:
        new = _New(one, converted(inrichting, omzetting, one))
    except InvalidInput as refusal:
        return _refused(one, refusal)
    before = earlier.get(new.key)
    return new if before is None else _converted_before(one, before, new.berekening)


def _grant(
    session: Session, runtime: Runtime, inrichting: Inrichting, omzetting: Omzetting, new: Sequence[_New]
) -> list[Uitkomst]:
    today = runtime.today()
    asked = [Gevraagd(toekenning_of(omzetting, one.client, one.berekening, today), one.berekening) for one in new]
    outcomes: list[Uitkomst] = []
    converted_now: dict[tuple[str, str], Overgegaan] = {}
    items: list[tuple[str, str]] = []
    for one, granted in zip(new, grant_all(session, runtime, inrichting, asked, None), strict=True):
        if isinstance(granted, Refusal):
            outcomes.append(_refused(one.client, granted))
            continue
        over = Overgegaan(granted.record.id, one.client.aanbieder, one.berekening.budget_euro)
        warnings = fouten_of(granted.record.waarschuwingen, one.client)
        outcomes.append(_outcome(one.client, Uitslag.OMGEZET, over, waarschuwingen=warnings))
        converted_now[one.key] = over
        items += granted.items
    add_overgangen(session, gemeente=omzetting.gemeente, vanaf=omzetting.vanaf, new=converted_now)
    give(session, runtime, items)
    return outcomes


def _refused(one: OvergangClient, refusal: Refusal) -> Uitkomst:
    fouten = fouten_of(refusal.findings, one) or (Fout(one.regel, "", refusal.detail),)
    return _outcome(one, Uitslag.MISLUKT, fouten=fouten)


def _converted_before(one: OvergangClient, before: Overgegaan, berekening: Berekening) -> Uitkomst:
    """Nothing is done; said when the file now gives something else than was granted."""
    fouten: list[Fout] = []
    if before.budget_euro != berekening.budget_euro:
        reden = f"De client is eerder omgezet met een ander budget: {before.budget_euro}, nu {berekening.budget_euro}."
        fouten.append(Fout(one.regel, "", f"{reden} Wijzig de toewijzing zelf."))
    if before.aanbieder != one.aanbieder:
        fouten.append(Fout(one.regel, "aanbieder", "De client is eerder omgezet bij een andere aanbieder."))
    return _outcome(one, Uitslag.EERDER, before, fouten=tuple(fouten))


def _outcome(
    one: OvergangClient,
    uitslag: Uitslag,
    granted: Overgegaan | None = None,
    *,
    fouten: tuple[Fout, ...] = (),
    waarschuwingen: tuple[Fout, ...] = (),
) -> Uitkomst:
    return Uitkomst(
        regel=one.regel,
        referentie=masked(one.client.bsn),
        aanbieder=granted.aanbieder if granted else one.aanbieder,
        uitslag=uitslag,
        oud=one.oud_budget,
        nieuw=Bedrag(granted.budget_euro * CENTS_PER_EURO) if granted else None,
        toekenning_id=granted.toekenning_id if granted else None,
        fouten=fouten,
        waarschuwingen=waarschuwingen,
    )


def _never_kept(uitkomst: Uitkomst) -> Uitkomst:
    """The outcome of a trial: its new toekenning does not exist."""
    return replace(uitkomst, toekenning_id=None) if uitkomst.uitslag is Uitslag.OMGEZET else uitkomst


def _unreadable(one: FoutieveClient) -> Uitkomst:
    return Uitkomst(
        regel=one.regel,
        referentie=one.referentie,
        aanbieder=one.aanbieder,
        uitslag=Uitslag.MISLUKT,
        oud=one.oud_budget,
        fouten=one.fouten,
    )


def _product(berekening: Berekening) -> str:
    return berekening.product.code or berekening.product.categorie
