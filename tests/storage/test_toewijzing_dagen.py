"""What a row says of its days is what the domain says of its version, after any that came or was refused."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.versies import Toewijzing
from app.storage.berichten import add_bericht
from app.storage.toewijzing_dagen import FOREVER
from app.storage.toewijzing_tables import ToewijzingVersieRow
from app.storage.toewijzingen import NewVersie, book_versies, reject_versies
from tests.storage.rows import GEMEENTE, a_bericht
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
