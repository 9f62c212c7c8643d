"""What an accepted 301 brings about: versions of toewijzingen, a postbus item per aanbieder, a 302 where agreed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy.orm import Session

from app.domain.antwoord import toewijzing_retour
from app.domain.bericht import Berichtsoort, BerichtStatus, Richting
from app.domain.inrichting import Contract, Inrichting, RetourModus
from app.domain.principal import aanbieder_partij, gemeente_partij
from app.domain.routing import (
    Allotment,
    aanbieders,
    addressed_to,
    allotments,
    clienten_at,
    divided,
    goes_as_it_is,
    placed,
    without_other_aanbieders,
)
from app.domain.toewijzing import Client, Toewijzingsbericht
from app.domain.versies import ToewijzingVersie
from app.iwmo.releases import RELEASES, write
from app.processing import uniek
from app.processing.arrival import Arrival
from app.processing.bezorgen import give
from app.processing.runtime import Runtime, new_id, new_identificatie
from app.storage import toewijzingen as stored
from app.storage.berichten import NewBericht, add_berichten
from app.storage.voortzettingen import record_verwantschap

WHOLES: Final[Mapping[str, int]] = {}
Items: TypeAlias = tuple[tuple[str, str], ...]
"""What goes into the postbuses: (party, bericht id)."""


def sleutel_of(gemeente: str, allotment: Allotment) -> str:
    """What names a toewijzing within its gemeente: its number, else what it is for."""
    product = allotment.product
    if product.toewijzing_nummer is not None:
        return str(product.toewijzing_nummer)
    what = (allotment.aanbieder, allotment.client.bsn, product.product.categorie, product.product.code or "")
    digest = hashlib.sha256("|".join((gemeente, *what, product.ingangsdatum.isoformat())).encode())
    return f"zonder-nummer-{digest.hexdigest()[:24]}"


def allocate(
    session: Session, runtime: Runtime, arrival: Arrival, bericht: Toewijzingsbericht, inrichting: Inrichting | None
) -> None:
    """Book a 301 and make it available; one for several aanbieders becomes a 301 of its own for each of them."""
    if goes_as_it_is(bericht):
        offered = [Offered(arrival.id, bericht, arrival.release)]
        give(session, runtime, chain(*offer(session, runtime, offered, inrichting)))
        return
    vanaf = {sleutel_of(bericht.header.afzender, allotment): volume for allotment, volume in placed(bericht)}
    offered: list[Offered] = []
    records: list[NewBericht] = []
    for aanbieder in aanbieders(bericht):
        contract = contract_for(bericht, aanbieder, inrichting)
        release = contract.release if contract else arrival.release
        for derived, used_release, body in _derived(runtime, bericht, aanbieder, release, arrival.release):
            derived_id = new_id()
            one = Offered(derived_id, derived, used_release, vanaf)
            record = outgoing_301(one, body, runtime.now(), arrival.principal.key_id)
            records.append(replace(record, herkomst_id=arrival.id))
            offered.append(one)
    add_berichten(session, new=records)
    give(session, runtime, chain(*offer(session, runtime, offered, inrichting)))
    gemeente = bericht.header.afzender
    groups = [[sleutel_of(gemeente, part) for part in parts] for parts in divided(bericht)]
    record_verwantschap(session, gemeente=gemeente, groups=groups)


def contract_for(bericht: Toewijzingsbericht, aanbieder: str, inrichting: Inrichting | None) -> Contract | None:
    """The contract on the first day that the 301 assigns to the aanbieder."""
    first = min(a.product.ingangsdatum for a in allotments(bericht) if a.aanbieder == aanbieder)
    return inrichting.contract_on(aanbieder, first) if inrichting else None


class Offered(NamedTuple):
    """A 301 for one aanbieder, in its release, by the id under which it is kept.

    `vanaf` has the `aandeel_vanaf` of the toewijzingen that are later parts of a whole, by sleutel.
    """

    bericht_id: str
    bericht: Toewijzingsbericht
    release: str
    vanaf: Mapping[str, int] = WHOLES


def outgoing_301(offered: Offered, body: bytes, now: datetime, key_id: str | None) -> NewBericht:
    """The record of a 301 that the service makes, on its way to its Ontvanger."""
    bericht, header = offered.bericht, offered.bericht.header
    return NewBericht(
        id=offered.bericht_id,
        soort=Berichtsoort.WMO301,
        release=offered.release,
        richting=Richting.UITGAAND,
        afzender=header.afzender,
        ontvanger=header.ontvanger,
        gemeente=header.afzender,
        aanbieder=header.ontvanger,
        key_id=key_id,
        identificatie=header.bericht_identificatie.identificatie,
        dagtekening=header.bericht_identificatie.dagtekening,
        ontvangen_op=now,
        status=BerichtStatus.TE_VERZENDEN,
        body=body,
        uniek=uniek.of_toewijzing(bericht),
        bsns=frozenset(client.bsn for client in bericht.clienten),
    )


def offer(session: Session, runtime: Runtime, offered: Sequence[Offered], inrichting: Inrichting | None) -> list[Items]:
    """Book what each 301 assigns to its Ontvanger and answer it where the contract says so.

    What comes back goes into the postbuses, for each 301.
    """
    stored.book_versies(session, new=[versie for one in offered for versie in versies_of(one)])
    retouren: list[NewBericht] = []
    items: list[Items] = []
    for one in offered:
        header = one.bericht.header
        to_aanbieder = (aanbieder_partij(header.ontvanger), one.bericht_id)
        contract = contract_for(one.bericht, header.ontvanger, inrichting)
        if contract is not None and contract.retour is RetourModus.AUTOMATISCH:
            retouren.append(_answer(runtime, one))
            items.append((to_aanbieder, (gemeente_partij(header.afzender), retouren[-1].id)))
        else:
            items.append((to_aanbieder,))
    add_berichten(session, new=retouren)
    return items


def versies_of(offered: Offered) -> Iterator[stored.NewVersie]:
    """What a 301 assigns to its Ontvanger, as it is booked."""
    gemeente = offered.bericht.header.afzender
    for allotment in allotments(offered.bericht):
        client, product, sleutel = allotment.client, allotment.product, sleutel_of(gemeente, allotment)
        versie = ToewijzingVersie.of(
            product,
            bsn=client.bsn,
            geboortedatum=client.geboortedatum.datum,
            aandeel_vanaf=offered.vanaf.get(sleutel, 0),
        )
        yield stored.NewVersie(
            gemeente=gemeente,
            sleutel=sleutel,
            nummer=product.toewijzing_nummer,
            aanbieder=allotment.aanbieder,
            versie=versie,
            bericht_id=offered.bericht_id,
        )


def _answer(runtime: Runtime, offered: Offered) -> NewBericht:
    """The 302 that the service makes for an aanbieder: a 301 that got this far is right."""
    bericht, release, header = offered.bericht, offered.release, offered.bericht.header
    retour = toewijzing_retour(bericht, (), identificatie_retour=new_identificatie(), today=runtime.today())
    return NewBericht(
        id=new_id(),
        soort=Berichtsoort.WMO302,
        release=release,
        richting=Richting.INKOMEND,
        afzender=header.ontvanger,
        ontvanger=header.afzender,
        gemeente=header.afzender,
        aanbieder=header.ontvanger,
        identificatie=retour.header.identificatie_retour,
        dagtekening=retour.header.dagtekening_retour,
        ontvangen_op=runtime.now(),
        status=BerichtStatus.VERWERKT,
        body=write(retour, release),
        uniek=uniek.of_retour(retour),
        antwoord_op_id=offered.bericht_id,
    )


def _derived(
    runtime: Runtime, bericht: Toewijzingsbericht, aanbieder: str, release: str, own_release: str
) -> Iterator[tuple[Toewijzingsbericht, str, bytes]]:
    """The 301s for one aanbieder, each with its release and bytes.

    What the release of the contract cannot hold (a name that 2.3 forbids) stays in the release it came in.
    """
    clienten = clienten_at(bericht, aanbieder)
    for group in _groups(clienten, release):
        derived = _for_release(bericht, aanbieder, group, release)
        body = write(derived, release)
        if runtime.xsd_findings(release, Berichtsoort.WMO301, body):
            derived = _for_release(bericht, aanbieder, group, own_release)
            yield derived, own_release, write(derived, own_release)
        else:
            yield derived, release, body


def _groups(clienten: tuple[Client, ...], release: str) -> tuple[tuple[Client, ...], ...]:
    if RELEASES[release].several_clienten:
        return (clienten,)
    return tuple((client,) for client in clienten)


def _for_release(
    bericht: Toewijzingsbericht, aanbieder: str, clienten: tuple[Client, ...], release: str
) -> Toewijzingsbericht:
    if not RELEASES[release].several_aanbieders:
        clienten = tuple(without_other_aanbieders(client) for client in clienten)
    return addressed_to(bericht, aanbieder, clienten, new_identificatie())
