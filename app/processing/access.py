"""Who may send what: the party of the key must be the sender in the chain (details.md 4)."""

from __future__ import annotations

from app.domain.bericht import Berichtsoort
from app.domain.principal import READERS, Principal, Rol, Wijze
from app.domain.refusals import RoleNotAllowed, SenderNotAllowed
from app.processing.arrival import FROM_GEMEENTE, Arrival
from app.processing.inrichtingen import find_inrichting
from app.processing.runtime import Runtime


def authorise(runtime: Runtime, arrival: Arrival) -> None:
    """Raise SenderNotAllowed unless the principal is the sender of the message, or its servicebureau."""
    principal, aanduiding = arrival.principal, arrival.aanduiding
    if arrival.soort in FROM_GEMEENTE:
        allowed = principal.for_gemeente and aanduiding.afzender in principal.gemeenten
    else:
        sender = aanduiding.servicebureau or aanduiding.afzender
        own = principal.rol is not Rol.SERVICEBUREAU or aanduiding.servicebureau is not None
        allowed = principal.for_aanbieder and own and sender in principal.aanbieders
    if not allowed:
        raise SenderNotAllowed("Deze sleutel hoort niet bij de afzender van het bericht.")
    if aanduiding.servicebureau and arrival.soort is Berichtsoort.WMO303:
        _authorise_servicebureau(runtime, arrival, aanduiding.servicebureau)


def authorise_trial(runtime: Runtime, arrival: Arrival) -> None:
    """The same for a message on trial, which a person of the gemeente it goes to may try as well.

    Whoever explains to an aanbieder what becomes of its message sees nothing but data of the own gemeente.
    """
    principal, aanduiding = arrival.principal, arrival.aanduiding
    if principal.wijze is not Wijze.SESSIE or aanduiding.gemeente not in principal.gemeenten:
        authorise(runtime, arrival)
    elif aanduiding.servicebureau and arrival.soort is Berichtsoort.WMO303:
        _authorise_servicebureau(runtime, arrival, aanduiding.servicebureau)


def _authorise_servicebureau(runtime: Runtime, arrival: Arrival, servicebureau: str) -> None:
    aanduiding = arrival.aanduiding
    today = runtime.today()
    with runtime.storage.reading() as session:
        inrichting = find_inrichting(session, runtime, aanduiding.gemeente or "")
    # On the day that the message names, and now: a bureau that was struck chooses no day of before that.
    for day in (aanduiding.dagtekening or today, today):
        contract = inrichting.contract_on(aanduiding.aanbieder or "", day) if inrichting else None
        if contract is None or servicebureau not in contract.servicebureaus:
            raise SenderNotAllowed("Het contract van deze aanbieder noemt dit servicebureau niet.")


def demand_reader(principal: Principal) -> None:
    """Raise RoleNotAllowed for a key that reads no messages or client data."""
    if principal.rol not in READERS:
        raise RoleNotAllowed("Deze sleutel leest geen berichten.")
