"""Findings: what was wrong, where, under which rule."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Ernst(StrEnum):
    """Whether a finding stops the message or only deserves attention."""

    FOUT = "fout"
    WAARSCHUWING = "waarschuwing"


Waarde = str | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding on a message.

    `waarden` are the values that were compared, by name; never a bsn, a name or a birth date.
    `regelnummer` is the source line, None when the message was not read from XML.
    """

    regel: str
    retourcode: str | None
    pad: str
    melding: str
    waarden: dict[str, Waarde] = field(default_factory=dict[str, Waarde])
    regelnummer: int | None = None
    ernst: Ernst = Ernst.FOUT

    def at_line(self, regelnummer: int | None) -> Finding:
        """The same finding, with its source line."""
        return replace(self, regelnummer=regelnummer)
