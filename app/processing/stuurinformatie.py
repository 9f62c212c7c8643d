"""What a gemeente steers on: what of its money is used, and where things come together at one client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.domain.cak_periode import derived_cak_perioden
from app.domain.inrichting import GebrokenPeriode, Inrichting
from app.domain.logboek import Handeling
from app.domain.periode import GeslotenPeriode
from app.domain.principal import Principal
from app.domain.refusals import InvalidInput
from app.domain.stapeling import GestapeldeClient, Stapelsoort
from app.domain.uitnutting import Groep, Regel, Uitnutting, Vak, uitnutting, vak_of
from app.processing.inrichtingen import find_inrichting
from app.processing.logboek import viewing
from app.processing.runtime import Runtime
from app.storage.stuurinformatie import (
    Keuze,
    clients_with_all,
    declared_regels,
    gestapelde_clients,
    toegewezen_groepen,
)

DECLARED_WITHIN: Final = timedelta(weeks=8)
"""So long after a period everything of it is thought to be declared."""

TOO_MUCH: Final = (
    "Er zijn te veel verschillende toewijzingen om in één keer op te tellen. Kies één gemeente, één product of één "
    "aanbieder, of minder perioden."
)
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
    """The figures of gemeenten that the principal is of; `as_file`: it takes them along in this form.

    Raises InvalidInput when there is too much to count.
    """
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
        every = list(gestapelde_clients(session, keuze=keuze, day=day))
        wanted = [bsn for bsn, soorten in every if soort in soorten][offset : offset + limit]
        found = clients_with_all(session, keuze=keuze, day=day, bsns=wanted)
        inrichtingen = known_inrichtingen(session, runtime, principal.gemeenten, day.year)
        inzage.about(bsns=(client.bsn for client in found), aantal=len(found))
        if as_file is not None:
            inzage.regel = replace(inzage.regel, reden=f"als {as_file}")
    aantallen = {one: sum(one in soorten for _, soorten in every) for one in Stapelsoort}
    return StapelingView(len(every), aantallen, found, inrichtingen)


def known_inrichtingen(session: Session, runtime: Runtime, gemeenten: Iterable[str], jaar: int) -> Inrichtingen:
    """The inrichting of each gemeente; of one that loaded none the periods of the calendar alone."""
    return {
        gemeente: find_inrichting(session, runtime, gemeente)
        or Inrichting(gemeente=gemeente, cak_perioden=derived_cak_perioden(jaar))
        for gemeente in gemeenten
    }


def _counted(session: Session, vraag: UitnuttingVraag, inrichtingen: Inrichtingen) -> tuple[list[Groep], list[Regel]]:
    """Raises InvalidInput when there are too many toewijzingen to count."""
    groepen: list[Groep] = []
    regels: list[Regel] = []
    for gemeente in vraag.gemeenten:
        inrichting = inrichtingen[gemeente]
        perioden = [cak.dagen for cak in inrichting.cak_perioden if vak_of(cak) in vraag.perioden]
        if not perioden:
            continue
        keuze = Keuze(gemeente=gemeente, aanbieder=vraag.aanbieder, product=vraag.product)
        whole = inrichting.instellingen.gebroken_periode is GebrokenPeriode.VOLLEDIG
        found = toegewezen_groepen(session, keuze=keuze, perioden=perioden, whole=whole)
        if found is None:
            raise InvalidInput(TOO_MUCH)
        groepen += found
        span = GeslotenPeriode(perioden[0].begindatum, perioden[-1].einddatum)
        regels += declared_regels(session, keuze=keuze, span=span)
    return groepen, regels
