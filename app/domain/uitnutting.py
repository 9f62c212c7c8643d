"""What of the money that was assigned is declared, granted and left, per period; and what is still to be expected.

Toewijzingen that count the same way come as one group, so that very many of them are few to count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final, NamedTuple

from app.domain.bedrag import Bedrag, round_half_up
from app.domain.cak_periode import CakPeriode
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import GebrokenPeriode, Inrichting
from app.domain.periode import GeslotenPeriode, last_of_month, weeks_touched

EURO: Final = Bedrag(100)
DAY: Final = timedelta(days=1)


class Sleutel(NamedTuple):
    """Of whom and of what figures are; without `code` only the category was assigned."""

    gemeente: str
    aanbieder: str
    categorie: str
    code: str | None


class Vak(NamedTuple):
    """A CAK period by its year and number."""

    jaar: int
    periode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Groep:
    """So many toewijzingen with the same aanbieder, product, Omvang and days; `volume` is theirs together.

    `tot`: the first day that newer versions decide, so that these no longer do.
    """

    sleutel: Sleutel
    eenheid: str | None
    frequentie: str | None
    begindatum: date
    einddatum: date | None
    tot: date | None = None
    volume: int | None
    aantal: int

    @property
    def last(self) -> date | None:
        """The last day that counts."""
        before = self.tot - DAY if self.tot is not None else None
        return min(filter(None, (self.einddatum, before)), default=None)


class Regel(NamedTuple):
    """Lines of declaraties that were for one day and product: what was asked and what was granted, in cents."""

    sleutel: Sleutel
    begindatum: date
    gedeclareerd: int
    toegekend: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Amounts in cents; `gedeclareerd` is with what was refused, each credit taken off."""

    toegewezen: int = 0
    gedeclareerd: int = 0
    toegekend: int = 0
    prognose: int = 0

    def __add__(self, other: Stand) -> Stand:
        return Stand(
            toegewezen=self.toegewezen + other.toegewezen,
            gedeclareerd=self.gedeclareerd + other.gedeclareerd,
            toegekend=self.toegekend + other.toegekend,
            prognose=self.prognose + other.prognose,
        )

    @property
    def rest(self) -> int:
        """What was assigned and not granted."""
        return self.toegewezen - self.toegekend

    @property
    def percentage(self) -> int | None:
        """What was granted of what was assigned, in whole percents; None when nothing was."""
        return round_half_up(Fraction(100 * self.toegekend, self.toegewezen)) if self.toegewezen > 0 else None


@dataclass(frozen=True, slots=True)
class Uitnutting:
    """The figures by key and period. `onbekend`: toewijzingen of which nobody can say what they are worth."""

    standen: Mapping[Sleutel, Mapping[Vak, Stand]]
    perioden: tuple[Vak, ...]
    onbekend: int = 0

    def of(self, sleutel: Sleutel) -> Stand:
        """The figures of one key, over all periods."""
        return sum(self.standen[sleutel].values(), Stand())

    def in_periode(self, vak: Vak) -> Stand:
        """The figures of one period, over all keys."""
        return sum((own[vak] for own in self.standen.values() if vak in own), Stand())

    @property
    def totaal(self) -> Stand:
        """Everything together."""
        return sum(map(self.of, self.standen), Stand())


@dataclass(slots=True)
class _Telling:
    """What is counted so far, and what was looked up for it."""

    inrichtingen: Mapping[str, Inrichting]
    perioden: Mapping[str, tuple[CakPeriode, ...]]
    cells: defaultdict[Sleutel, dict[Vak, Stand]] = field(default_factory=lambda: defaultdict(dict))
    onbekend: int = 0
    tarieven: dict[tuple[Sleutel, date], Bedrag | None] = field(default_factory=dict[Any, Any])

    def add(self, sleutel: Sleutel, cak: CakPeriode, stand: Stand) -> None:
        own, vak = self.cells[sleutel], vak_of(cak)
        own[vak] = own.get(vak, Stand()) + stand

    def tarief(self, groep: Groep, cak: CakPeriode) -> Bedrag | None:
        """What one unit costs in the period."""
        if groep.eenheid == Eenheid.EUROS:
            return EURO
        asked = groep.sleutel, max(cak.begindatum, groep.begindatum)
        if asked not in self.tarieven:
            self.tarieven[asked] = _tarief(self.inrichtingen[groep.sleutel.gemeente], *asked)
        return self.tarieven[asked]


def vak_of(cak: CakPeriode) -> Vak:
    """The name of a period."""
    return Vak(cak.jaar, cak.periode)


def uitnutting(
    groepen: Iterable[Groep],
    regels: Iterable[Regel],
    inrichtingen: Mapping[str, Inrichting],
    perioden: Collection[Vak],
    *,
    declared_by: date,
) -> Uitnutting:
    """The figures of these periods; what falls in another one is left out.

    A line counts in the period of its first day. What ended before `declared_by` is thought to be declared in full.
    """
    chosen = {
        gemeente: tuple(cak for cak in one.cak_perioden if vak_of(cak) in perioden)
        for gemeente, one in inrichtingen.items()
    }
    telling = _Telling(inrichtingen, chosen)
    for groep in groepen:
        _add_groep(telling, groep)
    for regel in regels:
        _add_regel(telling, regel, perioden)
    closed = {gemeente: _closed(one, declared_by) for gemeente, one in inrichtingen.items()}
    standen = {sleutel: dict(sorted(cells.items())) for sleutel, cells in sorted(telling.cells.items(), key=_in_order)}
    return Uitnutting(_with_prognose(standen, closed), tuple(sorted(perioden)), telling.onbekend)


def _in_order(item: tuple[Sleutel, object]) -> tuple[str, str, str, str]:
    sleutel = item[0]
    return sleutel.gemeente, sleutel.categorie, sleutel.code or "", sleutel.aanbieder


def _add_groep(telling: _Telling, groep: Groep) -> None:
    is_known = False
    for cak in telling.perioden.get(groep.sleutel.gemeente, ()):
        if cak.dagen.intersection(groep.begindatum, groep.last) is None:
            continue
        instellingen = telling.inrichtingen[groep.sleutel.gemeente].instellingen
        volume = volume_in(groep, cak.dagen, instellingen.gebroken_periode)
        tarief = telling.tarief(groep, cak)
        if volume is not None and tarief is not None:
            telling.add(groep.sleutel, cak, Stand(toegewezen=tarief.times(volume).cents))
            is_known = True
    telling.onbekend += 0 if is_known else groep.aantal


def _add_regel(telling: _Telling, regel: Regel, perioden: Collection[Vak]) -> None:
    inrichting = telling.inrichtingen.get(regel.sleutel.gemeente)
    cak = inrichting.cak_periode_on(regel.begindatum) if inrichting is not None else None
    if cak is not None and vak_of(cak) in perioden:
        telling.add(regel.sleutel, cak, Stand(gedeclareerd=regel.gedeclareerd, toegekend=regel.toegekend))


def volume_in(groep: Groep, periode: GeslotenPeriode, gebroken: GebrokenPeriode) -> Fraction | None:
    """The volume of a group in a period; None when that cannot be said: no Omvang, or a total without end.

    A Volume for a month, a year or the whole is spread over its days. Under `volledig` a period that two versions
    share is that of the newer one.
    """
    dagen = periode.intersection(groep.begindatum, groep.last)
    if groep.volume is None or groep.frequentie is None:
        return None
    if dagen is None:
        return Fraction(0)
    times = _times(groep, Frequentie(groep.frequentie), dagen, periode, gebroken)
    return None if times is None else groep.volume * times


def _times(
    groep: Groep, frequentie: Frequentie, dagen: GeslotenPeriode, periode: GeslotenPeriode, gebroken: GebrokenPeriode
) -> Fraction | None:
    match frequentie:
        case Frequentie.PER_DAG:
            return Fraction(dagen.days)
        case Frequentie.PER_WEEK:
            return Fraction(weeks_touched(dagen))
        case Frequentie.PER_VIER_WEKEN if gebroken is GebrokenPeriode.NAAR_RATO:
            return Fraction(dagen.days, periode.days)
        case Frequentie.PER_VIER_WEKEN:
            return Fraction(0 if groep.tot is not None and periode.contains(groep.tot) else 1)
        case Frequentie.PER_MAAND | Frequentie.PER_JAAR:
            parts = _months(dagen) if frequentie is Frequentie.PER_MAAND else _years(dagen)
            return sum((Fraction(part.days, whole) for part, whole in parts), Fraction(0))
        case _:  # of the whole validity
            return _share_of_whole(groep, dagen)


def _share_of_whole(groep: Groep, dagen: GeslotenPeriode) -> Fraction | None:
    if groep.tot is not None:
        return Fraction(0)  # the cap of the newer version is that of the whole validity
    if groep.einddatum is None:
        return None
    return Fraction(dagen.days, GeslotenPeriode(groep.begindatum, groep.einddatum).days)


def _months(dagen: GeslotenPeriode) -> Iterator[tuple[GeslotenPeriode, int]]:
    begin = dagen.begindatum
    while begin <= dagen.einddatum:
        last = last_of_month(begin)
        yield GeslotenPeriode(begin, min(last, dagen.einddatum)), last.day
        begin = last + DAY


def _years(dagen: GeslotenPeriode) -> Iterator[tuple[GeslotenPeriode, int]]:
    begin = dagen.begindatum
    while begin <= dagen.einddatum:
        whole = GeslotenPeriode(begin.replace(month=1, day=1), begin.replace(month=12, day=31))
        yield GeslotenPeriode(begin, min(whole.einddatum, dagen.einddatum)), whole.days
        begin = whole.einddatum + DAY


def _tarief(inrichting: Inrichting, sleutel: Sleutel, day: date) -> Bedrag | None:
    """As was agreed, else as in the catalogue."""
    if sleutel.code is None:
        return None
    agreed = inrichting.tarief_on(sleutel.aanbieder, sleutel.code, day)
    product = inrichting.product_on(sleutel.code, day)
    return agreed or (product.tarief if product is not None else None)


def _closed(inrichting: Inrichting, declared_by: date) -> frozenset[Vak]:
    """The periods of which everything is thought to be declared."""
    return frozenset(vak_of(cak) for cak in inrichting.cak_perioden if cak.einddatum < declared_by)


def _with_prognose(
    standen: Mapping[Sleutel, Mapping[Vak, Stand]], closed: Mapping[str, Collection[Vak]]
) -> Mapping[Sleutel, Mapping[Vak, Stand]]:
    """The same with what each period comes to, once everything of it is declared.

    A period that is closed stays as it is. Of every other one the part is used that was granted of what was assigned
    in the closed ones: for this product and aanbieder, else for this product, else all of it.
    """
    own: dict[Sleutel, Stand] = {}
    of_product: defaultdict[tuple[str, str, str | None], Stand] = defaultdict(Stand)
    for sleutel, cells in standen.items():
        done = (stand for vak, stand in cells.items() if vak in closed[sleutel.gemeente])
        own[sleutel] = sum(done, Stand())
        of_product[sleutel.gemeente, sleutel.categorie, sleutel.code] += own[sleutel]
    found: dict[Sleutel, Mapping[Vak, Stand]] = {}
    for sleutel, cells in standen.items():
        whole = of_product[sleutel.gemeente, sleutel.categorie, sleutel.code]
        part = _part(own[sleutel]) or _part(whole) or Fraction(1)
        found[sleutel] = {
            vak: stand + Stand(prognose=_expected(stand, part, is_closed=vak in closed[sleutel.gemeente]))
            for vak, stand in cells.items()
        }
    return found


def _part(done: Stand) -> Fraction | None:
    is_known = done.toegewezen > 0 and done.toegekend > 0
    return Fraction(done.toegekend, done.toegewezen) if is_known else None


def _expected(stand: Stand, part: Fraction, *, is_closed: bool) -> int:
    return stand.toegekend if is_closed else max(stand.toegekend, round_half_up(stand.toegewezen * part))
