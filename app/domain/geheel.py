"""The parts of one budget together: on no day more than the whole that they have had (domain.md §5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from app.domain.act import WIJZIGING, Feiten
from app.domain.budget import room_periods
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import Inrichting
from app.domain.periode import GeslotenPeriode
from app.domain.refusals import InvalidInput
from app.domain.retour import Finding
from app.domain.versies import Segment, Toewijzing, ToewijzingVersie

MELDING = "De delen zijn in deze periode samen meer dan het geheel."


def demand_within_whole(before: Toewijzing, after: Toewijzing, feiten: Feiten, pad: str) -> None:
    """Days that a later Einddatum adds to a part may not be paid a second time, at whatever aanbieder.

    The whole is the most that the part and its relatives (`feiten.verwant`) together had on any day until now: what
    was granted at first may have been changed since. Volumes of a day are compared, so that it holds for a broken
    period too. Raises InvalidInput with the numbers of each period in which the parts would get above it. A total is
    no more by having more days.
    """
    last, omvang = before.actueel.einddatum, after.actueel.omvang
    if last is None or omvang is None or omvang.frequentie is Frequentie.TOTAAL:
        return
    relatives = [other for other in feiten.andere if other.sleutel in feiten.verwant]
    had, gets = ([*_parts(one, [one, *relatives])] for one in (before, after))
    geheel = max((_volume_on(segment.begindatum, had) for segment in had), default=0)
    added = last + timedelta(days=1)
    days = sorted({added, *(segment.begindatum for segment in gets if segment.begindatum > added)})
    above = [(day, volume) for day in days if (volume := _volume_on(day, gets)) > geheel]
    if above:
        wrong = (_finding(pad, after, day, feiten.inrichting, geheel=geheel, delen=volume) for day, volume in above)
        raise InvalidInput(MELDING, findings=tuple(wrong))


def _parts(part: Toewijzing, toewijzingen: Sequence[Toewijzing]) -> Iterator[Segment]:
    """The days with a volume that can be added to that of the part: of the same client and product, told alike."""
    of = part.actueel
    for toewijzing in toewijzingen:
        for segment in toewijzing.segments():
            versie = segment.versie
            if (versie.bsn, versie.product, _told(versie)) == (of.bsn, of.product, _told(of)) and not versie.is_void:
                yield segment


def _told(versie: ToewijzingVersie) -> tuple[Eenheid, Frequentie] | None:
    return (versie.omvang.eenheid, versie.omvang.frequentie) if versie.omvang else None


def _volume_on(day: date, parts: Sequence[Segment]) -> int:
    return sum(
        part.versie.omvang.volume
        for part in parts
        if part.versie.omvang and part.begindatum <= day <= (part.einddatum or date.max)
    )


def _finding(
    pad: str, toewijzing: Toewijzing, day: date, inrichting: Inrichting, *, geheel: int, delen: int
) -> Finding:
    periode = next(iter(room_periods(toewijzing, inrichting, GeslotenPeriode(day, day))), None)
    return Finding(
        regel=WIJZIGING,
        retourcode=None,
        pad=pad,
        melding=MELDING,
        waarden={
            "jaar": periode.jaar if periode else None,
            "periode": periode.periode if periode else None,
            "geheel": geheel,
            "delen": delen,
        },
    )
