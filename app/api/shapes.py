"""The JSON that several endpoints share: camelCase names, links, findings."""

from __future__ import annotations

from typing import Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.domain.retour import Finding, Waarde

T = TypeVar("T")


class Shape(BaseModel):
    """A JSON object with camelCase names; unknown fields in a request are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, frozen=True)


class Link(Shape):
    """Where something is to be found."""

    href: str


class BevindingOut(Shape):
    """A finding on a message; `waarden` never holds personal data."""

    regel: str
    retourcode: str | None
    pad: str
    regelnummer: int | None
    melding: str
    waarden: dict[str, Waarde]
    ernst: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """The JSON of a finding."""
        return cls(
            regel=finding.regel,
            retourcode=finding.retourcode,
            pad=finding.pad,
            regelnummer=finding.regelnummer,
            melding=finding.melding,
            waarden=finding.waarden,
            ernst=finding.ernst.value,
        )


class PageLinks(Shape):
    """Links of a page of a list."""

    self_: Link = Field(serialization_alias="self")
    next: Link | None = None


class Page(Shape, Generic[T]):
    """A page of a list."""

    resultaten: list[T]
    links: PageLinks = Field(serialization_alias="_links")
