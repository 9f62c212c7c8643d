"""What a finding means for who reads it: whose turn it is, and what there is to do, in plain Dutch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.retour import Ernst, Finding
from app.domain.retourcodes import RETOURCODES


class Beurt(StrEnum):
    """Who can do something about it."""

    AANBIEDER = "de aanbieder"
    GEMEENTE = "de gemeente"
    AFZENDER = "de afzender"
    SAMEN = "aanbieder en gemeente samen"
    NIEMAND = "niemand"


@dataclass(frozen=True, slots=True)
class Uitleg:
    """What a code or rule asks for."""

    aan_zet: Beurt
    doen: str


_A, _G, _S = Beurt.AANBIEDER, Beurt.GEMEENTE, Beurt.SAMEN
_CREDIT: Final = "Crediteer de regel en dien hem verbeterd opnieuw in."
BY_CODE: Final[Mapping[str, Uitleg]] = MappingProxyType(
    {
        "0001": Uitleg(Beurt.AFZENDER, "Herstel de fout in het bericht en dien het hele bericht opnieuw in."),
        "0013": Uitleg(_S, "Ga na welk servicebureau voor deze aanbieder mag declareren; zet dat in de inrichting."),
        "0030": Uitleg(_A, "Dien de declaratie opnieuw in met een factuurnummer dat nog niet gebruikt is."),
        "0233": Uitleg(_A, "Herstel eerst de fout die hierboven staat; daarna wordt dit deel wel beoordeeld."),
        "0551": Uitleg(_S, "Controleer het toewijzingnummer. Klopt het, vraag de gemeente dan om de toewijzing."),
        "0611": Uitleg(_A, "Declareer tegen het afgesproken tarief. Klopt dat tarief niet, pas dan het contract aan."),
        "1112": Uitleg(_A, "Declareer met de productcategorie van de toewijzing, of vraag een nieuwe toewijzing."),
        "1142": Uitleg(_A, "Declareer met de productcode van de toewijzing, of vraag een nieuwe toewijzing."),
        "8004": Uitleg(_S, "Controleer bsn en geboortedatum van de client, bij de aanbieder en in de toewijzing."),
        "8017": Uitleg(_A, "Neem in de creditregel alle gegevens van de debetregel precies over."),
        "8021": Uitleg(_A, "Geef de regel een referentienummer dat nog niet gebruikt is."),
        "8187": Uitleg(_A, "Controleer of het toewijzingnummer bij deze client hoort."),
        "8214": Uitleg(_A, "Declareer over de periode die is afgesproken: vier weken of een maand."),
        "8847": Uitleg(_A, "Dien de declaratie in als de periode begonnen is."),
        "8848": Uitleg(Beurt.AFZENDER, "Geef het bericht de dagtekening van vandaag of eerder en dien het opnieuw in."),
        "8849": Uitleg(Beurt.AFZENDER, "Geef het retourbericht de dagtekening van vandaag of eerder."),
        "8853": Uitleg(_A, "Een afgewezen regel hoeft u niet te crediteren: dien alleen de verbeterde regel in."),
        "8854": Uitleg(_A, "De regel is al gecrediteerd: een tweede credit is niet nodig."),
        "8855": Uitleg(_A, "Dien een factuur in (berichtcode 448): dat is met deze gemeente afgesproken."),
        "8856": Uitleg(_A, "Dien een declaratie in (berichtcode 416): dat is met deze gemeente afgesproken."),
        "9019": Uitleg(_S, "Controleer het toewijzingnummer. Klopt het, vraag de gemeente dan om de toewijzing."),
        "9056": Uitleg(Beurt.AFZENDER, "Geef het bericht een nieuwe identificatie en dien het opnieuw in."),
        "9063": Uitleg(Beurt.AFZENDER, "Controleer welk eerder bericht u wilde verwijderen: dat is hier niet bekend."),
        "9069": Uitleg(_A, "Stuur eerst de start, of verbeter de gegevens waarmee u ernaar verwijst."),
        "9071": Uitleg(_A, "Verwijder eerst de stop; daarna kan de start weg."),
        "9074": Uitleg(_A, "Dit is al eerder gemeld: u hoeft niets te doen."),
        "9300": Uitleg(_G, "Verwijs naar de referentie uit het verzoek van de aanbieder, of laat haar weg."),
        "9307": Uitleg(_A, "Declareer alleen dagen waarop de toewijzing geldt, of vraag een andere ingangsdatum."),
        "9308": Uitleg(_A, "Declareer alleen dagen waarop de toewijzing geldt, of vraag om verlenging."),
        "9309": Uitleg(_A, "Declareer in de eenheid van de toewijzing."),
        "9311": Uitleg(_A, "Controleer het toewijzingnummer: deze toewijzing is van een andere aanbieder."),
        "9319": Uitleg(_A, "Splits de regel: elke regel ligt binnen één declaratieperiode."),
        "9321": Uitleg(_A, "Declareer opnieuw, met hoogstens het toegewezen volume. Is meer nodig, vraag dat dan aan."),
        "9322": Uitleg(_A, "Declareer opnieuw, met hoogstens wat er over is. Is meer nodig, vraag dat dan aan."),
        "9326": Uitleg(_A, "Stop eerst de levering die nog loopt."),
        "S300": Uitleg(Beurt.AFZENDER, "Controleer de gemeentecode, of laat de beheerder de inrichting laden."),
        "S329": Uitleg(_S, "Controleer categorie en productcode in de productlijst van de gemeente."),
    }
)
BY_REGEL: Final[Mapping[str, Uitleg]] = MappingProxyType(
    {
        "XSD": Uitleg(
            Beurt.AFZENDER, "Laat de softwareleverancier dit veld herstellen en dien het bericht daarna opnieuw in."
        ),
        "LEES": Uitleg(Beurt.AFZENDER, "Controleer of het juiste bestand is verstuurd en dien het bericht opnieuw in."),
        "IWB-contract": Uitleg(_G, "Sluit een contract voor dit product of pas de toewijzing aan; anders volgt 0611."),
        "IWB-geweigerd": Uitleg(_G, "Bespreek dit met de aanbieder, en wijzig of beëindig zo nodig de toewijzing."),
        "IWB-rest": Uitleg(Beurt.AFZENDER, "Herstel eerst de fouten die hier staan; dien daarna opnieuw in."),
        "IV304.1": Uitleg(Beurt.NIEMAND, "U hoeft niets te doen: de dienst maakt het antwoord op elke 303 zelf."),
    }
)
_CREDITED: Final = frozenset({"0611", "1112", "1142", "9307", "9308", "9309", "9319", "9321", "9322"})
_UNKNOWN: Final = Uitleg(Beurt.AFZENDER, "Herstel wat hier staat en dien het bericht opnieuw in.")
_WARNING: Final = Uitleg(_G, "Het bericht is wel verwerkt. Ga na of dit zo bedoeld is.")
UNKNOWN_CODE: Final = "Deze code staat niet in de codelijst van release 2.3."


def uitleg_of(finding: Finding) -> Uitleg:
    """What to do about a finding, and whose turn it is."""
    known = BY_REGEL.get(finding.regel) or BY_CODE.get(finding.retourcode or "")
    if known is not None:
        return known
    return _WARNING if finding.ernst is Ernst.WAARSCHUWING else _UNKNOWN


def uitleg_of_code(code: str) -> Uitleg:
    """The same for a retourcode that somebody sent."""
    return BY_CODE.get(code, _UNKNOWN)


def betekenis_of(code: str) -> str:
    """What a retourcode says.

    >>> betekenis_of("9322")
    'Samen met eerdere prestaties is het volume groter dan toegewezen.'
    """
    known = RETOURCODES.get(code)
    return known.betekenis if known else UNKNOWN_CODE


def next_step(codes: tuple[str, ...], *, factuur: bool) -> str:
    """What the aanbieder does about a line with these codes; a refused factuur line is credited first."""
    step = " ".join(dict.fromkeys(uitleg_of_code(code).doen for code in codes))
    credit = factuur and not _CREDITED.isdisjoint(codes)
    return f"{_CREDIT} {step}" if credit else step
