"""Puts on domain objects the pads that a reader would: those of 2.3, with several clienten those of 2.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from app.domain.bericht import Onderdeel
from app.domain.declaratie import PrestatieRetour
from app.domain.toewijzing import Beschikking, Client

Part = TypeVar("Part", bound=Onderdeel)


def numbered(parts: Sequence[Part], pad: str) -> tuple[Part, ...]:
    """The parts with this pad and their number."""
    return tuple(replace(part, pad=f"{pad}[{number}]") for number, part in enumerate(parts, 1))


def numbered_retouren(retouren: Sequence[PrestatieRetour], pad: str) -> tuple[PrestatieRetour, ...]:
    """The lines of a 304 with this pad and their number."""
    prestaties = numbered([retour.prestatie for retour in retouren], pad)
    return tuple(replace(retour, prestatie=prestatie) for retour, prestatie in zip(retouren, prestaties, strict=True))


def placed_clienten(clienten: Sequence[Client]) -> tuple[Client, ...]:
    """The clienten of a 301 or 302, and all that they hold, with their pads."""
    if len(clienten) == 1:
        return (_placed_client(replace(clienten[0], pad="/Bericht/Client")),)
    return tuple(_placed_client(client) for client in numbered(clienten, "/Bericht/Clienten/Client"))


def _placed_client(client: Client) -> Client:
    return replace(
        client,
        relaties=tuple(
            replace(relatie, contact=replace(relatie.contact, pad=f"{relatie.pad}/Contact"))
            for relatie in numbered(client.relaties, f"{client.pad}/Relaties/Relatie")
        ),
        contactgegevens=numbered(client.contactgegevens, f"{client.pad}/Contactgegevens/Contact"),
        beschikking=_placed_beschikking(replace(client.beschikking, pad=f"{client.pad}/Beschikking")),
    )


def _placed_beschikking(beschikking: Beschikking) -> Beschikking:
    pad = beschikking.pad
    return replace(
        beschikking,
        beperkingen=tuple(
            replace(b, beperking_scores=numbered(b.beperking_scores, f"{b.pad}/BeperkingScores/BeperkingScore"))
            for b in numbered(beschikking.beperkingen, f"{pad}/Beperkingen/Beperking")
        ),
        beschikt_producten=numbered(beschikking.beschikt_producten, f"{pad}/BeschiktProducten/BeschiktProduct"),
        toegewezen_producten=numbered(beschikking.toegewezen_producten, f"{pad}/ToegewezenProducten/ToegewezenProduct"),
    )
