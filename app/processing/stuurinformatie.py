"""What a gemeente steers on: what of its money is used, and where things come together at one client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.domain.cak_periode import CakPeriode, derived_cak_perioden
from app.domain.inrichting import Inrichting
from app.domain.logboek import Handeling
from app.domain.periode import GeslotenPeriode
from app.domain.principal import Principal
from app.domain.stapeling import GestapeldeClient, Stapelsoort
from app.domain.uitnutting import Groep, Regel, Uitnutting, Vak, uitnutting
from app.processing.inrichtingen import find_inrichting
from app.processing.logboek import viewing
from app.processing.runtime import Runtime
from app.storage.stuurinformatie import (
    Keuze,
    count_clients,
    count_gestapeld,
    declared_regels,
    list_gestapeld,
    toegewezen_groepen,
)

DECLARED_WITHIN: Final = timedelta(weeks=8)
"""So long after a period everything of it is thought to be declared."""

MOST_CLIENTS: Final = 5000
"""In one list, to be read or taken along."""

Inrichtingen = Mapping[str, Inrichting]


@dataclass(frozen=True, slots=True, kw_only=True)
class UitnuttingVraag:
    """Which figures are wanted: of these gemeenten, in the CAK periods `van` up to and including `tot` of a year."""

    gemeenten: Sequence[str]
    jaar: int
    van: int = 1
    tot: int = 13
    aanbieder: str | None = None
    product: str | None = None

    @property
    def perioden(self) -> frozenset[Vak]:
        """The periods by name."""
        return frozenset(Vak(self.jaar, periode) for periode in range(self.van, self.tot + 1))


@dataclass(frozen=True, slots=True)
class UitnuttingView:
    """The figures, the inrichtingen that name things, and before which day a period ended that is thought declared."""

    cijfers: Uitnutting
    inrichtingen: Inrichtingen
    declared_by: date


@dataclass(frozen=True, slots=True)
class StapelingView:
    """How many clients there are on the day, how many have which things together, and some of those with all."""

    clienten: int
    aantallen: Mapping[Stapelsoort, int]
    gestapeld: Sequence[GestapeldeClient]
    inrichtingen: Inrichtingen


def uitnutting_of(
    runtime: Runtime, principal: Principal, vraag: UitnuttingVraag, *, as_file: str | None = None
) -> UitnuttingView:
    """The figures of gemeenten that the principal is of; `as_file`: it takes them along in this form."""
    with viewing(runtime, principal, Handeling.STUURINFORMATIE_BEKEKEN, object_id="uitnutting") as inzage:
        inrichtingen = known_inrichtingen(inzage.session, runtime, principal.gemeenten, vraag.jaar)
        groepen, regels = _counted(inzage.session, vraag, inrichtingen)
        if as_file is not None:
            inzage.regel = replace(inzage.regel, reden=f"als {as_file}")
    declared_by = runtime.today() - DECLARED_WITHIN
    cijfers = uitnutting(groepen, regels, inrichtingen, vraag.perioden, declared_by=declared_by)
    return UitnuttingView(cijfers, inrichtingen, declared_by)


def stapeling_of(
    runtime: Runtime,
    principal: Principal,
    *,
    gemeente: str,
    day: date,
    soort: Stapelsoort,
    limit: int,
    offset: int = 0,
    as_file: str | None = None,
) -> StapelingView:
    """Clients of a gemeente that the principal is of, on a day; those of a soort are named, `limit` after `offset`."""
    keuze = Keuze(gemeente=gemeente)
    with viewing(runtime, principal, Handeling.STUURINFORMATIE_BEKEKEN, object_id="stapeling") as inzage:
        session = inzage.session
        aantallen = count_gestapeld(session, keuze=keuze, day=day)
        clienten = count_clients(session, keuze=keuze, day=day)
        found = list_gestapeld(session, keuze=keuze, day=day, soort=soort, limit=limit, offset=offset)
        inrichtingen = known_inrichtingen(session, runtime, principal.gemeenten, day.year)
        inzage.about(bsns=(client.bsn for client in found), aantal=len(found))
        if as_file is not None:
            inzage.regel = replace(inzage.regel, reden=f"als {as_file}")
    return StapelingView(clienten, aantallen, found, inrichtingen)


def known_inrichtingen(session: Session, runtime: Runtime, gemeenten: Iterable[str], jaar: int) -> Inrichtingen:
    """The inrichting of each gemeente; of one that loaded none the periods of the calendar alone."""
    return {
        gemeente: find_inrichting(session, runtime, gemeente)
        or Inrichting(gemeente=gemeente, cak_perioden=derived_cak_perioden(jaar))
        for gemeente in gemeenten
    }


def _counted(session: Session, vraag: UitnuttingVraag, inrichtingen: Inrichtingen) -> tuple[list[Groep], list[Regel]]:
    groepen: list[Groep] = []
    regels: list[Regel] = []
    for gemeente in vraag.gemeenten:
        span = _span(cak for cak in inrichtingen[gemeente].cak_perioden if (cak.jaar, cak.periode) in vraag.perioden)
        if span is not None:
            keuze = Keuze(gemeente=gemeente, aanbieder=vraag.aanbieder, product=vraag.product)
            groepen += toegewezen_groepen(session, keuze=keuze, span=span)
            regels += declared_regels(session, keuze=keuze, span=span)
    return groepen, regels


def _span(perioden: Iterable[CakPeriode]) -> GeslotenPeriode | None:
    found = sorted(perioden)
    return GeslotenPeriode(found[0].begindatum, found[-1].einddatum) if found else None
