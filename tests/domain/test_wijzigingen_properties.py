"""Over any sequence of acts the parts add up to the whole in every period, and no more is granted than that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.domain.act import Feiten, Lopend, Wijziging
from app.domain.budget import RoomPeriod, room
from app.domain.cak_periode import CakPeriode
from app.domain.inrichting import GebrokenPeriode, Instellingen
from app.domain.refusals import InvalidInput
from app.domain.splitsing import find_eerste, merge, split
from app.domain.toekenning import TweedeAanbieder
from app.domain.versies import Toewijzing
from app.domain.wijzigingen import change, end
from tests.builders import AANBIEDER, OTHER_AANBIEDER, P1, P2, P3, P4, a_contract, a_toewijzing, a_versie, an_inrichting

THIRD = "42420003"
AANBIEDERS = (AANBIEDER, OTHER_AANBIEDER, THIRD)
INRICHTING = an_inrichting(contracten=tuple(a_contract(aanbieder=agb) for agb in AANBIEDERS))
PERIODEN = tuple(p for p in INRICHTING.cak_perioden if P1.begindatum <= p.begindatum <= P4.begindatum)
VOLLEDIG = GebrokenPeriode.VOLLEDIG


def room_in(toewijzing: Toewijzing, periode: CakPeriode, gebroken: GebrokenPeriode = VOLLEDIG) -> int:
    return room(toewijzing, RoomPeriod(periode.dagen), gebroken)


@dataclass
class Debet:
    """A granted line: on which toewijzing it counts, in which period, and how much; 0 after its credit."""

    sleutel: str
    periode: CakPeriode
    volume: int


@dataclass
class Books:
    """The toewijzingen of one client, and beside them what each period holds in all, kept by simple sums."""

    begin: date
    eind: date
    toewijzingen: dict[str, Toewijzing] = field(default_factory=dict[str, Toewijzing])
    debets: list[Debet] = field(default_factory=list[Debet])
    whole: Counter[int] = field(default_factory=Counter[int])
    last_nummer: int = 2000
    moment: datetime = datetime(2019, 9, 10, 9)
    replaced_with_bookings: int = 0
    lengthened: int = 0

    def __post_init__(self) -> None:
        first = a_toewijzing(a_versie(ingangsdatum=self.begin, einddatum=self.eind))
        self.toewijzingen[first.sleutel] = first
        self.whole.update({p.periode: 850 for p in PERIODEN})

    def used(self, sleutel: str, periode: CakPeriode) -> int:
        return sum(d.volume for d in self.debets if (d.sleutel, d.periode) == (sleutel, periode))

    def lopend(self, toewijzing: Toewijzing) -> Lopend:
        booked = {p.begindatum: self.used(toewijzing.sleutel, p) for p in PERIODEN}
        return Lopend(toewijzing=toewijzing, geboekt={day: volume for day, volume in booked.items() if volume})

    def feiten(self, toewijzing: Toewijzing) -> Feiten:
        self.moment += timedelta(seconds=1)
        self.last_nummer += 2
        return Feiten(
            inrichting=INRICHTING,
            today=self.moment.date(),
            moment=self.moment,
            andere=tuple(t for t in self.toewijzingen.values() if t is not toewijzing),
            verwant=frozenset(self.toewijzingen),  # all of them came of the first
            nummers=(self.last_nummer - 1, self.last_nummer),
        )

    def act(self, decide: Callable[[], Wijziging]) -> bool:
        """Do what was decided; whether it was done."""
        try:
            wijziging = decide()
        except InvalidInput:
            return False
        for stap in wijziging.stappen:
            assert (self.toewijzingen.get(stap.na.sleutel)) == stap.voor
            self.toewijzingen[stap.na.sleutel] = stap.na
        if wijziging.opvolging is not None:
            for debet in self.debets:
                moves = debet.periode.begindatum >= wijziging.opvolging.vanaf
                if debet.sleutel == wijziging.opvolging.van and moves:
                    debet.sleutel = wijziging.opvolging.naar
            whole_toewijzing = wijziging.opvolging.vanaf == date.min
            self.replaced_with_bookings += whole_toewijzing and bool(wijziging.stappen[1].geboekt)
        for stap in wijziging.stappen:
            shown = {day: volume for day, volume in stap.geboekt.items() if volume}
            assert self.lopend(stap.na).geboekt == shown
        return True

    def check(self) -> None:
        for periode in PERIODEN:
            rooms = {sleutel: room_in(t, periode) for sleutel, t in self.toewijzingen.items()}
            assert sum(rooms.values()) == self.whole[periode.periode]
            assert all(0 <= self.used(sleutel, periode) <= volume for sleutel, volume in rooms.items())


def valid_perioden(toewijzing: Toewijzing) -> set[int]:
    versie = toewijzing.actueel
    assert versie.einddatum is not None
    if versie.is_void:
        return set()
    return {p.periode for p in PERIODEN if p.dagen.intersection(versie.ingangsdatum, versie.einddatum)}


def do_split(books: Books, toewijzing: Toewijzing, random: Random) -> bool:
    tweede = TweedeAanbieder(agb=random.choice(AANBIEDERS), budget_per_periode=random.randint(1, 400))
    vanaf = any_periode(toewijzing, random)
    return books.act(lambda: split(books.lopend(toewijzing), tweede, vanaf, books.feiten(toewijzing)))


def do_merge(books: Books, _toewijzing: Toewijzing, random: Random) -> bool:
    parts = [t for t in books.toewijzingen.values() if t.aanbieder != AANBIEDER]
    if not parts:
        return False
    part = random.choice(parts)
    einddatum, feiten = any_day(part, random), books.feiten(part)

    def decide() -> Wijziging:
        known = [t.nummer for t in feiten.andere if t.versie_on(einddatum + timedelta(days=1)) is not None]
        first = find_eerste(part, feiten, einddatum, nummer=random.choice([None, *known]))
        return merge(books.lopend(part), books.lopend(first), einddatum=einddatum, reden="01", feiten=feiten)

    return books.act(decide)


def do_change(books: Books, toewijzing: Toewijzing, random: Random) -> bool:
    volume, vanaf = random.randint(0, 900), any_periode(toewijzing, random)
    before, feiten = toewijzing.actueel.omvang, books.feiten(toewijzing)
    assert before is not None
    if not books.act(lambda: change(books.lopend(toewijzing), volume=volume, vanaf=vanaf, feiten=feiten)):
        return False
    for number in valid_perioden(toewijzing):
        if number >= vanaf.periode:
            books.whole[number] += volume - before.volume
    return True


def do_end(books: Books, toewijzing: Toewijzing, random: Random) -> bool:
    einddatum, reden = any_day(toewijzing, random), random.choice(("01", "05"))
    omvang, feiten = toewijzing.actueel.omvang, books.feiten(toewijzing)
    assert omvang is not None
    if not books.act(lambda: end(books.lopend(toewijzing), einddatum=einddatum, reden=reden, feiten=feiten)):
        return False
    before, after = valid_perioden(toewijzing), valid_perioden(books.toewijzingen[toewijzing.sleutel])
    highest = max(books.whole.values())
    books.lengthened += bool(after - before)
    books.whole.update({number: omvang.volume for number in after - before})
    books.whole.subtract({number: omvang.volume for number in before - after})
    assert max(books.whole.values()) <= highest, "days that were added are paid twice"
    return True


def do_declare(books: Books, toewijzing: Toewijzing, random: Random) -> bool:
    periode, volume = random.choice(PERIODEN), random.choice((random.randint(1, 50), random.randint(1, 900)))
    if volume > room_in(toewijzing, periode) - books.used(toewijzing.sleutel, periode):
        return False
    books.debets.append(Debet(toewijzing.sleutel, periode, volume))
    return True


def do_credit(books: Books, _toewijzing: Toewijzing, random: Random) -> bool:
    if books.debets:
        random.choice(books.debets).volume = 0
    return bool(books.debets)


def any_day(toewijzing: Toewijzing, random: Random) -> date:
    edges = [p.einddatum for p in PERIODEN]
    somewhere = P1.begindatum + timedelta(days=random.randrange(4 * 28))
    return random.choice([*edges, somewhere, toewijzing.actueel.ingangsdatum])


def any_periode(toewijzing: Toewijzing, random: Random) -> CakPeriode:
    """Often the first one of the toewijzing: then it is replaced as a whole, with all that was granted on it."""
    first = [p for p in PERIODEN if p.dagen.contains(toewijzing.actueel.ingangsdatum)]
    return random.choice([*PERIODEN, *first * 2])


ACTS = (do_split, do_merge, do_change, do_end, do_declare, do_credit)


def new_books(random: Random) -> Books:
    days = [timedelta(days=random.choice((0, random.randrange(28)))) for _ in range(2)]
    return Books(P1.begindatum + days[0], P4.einddatum - days[1])


def play(books: Books, random: Random, length: int) -> Counter[str]:
    """Any acts in any order, right and wrong, checking the books after each; which were done how often."""
    done: Counter[str] = Counter()
    for _ in range(length):
        act = random.choice(ACTS)
        running = [t for t in books.toewijzingen.values() if valid_perioden(t)] if random.random() < 0.9 else []
        toewijzing = random.choice(running or list(books.toewijzingen.values()))
        done[act.__name__] += act(books, toewijzing, random)
        books.check()
    return done


class TestAnySequence:
    @given(st.randoms(use_true_random=False), st.integers(0, 12))
    def test_adds_up_to_the_whole_in_every_period(self, random: Random, length: int) -> None:
        play(new_books(random), random, length)

    def test_is_long_enough_to_prove_something(self) -> None:
        done: Counter[str] = Counter()
        replaced_with_bookings = lengthened = 0
        for seed in range(40):
            random = Random(seed)
            books = new_books(random)
            done += play(books, random, 25)
            replaced_with_bookings += books.replaced_with_bookings
            lengthened += books.lengthened
        assert min(done[act.__name__] for act in ACTS) >= 10, done
        assert min(replaced_with_bookings, lengthened) >= 10

    @given(st.randoms(use_true_random=False), st.integers(0, 12))
    def test_leaves_the_whole_to_be_declared(self, random: Random, length: int) -> None:
        """The converse: nothing vanishes either; all parts together can be declared to the last unit."""
        books = new_books(random)
        play(books, random, length)
        for periode in PERIODEN:
            for sleutel, toewijzing in books.toewijzingen.items():
                left = room_in(toewijzing, periode) - books.used(sleutel, periode)
                books.debets.append(Debet(sleutel, periode, left))
            assert sum(d.volume for d in books.debets if d.periode == periode) == books.whole[periode.periode]

    @given(st.integers(1, 849))
    def test_a_split_that_ends_leaves_what_there_was(self, share: int) -> None:
        books = Books(P1.begindatum, P4.einddatum)
        first = books.toewijzingen["1001"]
        tweede = TweedeAanbieder(agb=OTHER_AANBIEDER, budget_per_periode=share)
        assert books.act(lambda: split(books.lopend(first), tweede, PERIODEN[1], books.feiten(first)))
        part = next(t for t in books.toewijzingen.values() if t.aanbieder == OTHER_AANBIEDER)
        feiten = books.feiten(part)
        eerste = books.lopend(find_eerste(part, feiten, P3.einddatum))
        second = books.lopend(part)
        assert books.act(lambda: merge(second, eerste, einddatum=P3.einddatum, reden="09", feiten=feiten))
        running = [t for t in books.toewijzingen.values() if t.versie_on(P4.begindatum) is not None]
        assert [(t.aanbieder, room_in(t, PERIODEN[3])) for t in running] == [(AANBIEDER, 850)]
        books.check()


class TestRefusal:
    @given(
        st.integers(1, 849),
        st.sampled_from(PERIODEN),
        st.fixed_dictionaries({p: st.integers(0, 850) for p in PERIODEN}),
    )
    def test_of_a_split_exactly_when_more_was_granted_than_would_remain(
        self, share: int, vanaf: CakPeriode, granted: dict[CakPeriode, int]
    ) -> None:
        books = Books(P1.begindatum, P4.einddatum)
        first = books.toewijzingen["1001"]
        books.debets = [Debet(first.sleutel, periode, volume) for periode, volume in granted.items()]
        remains = all(volume <= 850 - share for periode, volume in granted.items() if periode >= vanaf)
        tweede = TweedeAanbieder(agb=OTHER_AANBIEDER, budget_per_periode=share)
        done = books.act(lambda: split(books.lopend(first), tweede, vanaf, books.feiten(first)))
        assert done is remains
        books.check()

    @given(st.integers(1, 900), st.sampled_from(PERIODEN), st.sampled_from(PERIODEN), st.integers(0, 850))
    def test_of_a_change_exactly_when_more_was_granted_than_the_new_volume(
        self, volume: int, vanaf: CakPeriode, periode: CakPeriode, granted: int
    ) -> None:
        books = Books(P1.begindatum, P4.einddatum)
        first = books.toewijzingen["1001"]
        books.debets = [Debet(first.sleutel, periode, granted)]
        feiten = books.feiten(first)
        fits = granted <= volume or periode < vanaf
        done = books.act(lambda: change(books.lopend(first), volume=volume, vanaf=vanaf, feiten=feiten))
        assert done is (fits and volume != 850)
        moved = done and periode >= vanaf
        assert books.used(str(books.last_nummer - 1) if moved else "1001", periode) == granted

    @given(st.dates(P1.begindatum, P4.einddatum), st.sampled_from(PERIODEN), st.booleans())
    def test_of_an_end_exactly_when_a_period_after_it_was_granted(
        self, einddatum: date, periode: CakPeriode, credited: bool
    ) -> None:
        books = Books(P1.begindatum, date(2019, 12, 31))
        first = books.toewijzingen["1001"]
        books.debets = [Debet(first.sleutel, periode, 0 if credited else 10)]
        feiten = books.feiten(first)
        done = books.act(lambda: end(books.lopend(first), einddatum=einddatum, reden="05", feiten=feiten))
        assert done is (credited or periode.begindatum <= einddatum)


class TestByDays:
    @given(st.dates(P1.begindatum, P2.begindatum), st.dates(P3.begindatum, P4.einddatum), st.integers(1, 849))
    def test_a_split_is_even(self, begin: date, eind: date, share: int) -> None:
        naar_rato = GebrokenPeriode.NAAR_RATO
        inrichting = an_inrichting(instellingen=Instellingen(gebroken_periode=naar_rato))
        first = a_toewijzing(a_versie(ingangsdatum=begin, einddatum=eind))
        moment = datetime(2019, 9, 10, 9)
        feiten = Feiten(inrichting=inrichting, today=moment.date(), moment=moment, nummers=(1, 2))
        tweede = TweedeAanbieder(agb=OTHER_AANBIEDER, budget_per_periode=share)
        stappen = split(Lopend(toewijzing=first, geboekt={}), tweede, PERIODEN[2], feiten).stappen
        for periode in PERIODEN:
            parts = [room_in(stap.na, periode, naar_rato) for stap in stappen]
            assert sum(parts) == room_in(first, periode, naar_rato)
