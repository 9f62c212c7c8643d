"""Findings: what was wrong, where, under which rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

MOST_FINDINGS: Final = 1_000
REST: Final = "IWB-rest"  # our own: the standard has no rule for it


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


def capped(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings as they are kept and shown: the first 1,000, in order, and a last one on how many more there are.

    Errors go before warnings, so that what stops a message never gives way to what does not.
    """
    left_out = len(findings) - MOST_FINDINGS
    if left_out <= 0:
        return tuple(findings)
    by_weight = sorted(range(len(findings)), key=lambda place: findings[place].ernst is not Ernst.FOUT)
    kept, others = sorted(by_weight[:MOST_FINDINGS]), by_weight[MOST_FINDINGS:]
    rest = Finding(
        regel=REST,
        retourcode=None,
        pad="/Bericht",
        melding=f"Er zijn nog {left_out} bevindingen." if left_out > 1 else "Er is nog 1 bevinding.",
        waarden={"niet_getoond": left_out},
        ernst=Ernst.FOUT if any(findings[place].ernst is Ernst.FOUT for place in others) else Ernst.WAARSCHUWING,
    )
    return (*(findings[place] for place in kept), rest)
