"""Random 303s, and a second, plain bookkeeping that says what each of their lines has to get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import NamedTuple

from hypothesis import strategies as st

from app.domain.bedrag import Bedrag, BedragMetDC
from app.domain.codelijsten import DebetCredit, Eenheid, Frequentie
from app.domain.declaratie import Declaratie, Prestatie
from app.domain.inrichting import GebrokenPeriode, Instellingen
from app.domain.periode import GeslotenPeriode
from app.domain.toewijzing import Omvang
from app.domain.versies import Toewijzing
from tests.builders import P1, P2, P3, P4, a_declaratie, a_prestatie, a_toewijzing, a_versie

TARIEF = 100
PERIODEN = (P1, P2, P3, P4)
BEGIN, EIND = date(2019, 5, 29), date(2019, 9, 4)


class Assigned(NamedTuple):
    """An Omvang, with the unit in which it is claimed and how many ledger units its own unit is."""

    omvang: Omvang
    claimed: Eenheid
    unit: int = 1


ASSIGNED = (
    Assigned(Omvang(volume=20, eenheid=Eenheid.STUKS, frequentie=Frequentie.PER_VIER_WEKEN), Eenheid.STUKS),
    Assigned(Omvang(volume=30, eenheid=Eenheid.STUKS, frequentie=Frequentie.TOTAAL), Eenheid.STUKS),
    Assigned(Omvang(volume=6, eenheid=Eenheid.STUKS, frequentie=Frequentie.PER_WEEK), Eenheid.STUKS),
    Assigned(Omvang(volume=1, eenheid=Eenheid.ETMAAL, frequentie=Frequentie.PER_DAG), Eenheid.ETMAAL),
    Assigned(Omvang(volume=15, eenheid=Eenheid.STUKS, frequentie=Frequentie.PER_MAAND), Eenheid.STUKS),
    Assigned(Omvang(volume=25, eenheid=Eenheid.STUKS, frequentie=Frequentie.PER_JAAR), Eenheid.STUKS),
    Assigned(Omvang(volume=1, eenheid=Eenheid.UUR, frequentie=Frequentie.PER_VIER_WEKEN), Eenheid.MINUUT, 60),
)


class Debit(NamedTuple):
    """A line to declare: on which toewijzing, when, how much, and whether at the agreed tariff."""

    assigned: int
    days: GeslotenPeriode
    volume: int
    right_tariff: bool


class Credit(NamedTuple):
    """A line that takes back a debit of an earlier 303: the one at this place, counted round."""

    place: int


def toewijzingen() -> list[Toewijzing]:
    return [
        a_toewijzing(a_versie(omvang=a.omvang, ingangsdatum=BEGIN, einddatum=EIND), nummer=1001 + number)
        for number, a in enumerate(ASSIGNED)
    ]


@st.composite
def debits(draw: st.DrawFn) -> Debit:
    """A debit within one CAK period and the toewijzing, often for more than there is room."""
    periode = draw(st.sampled_from(PERIODEN))
    first, last = max(periode.begindatum, BEGIN), min(periode.einddatum, EIND)
    some_days = st.integers(0, (last - first).days)
    begin, end = sorted((draw(some_days), draw(some_days)))
    whole = draw(st.booleans())
    days = GeslotenPeriode(first, last) if whole else GeslotenPeriode(first + timedelta(begin), first + timedelta(end))
    right_tariff = draw(st.integers(0, 9)) > 0
    return Debit(draw(st.integers(0, len(ASSIGNED) - 1)), days, draw(st.integers(0, 35)), right_tariff)


ACTIONS = st.one_of(debits(), debits(), st.builds(Credit, st.integers(0, 50)))
MESSAGES = st.lists(st.lists(ACTIONS, min_size=1, max_size=5), min_size=1, max_size=8)
SETTINGS = st.builds(Instellingen, gebroken_periode=st.sampled_from(GebrokenPeriode), deels_toekennen=st.booleans())


def costs(volume: int, assigned: Assigned, tarief: int = TARIEF) -> int:
    """What a volume in ledger units costs, in cents."""
    return floor(Fraction(volume * tarief, assigned.unit) + Fraction(1, 2))


def debit_line(nummer: str, debit: Debit) -> Prestatie:
    assigned = ASSIGNED[debit.assigned]
    tarief = TARIEF if debit.right_tariff else TARIEF - 1
    return a_prestatie(
        referentie_nummer=nummer,
        toewijzing_nummer=1001 + debit.assigned,
        product_periode=debit.days,
        eenheid=assigned.claimed,
        geleverd_volume=debit.volume,
        product_tarief=Bedrag(tarief),
        declaratie_factuur_bedrag=BedragMetDC.of(Bedrag(costs(debit.volume, assigned, tarief))),
    )


def credit_line(nummer: str, debet: Prestatie) -> Prestatie:
    ours = debet.ingediende_bedrag_prestatie
    return a_prestatie(
        referentie_nummer=nummer,
        vorig_referentie_nummer=debet.product_referentie.referentie_nummer,
        toewijzing_nummer=debet.toewijzing_nummer,
        product_periode=debet.product_periode,
        eenheid=ours.eenheid,
        geleverd_volume=ours.geleverd_volume,
        product_tarief=ours.product_tarief,
        declaratie_factuur_bedrag=BedragMetDC(ours.declaratie_factuur_bedrag.bedrag, DebetCredit.CREDIT),
    )


@dataclass
class Declarant:
    """Makes 303s that are right within themselves."""

    debits: list[Prestatie] = field(default_factory=list)
    plans: dict[str, Debit] = field(default_factory=dict)
    messages: int = 0

    def declare(self, actions: Sequence[Debit | Credit]) -> Declaratie | None:
        """The 303 for these actions, None when there is nothing to declare."""
        self.messages += 1
        earlier = [debit for debit in self.debits if debit.ingediend > Bedrag(0)]
        lines: list[Prestatie] = []
        for number, action in enumerate(actions):
            nummer = f"R{self.messages}-{number}"
            if isinstance(action, Debit):
                self.plans[nummer] = action
                lines.append(debit_line(nummer, action))
                self.debits.append(lines[-1])
            elif earlier:
                lines.append(credit_line(nummer, earlier.pop(action.place % len(earlier))))
        return (
            a_declaratie(
                *lines,
                declaratie_periode=P4,
                declarant_factuur_nummer=f"F{self.messages}",
                factuur_dagtekening=date(2019, 9, 20),
            )
            if lines
            else None
        )


class Expected(NamedTuple):
    """What a line has to get: its codes and the signed amount."""

    codes: tuple[str, ...]
    cents: int


@dataclass
class Book:
    """The plain bookkeeping: per toewijzing and room what was granted, told with dicts and counting."""

    instellingen: Instellingen
    granted: dict[tuple[int, str], int] = field(default_factory=dict)
    taken: dict[str, tuple[list[tuple[tuple[int, str], int]], int]] = field(default_factory=dict)
    credited: set[str] = field(default_factory=set)

    def credit(self, vorig: str) -> Expected:
        """A credit gives back exactly what its debit took."""
        if vorig not in self.taken:
            return Expected(("8853",), 0)
        if vorig in self.credited:
            return Expected(("8854",), 0)
        self.credited.add(vorig)
        takings, cents = self.taken[vorig]
        for place, volume in takings:
            self.granted[place] -= volume
        return Expected((), -cents)

    def debit(self, nummer: str, debit: Debit) -> Expected:
        """A debit is granted when it fits what is left, and nothing otherwise is wrong."""
        assigned = ASSIGNED[debit.assigned]
        rooms = [((debit.assigned, name), volume) for name, volume in self.rooms(debit)]
        most = min(sum(volume for _, volume in rooms), self.most_for_days(debit))
        left = min(most, sum(volume - self.granted.get(place, 0) for place, volume in rooms))
        over = ("9321",) if debit.volume > most else ("9322",) if debit.volume > left else ()
        codes = (() if debit.right_tariff else ("0611",)) + over
        partly = self.instellingen.deels_toekennen and codes == over and left > 0
        volume = debit.volume if not codes else left if partly else None
        if volume is None:
            return Expected(codes, 0)
        self.taken[nummer] = (self.take(rooms, volume), costs(volume, assigned))
        return Expected(codes, self.taken[nummer][1])

    def take(self, rooms: list[tuple[tuple[int, str], int]], volume: int) -> list[tuple[tuple[int, str], int]]:
        takings: list[tuple[tuple[int, str], int]] = []
        for place, whole in rooms:
            part = min(volume, whole - self.granted.get(place, 0))
            self.granted[place] = self.granted.get(place, 0) + part
            takings.append((place, part))
            volume -= part
        return takings

    def rooms(self, debit: Debit) -> list[tuple[str, int]]:
        """The rooms that the days of a debit touch, by name, in ledger units."""
        omvang, _, unit = ASSIGNED[debit.assigned]
        number = next(n for n, periode in enumerate(PERIODEN) if periode.contains(debit.days.begindatum))
        valid = [day for day in days_of(PERIODEN[number]) if BEGIN <= day <= EIND]
        match omvang.frequentie:
            case Frequentie.TOTAAL:
                return [("all", omvang.volume * unit)]
            case Frequentie.PER_JAAR:
                return [("2019", omvang.volume * unit)]
            case Frequentie.PER_MAAND:
                months = sorted({day.month for day in days_of(debit.days)})
                return [(f"month {month}", omvang.volume * unit) for month in months]
            case Frequentie.PER_VIER_WEKEN:
                by_days = self.instellingen.gebroken_periode is GebrokenPeriode.NAAR_RATO
                share = Fraction(len(valid), 28) if by_days else Fraction(1)
                return [(f"P{number}", floor(omvang.volume * share + Fraction(1, 2)) * unit)]
            case Frequentie.PER_WEEK:
                return [(f"P{number}", omvang.volume * unit * weeks_of(valid))]
            case Frequentie.PER_DAG:
                return [(f"P{number}", omvang.volume * unit * len(valid))]

    def most_for_days(self, debit: Debit) -> int:
        omvang, _, unit = ASSIGNED[debit.assigned]
        days = days_of(debit.days)
        times = {Frequentie.PER_DAG: len(days), Frequentie.PER_WEEK: weeks_of(days)}
        return omvang.volume * unit * times.get(omvang.frequentie, 10**9)


def days_of(periode: GeslotenPeriode) -> list[date]:
    return [periode.begindatum + timedelta(days=n) for n in range(periode.days)]


def weeks_of(days: Sequence[date]) -> int:
    return len({day.isocalendar()[:2] for day in days})
