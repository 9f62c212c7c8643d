"""Kinds of values that a request may hold."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def iso_date(value: object) -> date:
    """A date as jjjj-mm-dd; raises ValueError on anything else.

    By itself pydantic takes a number for seconds since 1970, and fromisoformat takes weeks.
    """
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("iso_datum", "not an ISO date")


Datum = Annotated[date, BeforeValidator(iso_date)]
Partij = Annotated[str, Field(pattern=r"^([0-9]{4}|[0-9]{8})$", description="Gemeentecode of AGB-code")]
Agb = Annotated[str, Field(pattern=r"^[0-9]{8}$", description="AGB-code")]
Productcode = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,5}$", description="Productcode")]
Identificatie = Annotated[
    str, Field(max_length=20, pattern=r"^[^\x00-\x1f]*$", description="Identificatie, of het factuurnummer")
]
