"""What the database adds up is what the domain says of each toewijzing and each line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.domain.bedrag import NUL, Bedrag
from app.domain.bericht import Product
from app.domain.cak_periode import derived_cak_perioden
from app.domain.codelijsten import DebetCredit, Eenheid, Frequentie
from app.domain.inrichting import GebrokenPeriode
from app.domain.periode import GeslotenPeriode
from app.domain.settlement import Uitkomst
from app.domain.stapeling import Stapelsoort, Toegewezen, soorten_of
from app.domain.toewijzing import Omvang
from app.domain.uitnutting import Groep, Regel, Sleutel, volume_in
from app.domain.versies import Toewijzing, ToewijzingVersie
from app.storage import stuurinformatie as stored
from app.storage.berichten import add_bericht
from app.storage.declaraties import add_declaratie
from app.storage.stuurinformatie import (
    Keuze,
    clients_with_all,
    declared_regels,
    gestapelde_clients,
    toegewezen_groepen,
)
from app.storage.toewijzingen import NewVersie, book_versies
from tests.storage.rows import (
    AANBIEDER,
    BSN,
    FEBRUARI,
    GEMEENTE,
    JANUARI,
    a_bericht,
    a_declaratie,
    a_line,
    a_prestatie,
    a_versie,
    booked,
    stored_bericht,
)
from tests.unhurried import BESIDE_A_FIXTURE

OTHER, OTHER_BSN = "98000002", "999900018"
CAK = [cak.dagen for cak in derived_cak_perioden(2018)]
OWN = Keuze(gemeente=GEMEENTE)
DAYS = st.integers(0, 500).map(lambda days: date(2017, 10, 1) + timedelta(days=days))


class Undone(Exception):
    """What was done for one example goes"""


@contextmanager
def trying(storage) -> Iterator[Session]:
    """A transaction of which nothing stays."""
    with suppress(Undone), storage.writing() as session:
        yield session
        raise Undone


@st.composite
def versies(draw: st.DrawFn, moment: int) -> ToewijzingVersie:
    begin = draw(DAYS)
    einddatum = draw(st.one_of(st.none(), st.just(begin), DAYS.filter(lambda day: day >= begin)))
    volume = st.builds(
        Omvang,
        volume=st.integers(1, 9),
        eenheid=st.just(Eenheid.STUKS),
        frequentie=st.sampled_from([Frequentie.PER_VIER_WEKEN, *Frequentie]),
    )
    return a_versie(
        toewijzingsdatum=date(2018, 1, 1) + timedelta(days=moment),
        ingangsdatum=begin,
        einddatum=einddatum,
        reden_wijziging=draw(st.sampled_from([None, "01"])),
        omvang=draw(st.one_of(st.none(), volume)),
    )


@st.composite
def toewijzingen(draw: st.DrawFn) -> list[Toewijzing]:
    counts = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    return [
        Toewijzing(
            sleutel=str(nummer),
            gemeente=GEMEENTE,
            nummer=nummer,
            aanbieder=draw(st.sampled_from([AANBIEDER, OTHER])),
            versies=tuple(draw(versies(moment)) for moment in range(count)),
        )
        for nummer, count in enumerate(counts, start=1)
    ]


def one_by_one(found: Iterable[Toewijzing]) -> list[Groep]:
    """Every segment on its own, as the domain has them."""
    return [
        Groep(
            sleutel=Sleutel(GEMEENTE, one.aanbieder, versie.product.categorie, versie.product.code),
            eenheid=versie.omvang.eenheid.value if versie.omvang else None,
            frequentie=versie.omvang.frequentie.value if versie.omvang else None,
            begindatum=versie.ingangsdatum,
            einddatum=versie.einddatum,
            tot=min((newer.ingangsdatum for newer in one.versies if newer.rank > versie.rank), default=None),
            volume=versie.omvang.volume if versie.omvang else None,
            aantal=1,
        )
        for one in found
        for _, _, versie in one.segments()
        if not versie.is_void
    ]


def volumes(groepen: Iterable[Groep], gebroken: GebrokenPeriode) -> dict[tuple[Sleutel, GeslotenPeriode], Fraction]:
    """The volume per period, as far as there is any."""
    found: defaultdict[tuple[Sleutel, GeslotenPeriode], Fraction] = defaultdict(Fraction)
    for groep in groepen:
        for periode in CAK:
            found[groep.sleutel, periode] += volume_in(groep, periode, gebroken) or 0
    return {key: volume for key, volume in found.items() if volume}


@pytest.mark.parametrize("gebroken", sorted(GebrokenPeriode))
@settings(max_examples=60, suppress_health_check=BESIDE_A_FIXTURE)
@given(found=toewijzingen())
def test_groups_hold_what_the_versions_say(storage, gebroken: GebrokenPeriode, found: list[Toewijzing]):
    with trying(storage) as session:
        for one in found:
            for versie in one.versies:
                book(session, one.sleutel, one.aanbieder, versie)
        whole = gebroken is GebrokenPeriode.VOLLEDIG
        groups = toegewezen_groepen(session, keuze=OWN, perioden=CAK, whole=whole)
    assert volumes(groups or [], gebroken) == volumes(one_by_one(found), gebroken)


def book(session: Session, sleutel: str, aanbieder: str, versie: ToewijzingVersie) -> None:
    bericht = a_bericht()
    add_bericht(session, new=bericht)
    new = NewVersie(
        gemeente=GEMEENTE,
        sleutel=sleutel,
        nummer=int(sleutel),
        aanbieder=aanbieder,
        versie=versie,
        bericht_id=bericht.id,
    )
    book_versies(session, new=[new])


def groepen(storage, keuze: Keuze = OWN, *, perioden=CAK, whole: bool = True) -> list[Groep] | None:
    with storage.reading() as session:
        return toegewezen_groepen(session, keuze=keuze, perioden=perioden, whole=whole)


def test_toewijzingen_that_count_the_same_are_one_group(storage):
    booked(storage, nummer=1, ingangsdatum=date(2018, 1, 3), einddatum=date(2018, 2, 20))
    booked(storage, nummer=2, ingangsdatum=date(2018, 1, 20), einddatum=date(2018, 2, 10))
    booked(storage, nummer=3, gemeente="0505")
    (one,) = groepen(storage) or []
    assert (one.volume, one.aantal, one.begindatum, one.einddatum) == (1980, 2, date(2018, 1, 1), date(2018, 2, 25))
    assert len(groepen(storage, whole=False) or []) == 2


def test_too_many_groups_are_none(storage, monkeypatch: pytest.MonkeyPatch):
    booked(storage, nummer=1)
    booked(storage, nummer=2, einddatum=date(2018, 2, 20))
    monkeypatch.setattr(stored, "MOST_GROUPS", 2)
    assert len(groepen(storage) or []) == 2
    monkeypatch.setattr(stored, "MOST_GROUPS", 1)
    assert groepen(storage) is None


def test_only_of_one_aanbieder_or_product(storage):
    booked(storage, nummer=1)
    booked(storage, nummer=2, aanbieder=OTHER, product=Product(categorie="04", code="04A01"))
    by_aanbieder = groepen(storage, replace(OWN, aanbieder=OTHER)) or []
    by_product = groepen(storage, replace(OWN, product="02A01")) or []
    assert [one.sleutel.aanbieder for one in by_aanbieder] == [OTHER]
    assert [one.sleutel.code for one in by_product] == ["02A01"]


def test_lines_are_added_up_with_their_sign(storage):
    lines = [
        a_line(a_prestatie("P1")),
        a_line(a_prestatie("P2", bedrag=1000), uitkomst=Uitkomst.AFGEWEZEN, toegekend=NUL),
        a_line(a_prestatie("P3", vorig="P0", bedrag=500, side=DebetCredit.CREDIT), toegekend=Bedrag(-500)),
        a_line(a_prestatie("P4", bedrag=7, product_periode=FEBRUARI), toegekend=Bedrag(7)),
        a_line(a_prestatie("P5", bedrag=9, product_code="02A03"), toegekend=Bedrag(9)),
    ]
    declaratie = a_declaratie(stored_bericht(storage, soort="WMO303"))
    with storage.writing() as session:
        add_declaratie(session, declaratie=declaratie, lines=lines)
    with storage.reading() as session:
        found = declared_regels(session, keuze=replace(OWN, product="02A01"), span=JANUARI)
        other = declared_regels(session, keuze=Keuze(gemeente="0505"), span=JANUARI)
        of_aanbieder = declared_regels(session, keuze=replace(OWN, aanbieder=OTHER), span=JANUARI)
    sleutel = Sleutel(GEMEENTE, AANBIEDER, "02", "02A01")
    assert found == [Regel(sleutel, JANUARI.begindatum, 69000 + 1000 - 500, 69000 - 500)]
    assert (other, of_aanbieder) == ([], [])


class TestStapeling:
    DAY = date(2018, 3, 1)

    def found(self, storage, day: date = DAY) -> dict[str, frozenset[Stapelsoort]]:
        with storage.reading() as session:
            return dict(gestapelde_clients(session, keuze=OWN, day=day))

    def test_is_of_one_day(self, storage):
        booked(storage, nummer=1, einddatum=date(2018, 2, 28))
        booked(storage, nummer=2, ingangsdatum=self.DAY, product=Product(categorie="04", code="04A01"))
        assert self.found(storage) == {BSN: frozenset()}
        assert self.found(storage, date(2017, 1, 1)) == {}

    def test_is_of_one_client(self, storage):
        booked(storage, nummer=1)
        booked(storage, nummer=2, bsn=OTHER_BSN, product=Product(categorie="01", code="01A01"))
        assert self.found(storage) == {BSN: frozenset(), OTHER_BSN: frozenset()}

    def test_a_withdrawn_toewijzing_does_not_count(self, storage):
        booked(storage, nummer=1)
        booked(storage, nummer=2, product=Product(categorie="04", code="04A01"), toewijzingstijd=time(9))
        booked(
            storage, nummer=2, product=Product(categorie="04", code="04A01"), einddatum=date(2018, 1, 1),
            reden_wijziging="01",
        )  # fmt: skip
        assert self.found(storage) == {BSN: frozenset()}

    @settings(max_examples=40, suppress_health_check=BESIDE_A_FIXTURE)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([AANBIEDER, OTHER]),
                st.sampled_from([("01", "01A01"), ("02", "02A01"), ("02", None), ("04", "04A01"), ("04", "04A06")]),
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_is_what_the_domain_says(self, storage, given: list[tuple[str, tuple[str, str | None]]]):
        with trying(storage) as session:
            for nummer, (aanbieder, (categorie, code)) in enumerate(given, start=1):
                book(session, str(nummer), aanbieder, a_versie(product=Product(categorie=categorie, code=code)))
            seen = dict(gestapelde_clients(session, keuze=OWN, day=self.DAY))
        every = [Toegewezen(naam="1", aanbieder=agb, categorie=cat, code=code) for agb, (cat, code) in given]
        assert seen == {BSN: soorten_of(every)}

    def test_a_client_comes_with_all_of_the_day(self, storage):
        booked(storage, nummer=7, product=Product(categorie="04", code="04A01"))
        booked(storage, nummer=5, aanbieder=OTHER)
        booked(storage, nummer=6, einddatum=date(2018, 2, 1))
        booked(storage, nummer=8, bsn=OTHER_BSN)
        with storage.reading() as session:
            (client,) = clients_with_all(session, keuze=OWN, day=self.DAY, bsns=[BSN])
        assert client.bsn == BSN
        assert client.toewijzingen == (
            Toegewezen(naam="5", aanbieder=OTHER, categorie="02", code="02A01"),
            Toegewezen(naam="7", aanbieder=AANBIEDER, categorie="04", code="04A01"),
        )


def test_a_total_that_goes_on_in_a_version_after_the_span_is_counted_there(storage):
    """The volume of the newer version is that of the whole validity, also when that begins after the last period."""
    versies = [
        a_versie(omvang=Omvang(volume=1, eenheid=Eenheid.STUKS, frequentie=Frequentie.TOTAAL)),
        a_versie(toewijzingsdatum=date(2018, 1, 2), ingangsdatum=date(2018, 12, 31), einddatum=None, omvang=None),
    ]
    one = Toewijzing(sleutel="1", gemeente=GEMEENTE, nummer=1, aanbieder=AANBIEDER, versies=tuple(versies))
    with storage.writing() as session:
        for versie in versies:
            book(session, "1", AANBIEDER, versie)
        groups = toegewezen_groepen(session, keuze=OWN, perioden=CAK, whole=True) or []
    assert volumes(groups, GebrokenPeriode.VOLLEDIG) == volumes(one_by_one([one]), GebrokenPeriode.VOLLEDIG) == {}
