"""Asks one rule about one line of a 303, with the facts that the test names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from app.domain.budget import Ledger, room_of_days, rooms_of
from app.domain.declaratie import DeclaratieClient, Prestatie
from app.domain.dossier import DeclaratieDossier, EerderePrestatie
from app.domain.inrichting import Inrichting
from app.domain.retour import Finding
from app.domain.versies import Toewijzing
from app.rules.prestatie import PrestatieDossier
from app.rules.technische_regel import TechnischeRegel
from tests.builders import (
    BSN_X,
    P1,
    P2,
    P3,
    P4,
    a_declaratie_client,
    a_declaratie_header,
    a_prestatie,
    a_toewijzing,
    an_inrichting,
)

TODAY = date(2019, 6, 20)
PAD = "/Bericht/Clienten/Client[1]/Prestaties/Prestatie[1]"
KNOWN: Any = object()


def facts_about(
    *,
    toewijzing: Toewijzing | None = KNOWN,
    inrichting: Inrichting | None = None,
    client: DeclaratieClient | None = None,
    debet: EerderePrestatie | None = None,
    used_referenties: frozenset[str] = frozenset(),
    gecrediteerd: frozenset[str] = frozenset(),
    **header: Any,
) -> PrestatieDossier:
    """The facts about a line of `a_declaratie`: toewijzing 1001 is known unless another, or None, is named."""
    ours = inrichting or an_inrichting()
    return PrestatieDossier(
        header=a_declaratie_header(**header),
        client=client or a_declaratie_client(),
        dossier=DeclaratieDossier(
            today=TODAY, inrichting=ours, used_referenties=used_referenties, gecrediteerd=gecrediteerd
        ),
        inrichting=ours,
        toewijzing=a_toewijzing() if toewijzing is KNOWN else toewijzing,
        debet=debet,
    )


def with_rooms(facts: PrestatieDossier, prestatie: Prestatie, **used: int) -> PrestatieDossier:
    """The facts with the rooms of the ProductPeriode, of which `used` was granted before in P1, P2, ..."""
    perioden = {"P1": P1, "P2": P2, "P3": P3, "P4": P4}
    toewijzing = facts.toewijzing
    assert toewijzing is not None
    ledger = Ledger({(toewijzing.sleutel, perioden[name].begindatum): volume for name, volume in used.items()})
    span, gebroken = prestatie.product_periode, facts.inrichting.instellingen.gebroken_periode
    return facts.with_rooms(
        rooms_of(toewijzing, facts.inrichting, span, ledger), room_of_days(toewijzing, span, gebroken)
    )


def ask(regel: TechnischeRegel, prestatie: Prestatie, facts: PrestatieDossier) -> list[Finding]:
    return list(regel.findings(replace(prestatie, pad=PAD), facts))


def the_finding(regel: TechnischeRegel, prestatie: Prestatie, facts: PrestatieDossier) -> Finding:
    (finding,) = ask(regel, prestatie, facts)
    return finding


def an_earlier(prestatie: Prestatie | None = None, **changes: Any) -> EerderePrestatie:
    """R0001, which was granted in P1."""
    line = prestatie or a_prestatie()
    values = {"bsn": BSN_X, "granted": True, "toegekend": line.ingediend, "toewijzing_sleutel": "1001"} | changes
    return EerderePrestatie(prestatie=line, **values)


def a_credit(**changes: Any) -> Prestatie:
    """R0037, which takes R0001 back."""
    return a_prestatie(**({"referentie_nummer": "R0037", "vorig_referentie_nummer": "R0001", "credit": True} | changes))
