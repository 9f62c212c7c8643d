"""An act on a toewijzing that is looked at first: what it would do, and then exactly that or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.principal import Principal
from app.processing.runtime import Runtime
from app.processing.wijzigingen import Vraag, WijzigingView, change_toewijzing
from app.storage.toewijzing_records import ToewijzingRecord


class ChangedMeanwhile(Exception):
    """What would happen is no longer what was looked at"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voorbeeld:
    """What an act would do now; `stand` is the same for as long as it would do the same."""

    view: WijzigingView
    stand: str


def preview(runtime: Runtime, principal: Principal, vraag: Vraag, *, gemeente: str, nummer: str) -> Voorbeeld:
    """What the act would do, of which nothing stays; raises what `change_toewijzing` raises."""
    seen: list[WijzigingView] = []

    def keep(view: WijzigingView) -> str:
        seen.append(view)
        return ""

    change_toewijzing(runtime, principal, vraag, gemeente=gemeente, nummer=nummer, answer=keep, proef=True)
    return Voorbeeld(view=seen[-1], stand=stand_of(seen[-1]))


def carry_out(
    runtime: Runtime, principal: Principal, vraag: Vraag, *, gemeente: str, nummer: str, sleutel: str, stand: str
) -> tuple[str, ...]:
    """Do what was looked at, once for each `sleutel`; the sleutels of the toewijzingen that it touched.

    Raises ChangedMeanwhile, and then nothing was done; and what `change_toewijzing` raises.
    """

    def as_shown(view: WijzigingView) -> str:
        if stand_of(view) != stand:
            raise ChangedMeanwhile
        return ",".join(record.sleutel for record in view.toewijzingen)

    answer = change_toewijzing(
        runtime, principal, vraag, gemeente=gemeente, nummer=nummer, sleutel=sleutel, answer=as_shown
    )
    return tuple(answer.split(","))


def stand_of(view: WijzigingView) -> str:
    """A digest of everything that is shown of an act but its moment and the numbers that are given out by it."""
    new = {bericht.id for bericht in view.berichten}
    names = {record.sleutel: record.sleutel for record in view.toewijzingen if _was_there(record, new)}
    facts: list[Any] = [fact for record in view.toewijzingen for fact in _facts(record, new)]
    facts += (
        (names.get(row.toewijzing.sleutel), row.toewijzing.aanbieder, row.periode, row.voor, row.na, row.gedeclareerd)
        for row in view.effect
    )
    facts += (finding.melding for finding in view.waarschuwingen)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _was_there(record: ToewijzingRecord, new: set[str]) -> bool:
    return any(versie.bericht_id not in new for versie in record.versies)


def _facts(record: ToewijzingRecord, new: set[str]) -> Iterator[object]:
    yield record.aanbieder, record.onderaannemers
    for one in record.versies:
        versie = one.versie
        if one.bericht_id in new:
            yield versie.ingangsdatum, versie.einddatum, versie.reden_wijziging, versie.omvang
        else:
            yield record.sleutel, one
