"""A gemeente in memory: settles one 303 after the other and keeps what the next one has to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from app.domain.bericht import Berichtsoort
from app.domain.declaratie import Declaratie, DeclaratieRetour
from app.domain.dossier import DeclaratieDossier, EerderePrestatie
from app.domain.inrichting import Inrichting
from app.domain.settlement import LineOutcome, Settlement, Uitkomst, declaratie_retour
from app.domain.versies import Toewijzing
from app.rules.catalogue import regels_for, subjects
from app.rules.settle import settle
from app.rules.technische_regel import Niveau, judge


class Answer(NamedTuple):
    """The decision on a 303 and its 304."""

    settlement: Settlement
    retour: DeclaratieRetour


@dataclass
class Gemeente:
    """What one gemeente knows about one aanbieder."""

    inrichting: Inrichting
    toewijzingen: list[Toewijzing]
    geboekt: dict[tuple[str, date], int] = field(default_factory=dict)
    lines: dict[str, EerderePrestatie] = field(default_factory=dict)
    gecrediteerd: set[str] = field(default_factory=set)
    factuurnummers: set[str] = field(default_factory=set)

    def declare(self, declaratie: Declaratie, *, today: date | None = None) -> Answer:
        """Judge and settle the 303, make its 304 and remember what was decided."""
        identificatie = declaratie.header.declaratie_factuur_identificatie
        when = today or identificatie.factuur_dagtekening
        dossier = self.dossier(declaratie, when)
        parts = tuple(subjects(declaratie))
        technisch = judge(parts, regels_for(Berichtsoort.WMO303, "2.3", Niveau.BERICHT), declaratie)
        beyond = regels_for(Berichtsoort.WMO303, "2.3", Niveau.BERICHTOVERSTIJGEND, Niveau.EXTERN)
        header = () if technisch else judge(parts, beyond, dossier)
        settlement = settle(declaratie, dossier, technisch=technisch, header=header)
        self._remember(declaratie, settlement)
        retour = declaratie_retour(declaratie, settlement, gemeente_referentie_nummer="G0001", today=when)
        return Answer(settlement, retour)

    def dossier(self, declaratie: Declaratie, today: date) -> DeclaratieDossier:
        """What is known when this 303 comes in."""
        lines = [prestatie for client in declaratie.clienten for prestatie in client.prestaties]
        referenties = {line.product_referentie.referentie_nummer for line in lines}
        vorige = {line.product_referentie.vorig_referentie_nummer for line in lines}
        by_bsn: dict[str, tuple[Toewijzing, ...]] = {}
        for toewijzing in self.toewijzingen:
            by_bsn[toewijzing.actueel.bsn] = (*by_bsn.get(toewijzing.actueel.bsn, ()), toewijzing)
        versies = (versie for toewijzing in self.toewijzingen for versie in toewijzing.versies)
        nummer = declaratie.header.declaratie_factuur_identificatie.declarant_factuur_nummer
        return DeclaratieDossier(
            today=today,
            inrichting=self.inrichting,
            factuurnummer_used=nummer in self.factuurnummers,
            toewijzingen={t.nummer: t for t in self.toewijzingen if t.nummer is not None},
            toewijzingen_by_bsn=by_bsn,
            geboortedata={v.bsn: v.geboortedatum for v in sorted(versies, key=lambda versie: versie.rank)},
            used_referenties=frozenset(referenties & self.lines.keys()),
            debets={name: line for name, line in self.lines.items() if name in vorige},
            gecrediteerd=frozenset(self.gecrediteerd),
            geboekt=dict(self.geboekt),
        )

    def _remember(self, declaratie: Declaratie, settlement: Settlement) -> None:
        if not settlement.technically_refused:
            nummer = declaratie.header.declaratie_factuur_identificatie.declarant_factuur_nummer
            self.factuurnummers.add(nummer)
        for client in settlement.clienten:
            for line in client.lines:
                self._remember_line(client.client.bsn, line)

    def _remember_line(self, bsn: str, line: LineOutcome) -> None:
        referentie = line.prestatie.product_referentie
        granted = line.uitkomst is not Uitkomst.AFGEWEZEN
        earlier = EerderePrestatie(
            bsn=bsn,
            prestatie=line.prestatie,
            granted=granted,
            toegekend=line.toegekend,
            toewijzing_sleutel=line.toewijzing_sleutel,
            retour_codes=line.retour_codes,
            boekingen=line.boekingen,
        )
        self.lines.setdefault(referentie.referentie_nummer, earlier)
        if granted and line.prestatie.is_credit and referentie.vorig_referentie_nummer:
            self.gecrediteerd.add(referentie.vorig_referentie_nummer)
        for day, volume in line.boekingen:
            assert line.toewijzing_sleutel is not None
            place = line.toewijzing_sleutel, day
            self.geboekt[place] = self.geboekt.get(place, 0) + volume
