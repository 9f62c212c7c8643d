"""How parties are reached besides their postbus, for who runs the service."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Depends

from app.api.dependencies import Caller, Parts
from app.api.shapes import Shape
from app.domain.aflevering import Aansluiting, AansluitingSoort
from app.domain.principal import Rol
from app.domain.refusals import NotFound
from app.processing.aansluitingen import all_aansluitingen

router = APIRouter(prefix="/aansluitingen", tags=["Beheer"])


class AansluitingOut(Shape):
    """How one partij is reached; of a URL without its query, which may hold a secret."""

    partij: str
    soort: AansluitingSoort
    adres: str
    sleutelversie: int

    @classmethod
    def of(cls, aansluiting: Aansluiting) -> Self:
        """The JSON of an aansluiting."""
        is_folder = aansluiting.soort is AansluitingSoort.MAP
        return cls(
            partij=aansluiting.partij,
            soort=aansluiting.soort,
            adres=aansluiting.adres if is_folder else aansluiting.adres.partition("?")[0],
            sleutelversie=aansluiting.sleutelversie,
        )


class AansluitingenOut(Shape):
    """All of them, in order of partij."""

    resultaten: list[AansluitingOut]


def demand_beheer(caller: Caller) -> None:
    """Nothing is here for who does not run the service."""
    if caller.rol is not Rol.BEHEER:
        raise NotFound("Dit bestaat niet.")


@router.get("", summary="Hoe partijen worden bereikt")
def get_aansluitingen(_beheer: Annotated[None, Depends(demand_beheer)], runtime: Parts) -> AansluitingenOut:
    """Elke partij die haar berichten niet alleen in haar postbus krijgt. Alleen voor een beheersleutel."""
    return AansluitingenOut(resultaten=[AansluitingOut.of(one) for one in all_aansluitingen(runtime)])
