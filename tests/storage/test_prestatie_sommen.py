"""A sum is what its lines come to, whatever was booked and deleted; and a sum that is not is found."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.domain.bedrag import NUL
from app.domain.codelijsten import DebetCredit
from app.domain.periode import GeslotenPeriode
from app.domain.settlement import Uitkomst
from app.storage.berichten import add_bericht
from app.storage.bewaren_verwijderen import delete_berichten
from app.storage.declaraties import PrestatieRecord, add_declaratie
from app.storage.prestatie_sommen import PrestatieSomRow, differing, rebuild
from tests.storage.rows import AANBIEDER, GEMEENTE, a_bericht, a_declaratie, a_line, a_prestatie, stored_bericht
from tests.storage.test_stuurinformatie import Undone
from tests.unhurried import BESIDE_A_FIXTURE

DAYS = st.sampled_from([date(2018, 1, 1), date(2018, 1, 2), date(2018, 3, 1)])
LINES = st.lists(
    st.tuples(
        DAYS,
        st.sampled_from(["02A01", "04A01"]),
        st.integers(0, 10**9),
        st.sampled_from(sorted(DebetCredit)),
        st.booleans(),
    ),
    max_size=5,
)
DECLARATIES = st.lists(
    st.tuples(st.sampled_from([GEMEENTE, "0505"]), st.sampled_from([AANBIEDER, "98000002"]), LINES, st.booleans()),
    max_size=6,
)


def a_random_line(number: int, begin: date, code: str, bedrag: int, side: DebetCredit, *, granted: bool):
    prestatie = a_prestatie(
        f"P{number}",
        bedrag=bedrag,
        side=side,
        vorig=f"V{number}" if side is DebetCredit.CREDIT else None,
        product_code=code,
        product_categorie=code[:2],
        product_periode=GeslotenPeriode(begin, begin),
    )
    return a_line(prestatie) if granted else a_line(prestatie, uitkomst=Uitkomst.AFGEWEZEN, toegekend=NUL)


def book(session, gemeente: str, aanbieder: str, lines: list[PrestatieRecord]) -> str:
    new = a_bericht(soort="WMO303", gemeente=gemeente, aanbieder=aanbieder)
    add_bericht(session, new=new)
    declaratie = a_declaratie(new.id, gemeente=gemeente, aanbieder=aanbieder)
    add_declaratie(session, declaratie=declaratie, lines=lines)
    return new.id


def sommen(session) -> dict[tuple[object, ...], tuple[int, int, int]]:
    rows = session.execute(select(*PrestatieSomRow.__table__.columns))
    return {tuple(row[:5]): tuple(row[5:]) for row in rows}


class TestSommen:
    @settings(max_examples=60, suppress_health_check=BESIDE_A_FIXTURE)
    @given(given=DECLARATIES)
    def test_are_what_the_lines_that_are_left_come_to(self, storage, given):
        count, asked, granted = Counter(), Counter(), Counter()
        with suppress(Undone), storage.writing() as session:
            going: list[str] = []
            for place, (gemeente, aanbieder, drawn, goes) in enumerate(given):
                lines = [a_random_line(10 * place + n, *one[:4], granted=one[4]) for n, one in enumerate(drawn)]
                bericht_id = book(session, gemeente, aanbieder, lines)
                going += [bericht_id] if goes else []
                for line in [] if goes else lines:
                    prestatie = line.prestatie
                    begin = prestatie.product_periode.begindatum
                    key = (gemeente, begin, aanbieder, prestatie.product_categorie, prestatie.product_code)
                    count[key] += 1
                    asked[key] += prestatie.ingediend.cents
                    granted[key] += line.toegekend.cents
            delete_berichten(session, ids=going)
            assert sommen(session) == {key: (count[key], asked[key], granted[key]) for key in count}
            assert differing(session) == []
            raise Undone

    def test_of_who_books_at_once_are_complete(self, storage):
        ids = [stored_bericht(storage, soort="WMO303", identificatie=f"D{n}") for n in range(4)]

        def one(number: int) -> None:
            lines = [a_line(a_prestatie(f"P{number}-{n}")) for n in range(3)]
            storage.run(lambda session: add_declaratie(session, declaratie=a_declaratie(ids[number]), lines=lines))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, range(4)))
        with storage.reading() as session:
            assert [som[0] for som in sommen(session).values()] == [12]
            assert differing(session) == []

    def test_that_are_wrong_are_found_and_made_anew(self, storage):
        with storage.writing() as session:
            book(session, GEMEENTE, AANBIEDER, [a_line(a_prestatie("P1")), a_line(a_prestatie("P2"))])
            right = sommen(session)
            session.execute(update(PrestatieSomRow).values(bedrag_cents=PrestatieSomRow.bedrag_cents + 1))
            assert differing(session) == list(right)
            rebuild(session)
            assert differing(session) == []
            assert sommen(session) == right
