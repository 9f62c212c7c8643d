"""A seeded stream of 303s, right and wrong, with what a simple model of the rules grants of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from random import Random

from app.domain.declaratie import Declaratie
from app.domain.periode import GeslotenPeriode
from tests.builders import BSN_X, BSN_Y, P1, P2, P3
from tests.e2e.notation import BEGELEIDING, KINDS, C, D, Line, line, message_303

VOLUMES = {1001: 850, 1002: 8, 1003: 24, 1004: 400}
"""What each base toewijzing holds: by CAK period, of 1003 in all."""

NOBODYS_BIRTH_DATE = date(1950, 1, 1)

Room = tuple[int, date | None]


@dataclass(frozen=True)
class Claim:
    """One line as it is sent, and whether anything but its volume can stop it."""

    referentie: str
    nummer: int
    periode: GeslotenPeriode
    volume: int
    is_right: bool
    vorig: str | None = None
    defect: str = ""

    @property
    def tarief(self) -> int:
        """The agreed tariff in cents."""
        return KINDS.get(self.nummer, BEGELEIDING).tarief

    @property
    def room(self) -> Room:
        """Where the volume comes from."""
        return self.nummer, None if self.nummer == 1003 else self.periode.begindatum

    @property
    def signed_volume(self) -> int:
        """Below zero for a credit."""
        return -self.volume if self.vorig else self.volume

    @property
    def bsn(self) -> str:
        """Whom it is for."""
        return BSN_Y if self.nummer == 1004 else BSN_X

    def line(self) -> Line:
        """The line of the 303."""
        tarief = self.tarief + (self.defect == "tarief")
        bedrag = self.volume * tarief + (self.defect == "bedrag")
        return line(
            self.referentie,
            9999 if self.defect == "toewijzing" else self.nummer,
            self.periode,
            self.volume,
            tarief,
            (C if self.vorig else D)(bedrag),
            vorig=self.vorig,
            bsn=self.bsn,
            **({"product_code": "01A01"} if self.defect == "product" else {}),
        )


@dataclass(frozen=True)
class Sent:
    """A 303, and what should become of it: the header code when it is refused as a whole, else its granted lines."""

    declaratie: Declaratie
    claims: tuple[Claim, ...]
    refused_with: str | None
    granted: frozenset[str]


@dataclass
class Model:
    """Makes one 303 after the other, and keeps what was granted as the rules say in a few lines."""

    random: Random
    taken: Counter[Room] = field(default_factory=Counter)
    cents: Counter[Room] = field(default_factory=Counter)
    granted: dict[str, Claim] = field(default_factory=dict)
    refused: dict[str, Claim] = field(default_factory=dict)
    credited: dict[str, Claim] = field(default_factory=dict)
    factuurnummers: list[str] = field(default_factory=list)
    referenties: int = 0
    messages: int = 0

    def next(self) -> Sent:
        """The next 303."""
        self.messages += 1
        claims = self._claims()
        wrong = self.random.choice(("", "", "", "", "total", "number", "birth date"))
        refused_with = {"total": "0001", "number": "0030"}.get(wrong)
        nummer = f"F{self.messages:03}"
        if wrong == "number":
            if self.factuurnummers:
                nummer = self.random.choice(self.factuurnummers)
            else:
                refused_with = None
        unborn = self.random.choice((BSN_X, BSN_Y)) if wrong == "birth date" else None
        declaratie = message_303(
            nummer,
            P3,
            "2019-08-20",
            *(claim.line() for claim in claims),
            totaal=D(10**9) if wrong == "total" else None,
            geboren={unborn: NOBODYS_BIRTH_DATE} if unborn else None,
        )
        if refused_with:
            return Sent(declaratie, claims, refused_with, frozenset())
        self.factuurnummers.append(nummer)
        return Sent(declaratie, claims, None, frozenset(self._settle(claims, unborn)))

    def _claims(self) -> tuple[Claim, ...]:
        claims: list[Claim] = []
        for _ in range(self.random.randint(1, 4)):
            claim = self._credit(claims) if self.random.random() < 0.4 else self._debet()
            if claim is not None:
                claims.append(claim)
        return tuple(sorted(claims or [self._debet()], key=lambda claim: claim.bsn))

    def _referentie(self) -> str:
        self.referenties += 1
        return f"R{self.referenties:04}"

    def _debet(self) -> Claim:
        nummer = self.random.choice(tuple(VOLUMES))
        periode = self.random.choice((P2, P3) if nummer == 1003 else (P1, P2, P3))
        most = VOLUMES[nummer]
        volume = self.random.choice((most, most + 1, self.random.randint(1, most), self.random.randint(1, most)))
        defect = self.random.choice(("", "", "", "", "", "", "tarief", "bedrag", "toewijzing", "product"))
        return Claim(self._referentie(), nummer, periode, volume, is_right=not defect, defect=defect)

    def _credit(self, beside: list[Claim]) -> Claim | None:
        """A credit of a granted debet, or of one that cannot be credited (again)."""
        pools = (self.granted, self.granted, self.refused, self.credited)
        pool = self.random.choice(pools)
        free = sorted(pool.keys() - {claim.vorig for claim in beside})
        if not free:
            return None
        debet = pool[self.random.choice(free)]
        volume = debet.volume + (self.random.random() < 0.1)
        is_right = pool is self.granted and volume == debet.volume
        return Claim(self._referentie(), debet.nummer, debet.periode, volume, is_right, debet.referentie, debet.defect)

    def _settle(self, claims: tuple[Claim, ...], unborn: str | None) -> list[str]:
        granted: list[str] = []
        for claim in sorted(claims, key=lambda claim: claim.vorig is None):
            fits = self.taken[claim.room] + claim.signed_volume <= VOLUMES[claim.nummer]
            if claim.is_right and fits and claim.bsn != unborn:
                granted.append(claim.referentie)
                self._book(claim)
            elif not claim.vorig:
                self.refused[claim.referentie] = claim
        return granted

    def _book(self, claim: Claim) -> None:
        self.taken[claim.room] += claim.signed_volume
        self.cents[claim.room] += claim.signed_volume * claim.tarief
        if claim.vorig:
            self.credited[claim.vorig] = self.granted.pop(claim.vorig)
        else:
            self.granted[claim.referentie] = claim
