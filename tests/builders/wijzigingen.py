"""Running toewijzingen and what an act may look at: valid by default; a test names only what it is about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from app.domain.act import Feiten, Lopend
from app.domain.cak_periode import CakPeriode
from app.domain.effect import EffectRow
from app.domain.inrichting import Inrichting
from app.domain.periode import GeslotenPeriode
from app.domain.refusals import InvalidInput
from app.domain.toekenning import TweedeAanbieder
from app.domain.versies import Toewijzing
from tests.builders import OTHER_AANBIEDER, a_toewijzing, a_versie, an_inrichting

INRICHTING = an_inrichting()
NOW = datetime(2019, 6, 20, 10, 30)


def periode(dagen: GeslotenPeriode, inrichting: Inrichting = INRICHTING) -> CakPeriode:
    found = inrichting.cak_periode_on(dagen.begindatum)
    assert found is not None
    return found


def feiten(**changes: Any) -> Feiten:
    return Feiten(**{"inrichting": INRICHTING, "today": NOW.date(), "moment": NOW, "nummers": (2001, 2002)} | changes)


def running(*, geboekt: dict[date, int] | None = None, **versie: Any) -> Lopend:
    return Lopend(toewijzing=a_toewijzing(a_versie(**versie)), geboekt=geboekt or {})


def second(**changes: Any) -> TweedeAanbieder:
    values: dict[str, Any] = changes or {"budget_per_periode": 300}
    return TweedeAanbieder(agb=OTHER_AANBIEDER, **values)


def validity(toewijzing: Toewijzing) -> tuple[date, date | None, str | None]:
    versie = toewijzing.actueel
    return versie.ingangsdatum, versie.einddatum, versie.reden_wijziging


def volume(toewijzing: Toewijzing) -> int:
    assert toewijzing.actueel.omvang is not None
    return toewijzing.actueel.omvang.volume


def table(effect: tuple[EffectRow, ...]) -> list[tuple[int | None, date, int, int, int]]:
    return [(r.toewijzing.nummer, r.begindatum, r.voor, r.na, r.gedeclareerd) for r in effect]


def numbers(refused: pytest.ExceptionInfo[InvalidInput]) -> list[dict[str, Any]]:
    return [finding.waarden for finding in refused.value.findings]
