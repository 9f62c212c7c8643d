"""What an aanbieder could declare to set lines right: a credit of what was granted, and a debit that would be granted.

It is a proposal: it decides nothing and nobody is bound by it. It is about volume and tariff alone; whatever else is
wrong with a line, only the aanbieder knows what it should have been.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from app.domain.bedrag import HIGHEST_BEDRAG, NUL, Bedrag, BedragMetDC
from app.domain.budget import Boekingen, Ledger, draw, is_convertible, ledger_units, room_of_days, rooms_of
from app.domain.codelijsten import DebetCredit, Declaratievorm
from app.domain.declaratie import Prestatie, ProductReferentie
from app.domain.dossier import EerderePrestatie
from app.domain.inrichting import Inrichting
from app.domain.versies import Toewijzing

TO_REPAIR: Final = frozenset({"0611", "9321", "9322"})
"""The codes that another volume or tariff takes away."""

NUMMER_USED: Final = "8021"
"""Whose number is that of another line, which may be the same prestatie: to credit or repeat it would be wrong."""

LONGEST_NUMMER: Final = 20
TRIED_NUMMERS: Final = 20


class GeenDebet(StrEnum):
    """Why there is no debit to propose."""

    GECREDITEERD = "gecrediteerd"
    IS_CREDIT = "is-credit"
    ANDERE_OORZAAK = "andere-oorzaak"
    BTW = "btw"
    GEEN_TARIEF = "geen-tarief"
    NIETS_OVER = "niets-over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vraag:
    """A line to set right; `volume` is what it should have been, in its own unit, None when nobody says so."""

    regel: EerderePrestatie
    volume: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What holds for the lines of one aanbieder now.

    - `toewijzingen`: by sleutel, those on which the lines were judged.
    - `geboekt`: granted volume by (sleutel, first day of the room period), in the units of `Room`.
    - `gecrediteerd`, `used`: ReferentieNummers that were credited already, and those that cannot be used again.
    """

    vorm: Declaratievorm
    aanbieder: str
    inrichting: Inrichting
    toewijzingen: Mapping[str, Toewijzing]
    geboekt: Mapping[tuple[str, date], int]
    gecrediteerd: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correctie:
    """What to declare for one line; a `debet` is a new line, `geen_debet` says why there is none.

    Both are None where a line is only taken back. `te_veel`: the volume that was given for the debet,
    when that does not fit.
    """

    regel: EerderePrestatie
    credit: Prestatie | None = None
    debet: Prestatie | None = None
    geen_debet: GeenDebet | None = None
    te_veel: int | None = None


def voorstel(vragen: Sequence[Vraag], stand: Stand) -> tuple[Correctie, ...]:
    """What to declare for each line, in their order; room that a credit gives back is there for every debit."""
    return _Voorstel(stand).make(vragen)


def possible_nummers(nummer: str, letter: str) -> Iterator[str]:
    """ReferentieNummers after that of a line, endlessly.

    >>> [one for one, _ in zip(possible_nummers("P0001", "C"), range(2))]
    ['P0001-C', 'P0001-C2']
    """
    number = 1
    while True:
        suffix = f"-{letter}{number if number > 1 else ''}"
        yield nummer[: LONGEST_NUMMER - len(suffix)] + suffix
        number += 1


@dataclass(slots=True)
class _Voorstel:
    """The proposal in the making: what a credit gives back and a debit takes, and the numbers that were given."""

    stand: Stand
    used: set[str] = field(default_factory=set[str])
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.used.update(self.stand.used)
        self.ledger = Ledger(self.stand.geboekt)

    def make(self, vragen: Sequence[Vraag]) -> tuple[Correctie, ...]:
        credits = [self._credit(vraag.regel) for vraag in vragen]
        return tuple(self._correctie(vraag, credit) for vraag, credit in zip(vragen, credits, strict=True))

    def _credit(self, regel: EerderePrestatie) -> Prestatie | None:
        """A credit of all that its debet was; in the factuur flow one of a refused line too, for it stands on paper."""
        prestatie = regel.prestatie
        nummer = prestatie.product_referentie.referentie_nummer
        on_paper = self.stand.vorm is Declaratievorm.FACTUUR and NUMMER_USED not in regel.retour_codes
        if not (regel.granted or on_paper) or prestatie.ingediend <= NUL or nummer in self.stand.gecrediteerd:
            return None
        if regel.toewijzing_sleutel is not None:
            self.ledger.book(regel.toewijzing_sleutel, tuple((day, -volume) for day, volume in regel.boekingen))
        return _reversed(prestatie, self._nummer(nummer, "C"))

    def _correctie(self, vraag: Vraag, credit: Prestatie | None) -> Correctie:
        regel = vraag.regel
        if regel.granted and vraag.volume in {None, 0} and credit is not None:
            return Correctie(regel=regel, credit=credit)
        debet = self._why_not(vraag, credit) or self._debet(vraag)
        if isinstance(debet, GeenDebet):
            return Correctie(regel=regel, credit=credit, geen_debet=debet)
        past = debet.ingediende_bedrag_prestatie.geleverd_volume
        te_veel = vraag.volume if vraag.volume is not None and vraag.volume > past else None
        return Correctie(regel=regel, credit=credit, debet=debet, te_veel=te_veel)

    def _why_not(self, vraag: Vraag, credit: Prestatie | None) -> GeenDebet | None:
        regel = vraag.regel
        ingediend = regel.prestatie.ingediende_bedrag_prestatie
        if regel.prestatie.is_credit:
            return GeenDebet.IS_CREDIT
        if regel.prestatie.product_referentie.referentie_nummer in self.stand.gecrediteerd:
            return GeenDebet.GECREDITEERD
        if regel.granted and credit is None:
            return GeenDebet.NIETS_OVER
        if not set(regel.retour_codes) <= TO_REPAIR or regel.toewijzing_sleutel not in self.stand.toewijzingen:
            return GeenDebet.ANDERE_OORZAAK
        has_btw = ingediend.btw_percentage is not None or ingediend.btw_bedrag is not None
        return GeenDebet.BTW if has_btw or ingediend.berekend_bedrag is not None else None

    def _debet(self, vraag: Vraag) -> Prestatie | GeenDebet:
        prestatie = vraag.regel.prestatie
        ingediend = prestatie.ingediende_bedrag_prestatie
        toewijzing = self.stand.toewijzingen[vraag.regel.toewijzing_sleutel or ""]
        tarief = self.stand.inrichting.tarief_on(
            self.stand.aanbieder, prestatie.product_code, prestatie.product_periode.begindatum
        )
        if tarief is None:
            return GeenDebet.GEEN_TARIEF
        unit = ledger_units(ingediend.eenheid)
        volume, boekingen = self._fitting(vraag, toewijzing)
        bedrag = _kosten(prestatie, toewijzing, self.stand.inrichting, volume * unit, tarief)
        if volume == 0 or bedrag > HIGHEST_BEDRAG:
            return GeenDebet.NIETS_OVER
        self.ledger.book(toewijzing.sleutel, boekingen)
        nummer = self._nummer(prestatie.product_referentie.referentie_nummer, "D")
        return _with_volume(prestatie, volume, bedrag, tarief, nummer)

    def _fitting(self, vraag: Vraag, toewijzing: Toewijzing) -> tuple[int, Boekingen]:
        """The volume that fits in what is left, in the unit of the line, and what it takes of which room."""
        prestatie, inrichting = vraag.regel.prestatie, self.stand.inrichting
        ingediend, periode = prestatie.ingediende_bedrag_prestatie, prestatie.product_periode
        wanted = ingediend.geleverd_volume if vraag.volume is None else vraag.volume
        if toewijzing.actueel.omvang is None:
            return wanted, ()
        rooms = rooms_of(toewijzing, inrichting, periode, self.ledger)
        of_days = room_of_days(toewijzing, periode, inrichting.instellingen.gebroken_periode)
        left = sum(max(room.left, 0) for room in rooms)
        unit = ledger_units(ingediend.eenheid)
        volume = min(wanted, (left if of_days is None else min(left, of_days)) // unit)
        return volume, draw(volume * unit, rooms)

    def _nummer(self, nummer: str, letter: str) -> str:
        new = next(one for one in possible_nummers(nummer, letter) if one not in self.used)
        self.used.add(new)
        return new


def _reversed(prestatie: Prestatie, nummer: str) -> Prestatie:
    ingediend = prestatie.ingediende_bedrag_prestatie
    referentie = prestatie.product_referentie.referentie_nummer
    return replace(
        prestatie,
        ingediende_bedrag_prestatie=replace(
            ingediend,
            berekend_bedrag=_other_side(ingediend.berekend_bedrag),
            btw_bedrag=_other_side(ingediend.btw_bedrag),
            declaratie_factuur_bedrag=BedragMetDC(ingediend.declaratie_factuur_bedrag.bedrag, DebetCredit.CREDIT),
        ),
        product_referentie=ProductReferentie(referentie_nummer=nummer, vorig_referentie_nummer=referentie),
        commentaar=None,
    )


def _other_side(bedrag: BedragMetDC | None) -> BedragMetDC | None:
    return None if bedrag is None else BedragMetDC.of(-bedrag.saldo)


def _with_volume(prestatie: Prestatie, volume: int, bedrag: Bedrag, tarief: Bedrag, nummer: str) -> Prestatie:
    ingediend = prestatie.ingediende_bedrag_prestatie
    return replace(
        prestatie,
        ingediende_bedrag_prestatie=replace(
            ingediend,
            geleverd_volume=volume,
            product_tarief=None if ingediend.product_tarief is None else tarief,
            declaratie_factuur_bedrag=BedragMetDC.of(bedrag),
        ),
        product_referentie=ProductReferentie(referentie_nummer=nummer),
        commentaar=None,
    )


def _kosten(
    prestatie: Prestatie, toewijzing: Toewijzing, inrichting: Inrichting, volume: int, tarief: Bedrag
) -> Bedrag:
    """What a volume (in ledger units) costs at the tariff; it is for the unit of the catalogue or the toewijzing."""
    ingediend = prestatie.ingediende_bedrag_prestatie
    product = inrichting.product_on(prestatie.product_code, prestatie.product_periode.begindatum)
    omvang = toewijzing.actueel.omvang
    agreed = (product.eenheid if product else None, omvang.eenheid if omvang else None)
    eenheid = next((one for one in agreed if one and is_convertible(one, ingediend.eenheid)), ingediend.eenheid)
    factor = Fraction(volume, ledger_units(eenheid))
    if ingediend.verrekenpercentage is not None:
        factor *= Fraction(ingediend.verrekenpercentage, 10_000)
    return tarief.times(factor)
