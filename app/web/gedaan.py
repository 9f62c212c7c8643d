"""What a visitor did just now: an address may say anything, so the logboek tells whether it is so."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from app.domain.logboek import Handeling, LogRecord, Uitkomst
from app.web.visit import Bezoek

JUST_NOW: Final = timedelta(minutes=5)


def did_just_now(
    bezoek: Bezoek, rows: Iterable[LogRecord], handeling: Handeling, *, among: Collection[Handeling]
) -> bool:
    """Whether the newest of such acts in `rows` (newest first) is this one, and the visitor did it a moment ago."""
    newest = next((one for one in rows if one.gebeurtenis in among and one.uitkomst == Uitkomst.GELUKT), None)
    if newest is None or newest.gebeurtenis != handeling or newest.wie != bezoek.visitor.key_id:
        return False
    return bezoek.runtime.now() - datetime.fromisoformat(newest.moment) <= JUST_NOW
