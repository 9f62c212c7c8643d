"""A period of which only some days count, where a gemeente counts those days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app.processing.inrichtingen import load_files
from tests import builders as a
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER, P1
from tests.e2e.notation import client, toewijzing
from tests.e2e.service import Service


def count_by_days(service: Service, gemeente: str, folder: Path) -> None:
    """Let the gemeente count broken periods by their days."""
    file = folder / "naar-rato.yaml"
    file.write_text(f'gemeente: {{code: "{gemeente}"}}\ninstellingen: {{gebrokenPeriode: naar-rato}}\n')
    assert load_files(service.runtime, [file]) == [gemeente]


def test_the_parts_that_one_301_gives_several_are_the_whole(service: Service, tmp_path: Path):
    count_by_days(service, GEMEENTE, tmp_path)
    begin = P1.begindatum + timedelta(days=15)
    first = toewijzing(1001, 550, aanbieder=AANBIEDER, ingangsdatum=begin)
    second = toewijzing(2001, 300, aanbieder=OTHER_AANBIEDER, ingangsdatum=begin)
    granted = a.a_beschikking(first, second, beschikt_producten=(a.a_beschikt_product(),))
    bericht = a.a_toewijzingsbericht(replace(client(first), beschikking=granted))
    service.accept(bericht, as_=GEMEENTE, release="2.1")
    rows = [service.budget(nummer, as_=GEMEENTE)[:2] for nummer in (1001, 2001)]
    # 13 of 28 days: 255.36 and 139.29 of 394.64
    assert [[row["toegewezen"] for row in budget] for budget in rows] == [[255, 550], [140, 300]]
