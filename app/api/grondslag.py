"""What a budget is computed from, as a request gives it: an indicatie, an arrangement or etmalen."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, PlainValidator, StrictBool, StrictInt, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from app.api.fields import Productcode
from app.api.shapes import Shape
from app.domain.berekening import ArrangementKeuze, Etmalen, Grondslag, Indicatie
from app.domain.notation import aantal_from_text

MANY_LINES = 100


def _aantal(value: object) -> Fraction:
    """Exact, from text or a number; what is no quantity becomes 0, which a calculation refuses with all else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise PydanticCustomError("aantal", "not a quantity")
    return aantal_from_text(value if isinstance(value, str) else str(value)) or Fraction(0)


Aantal = Annotated[
    Fraction,
    PlainValidator(_aantal),
    WithJsonSchema(
        {
            "type": ["string", "number"],
            "pattern": r"^[0-9]+(\.[0-9]{1,3})?$",
            "description": "Groter dan 0, met een punt en ten hoogste 3 decimalen",
        }
    ),
]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]*$")]


class IndicatieIn(Shape):
    """How much of a productspecificatie a week, in its own eenheid."""

    productspecificatie: Code
    aantal_per_week: Aantal


class ArrangementIn(Shape):
    """A fixed price per four weeks, with its opslag or without."""

    code: Code
    opslag: StrictBool = False


class EtmalenIn(Shape):
    """A number of etmalen per four weeks."""

    product: Productcode
    aantal_per_periode: StrictInt


class GrondslagIn(Shape):
    """Exactly one of the three."""

    indicatie: Annotated[list[IndicatieIn] | None, Field(max_length=MANY_LINES)] = None
    arrangement: ArrangementIn | None = None
    etmalen: EtmalenIn | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [part for part in (self.indicatie, self.arrangement, self.etmalen) if part is not None]
        if len(given) != 1:
            raise PydanticCustomError("een_grondslag", "exactly one of indicatie, arrangement and etmalen")
        return self

    @property
    def grondslag(self) -> Grondslag:
        """The same as the domain knows it."""
        if self.arrangement is not None:
            return ArrangementKeuze(self.arrangement.code, self.arrangement.opslag)
        if self.etmalen is not None:
            return Etmalen(self.etmalen.product, self.etmalen.aantal_per_periode)
        return tuple(Indicatie(line.productspecificatie, line.aantal_per_week) for line in self.indicatie or ())
