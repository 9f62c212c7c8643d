"""What a row says of its days is what the domain says of its version, after any that came or was refused."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.versies import Toewijzing
from app.storage.base import create_storage
from app.storage.berichten import add_bericht
from app.storage.toewijzing_dagen import FOREVER
from app.storage.toewijzing_tables import ToewijzingVersieRow
from app.storage.toewijzingen import NewVersie, book_versies, reject_versies
from tests.storage.rows import AANBIEDER, GEMEENTE, a_bericht, a_versie
from tests.storage.test_stuurinformatie import Undone, toewijzingen
from tests.unhurried import BESIDE_A_FIXTURE


@settings(max_examples=80, suppress_health_check=BESIDE_A_FIXTURE)
@given(found=toewijzingen(), data=st.data())
def test_a_row_says_what_the_domain_says(storage, found: list[Toewijzing], data: st.DataObject):
    with suppress(Undone), storage.writing() as session:
        left: list[Toewijzing] = []
        for one in found:
            refused = data.draw(st.frozensets(st.sampled_from(one.versies)))
            for versie in one.versies:
                new = a_bericht()
                add_bericht(session, new=new)
                named = NewVersie(
                    gemeente=GEMEENTE, sleutel=one.sleutel, nummer=one.nummer, aanbieder=one.aanbieder, versie=versie,
                    bericht_id=new.id,
                )  # fmt: skip
                book_versies(session, new=[named])
                if versie in refused:
                    reject_versies(session, bericht_id=new.id)
            if standing := tuple(versie for versie in one.versies if versie not in refused):
                left.append(replace(one, versies=standing))
        row = ToewijzingVersieRow
        columns = (row.gemeente, row.aanbieder, row.ingangsdatum, row.toewijzingsdatum, row.loopt_tot)
        rows = session.execute(select(*columns).where(row.loopt_tot.is_not(None))).all()
        assert sorted(map(tuple, rows)) == sorted(
            (GEMEENTE, one.aanbieder, versie.ingangsdatum, versie.toewijzingsdatum, versie.einddatum or FOREVER)
            for one in left
            for _, _, versie in one.segments()
            if not versie.is_void
        )
        raise Undone


def _rows(storage):
    row = ToewijzingVersieRow
    with storage.reading() as session:
        columns = (row.id, row.gemeente, row.aanbieder, row.beslist_tot, row.loopt_tot, row.vervallen)
        return session.execute(select(*columns).order_by(row.id)).all()


def test_the_migration_says_of_old_rows_what_writing_says(empty_database_url):
    chance = random.Random(32)
    storage = create_storage(empty_database_url)
    storage.upgrade()
    with storage.writing() as session:
        for nummer in range(80):
            for moment in range(chance.randint(1, 4)):
                new = a_bericht()
                add_bericht(session, new=new)
                begin = date(2018, 1, 1) + timedelta(days=chance.randint(0, 9))
                versie = a_versie(
                    toewijzingsdatum=date(2017, 12, 1) + timedelta(days=moment),
                    ingangsdatum=begin,
                    einddatum=chance.choice((None, begin, begin + timedelta(days=chance.randint(-1, 9)))),
                    reden_wijziging=chance.choice((None, "01")),
                )
                named = NewVersie(
                    gemeente=GEMEENTE, sleutel=str(nummer), nummer=nummer, aanbieder=AANBIEDER, versie=versie,
                    bericht_id=new.id,
                )  # fmt: skip
                book_versies(session, new=[named])
                if chance.random() < 0.2:
                    reject_versies(session, bericht_id=new.id)
    written = _rows(storage)
    storage.downgrade("0031")
    storage.upgrade()
    assert _rows(storage) == written
    assert {row.vervallen for row in written} == {True, False}
    assert len({row.beslist_tot for row in written}) > 5
    assert len({row.loopt_tot is None for row in written}) == 2
    storage.close()
