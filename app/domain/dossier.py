"""The facts that a decision may look at, loaded beforehand; a decision asks nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.bedrag import Bedrag
from app.domain.declaratie import Declaratie, Prestatie
from app.domain.inrichting import Inrichting
from app.domain.toewijzing import Toewijzingsbericht
from app.domain.versies import Toewijzing


@dataclass(frozen=True, slots=True, kw_only=True)
class ToewijzingDossier:
    """What is known when a 301 comes in.

    `inrichting` is None for a gemeente that the service does not know. `toewijzingen` are the known ones by
    ToewijzingNummer, as far as the 301 names them. `verzoek_referenties` are the (aanbieder, bsn,
    ReferentieAanbieder) of earlier 315s.
    """

    today: date
    inrichting: Inrichting | None
    identificatie_used: bool = False
    toewijzingen: Mapping[int, Toewijzing] = field(default_factory=dict[int, Toewijzing])
    verzoek_referenties: frozenset[tuple[str, str, str]] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetourDossier:
    """What is known when a 302 comes in: the 301 that it answers (None when there is none), whether that was answered
    before, and whether this aanbieder used the IdentificatieRetour before (IV028.7)."""

    today: date
    heenbericht: Toewijzingsbericht | None
    answered: bool = False
    identificatie_retour_used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaratieRetourDossier:
    """What is known when a 304 is checked: the 303 that it answers."""

    today: date
    declaratie: Declaratie | None
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EerderePrestatie:
    """A line of an earlier 303 of the same aanbieder, and what became of it.

    `toegekend` is the signed amount that was granted; `boekingen` is the volume by first day of each room period it
    was booked on, in the units of `Room` (app.domain.budget).
    """

    bsn: str = field(repr=False)
    prestatie: Prestatie
    granted: bool
    toegekend: Bedrag
    toewijzing_sleutel: str | None
    retour_codes: tuple[str, ...] = ()
    boekingen: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaratieDossier:
    """What is known when a 303 comes in.

    - `inrichting`: None for a gemeente that the service does not know.
    - `factuurnummer_used`: by this aanbieder at this gemeente in the last five years, other than in a 303 that was
      refused for technical reasons (RC-0030).
    - `toewijzingen`: those of this gemeente that the lines name, by number, and `toewijzingen_by_bsn` those of the
      clients who have a line without a number.
    - `geboortedata`: by bsn, of the newest toewijzing version at this gemeente.
    - `used_referenties`: the ReferentieNummers of this 303 that occurred in an earlier one (TR314).
    - `debets`: earlier lines by ReferentieNummer, as far as this 303 credits them.
    - `gecrediteerd`: VorigReferentieNummers that an accepted credit took back already.
    - `geboekt`: granted volume by (toewijzing sleutel, first day of the room period), in the units of `Room`.
    """

    today: date
    inrichting: Inrichting | None
    factuurnummer_used: bool = False
    toewijzingen: Mapping[int, Toewijzing] = field(default_factory=dict[int, Toewijzing])
    toewijzingen_by_bsn: Mapping[str, tuple[Toewijzing, ...]] = field(
        default_factory=dict[str, tuple[Toewijzing, ...]], repr=False
    )
    geboortedata: Mapping[str, date] = field(default_factory=dict[str, date], repr=False)
    used_referenties: frozenset[str] = frozenset()
    debets: Mapping[str, EerderePrestatie] = field(default_factory=dict[str, EerderePrestatie])
    gecrediteerd: frozenset[str] = frozenset()
    geboekt: Mapping[tuple[str, date], int] = field(default_factory=dict[tuple[str, date], int])
