"""Budgets that are computed and not kept: who may ask what, and with which inrichting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.domain.berekening import Berekening, Grondslag, bereken
from app.domain.inrichting import Inrichting
from app.domain.principal import Principal, Rol
from app.domain.refusals import NotFound
from app.processing.inrichtingen import find_inrichting
from app.processing.runtime import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgetvraag:
    """What a budget is asked for; `aanbieder` (AGB-code) when the tariff of its contract counts."""

    gemeente: str
    peildatum: date
    grondslag: Grondslag
    aanbieder: str | None = None


def budget_for(runtime: Runtime, principal: Principal, vraag: Budgetvraag) -> Berekening:
    """Compute for a party; raises NotFound for a gemeente that it has nothing to do with, InvalidInput by field."""
    inrichting = _inrichting(runtime, vraag.gemeente)
    if inrichting is None or not _may_ask(principal, inrichting, vraag.aanbieder):
        raise NotFound("Deze gemeente kent de service niet, of niet voor deze sleutel.")
    return bereken(inrichting, vraag.peildatum, vraag.grondslag, aanbieder=vraag.aanbieder)


def budget(runtime: Runtime, vraag: Budgetvraag) -> Berekening:
    """Compute for whoever runs the service; raises NotFound for an unknown gemeente, InvalidInput by field."""
    inrichting = _inrichting(runtime, vraag.gemeente)
    if inrichting is None:
        raise NotFound("Van deze gemeente is geen inrichting geladen.")
    return bereken(inrichting, vraag.peildatum, vraag.grondslag, aanbieder=vraag.aanbieder)


def sees_gebruik(principal: Principal) -> bool:
    """Whether the party may see which share of an indication is reckoned with; an aanbieder never does."""
    return not principal.for_aanbieder


def _inrichting(runtime: Runtime, gemeente: str) -> Inrichting | None:
    with runtime.storage.reading() as session:
        return find_inrichting(session, runtime, gemeente)


def _may_ask(principal: Principal, inrichting: Inrichting, aanbieder: str | None) -> bool:
    """An aanbieder asks about its own contracts, a servicebureau about those that name it."""
    if principal.rol is Rol.BEHEER:
        return True
    if principal.for_aanbieder:
        asked = [c for c in inrichting.contracten if aanbieder in {None, c.aanbieder}]
        return any({c.aanbieder, *c.servicebureaus} & principal.aanbieders for c in asked)
    return inrichting.gemeente in principal.gemeenten
