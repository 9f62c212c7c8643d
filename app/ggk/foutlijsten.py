"""The fault codes of the chain by the list that gives them their meaning, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Lijst(StrEnum):
    """A list of fault codes; the same code may mean something else in another."""

    STUF = "StUF 03.01"
    TOT_2025 = "foutcodes van het Inlichtingenbureau, RINIS en VECOZO (2018)"
    VANAF_2025 = "foutcodelijst berichtenverkeer van BIDN (november 2025)"


class Herhaling(StrEnum):
    """Whether sending again helps."""

    LATER_ONGEWIJZIGD = "later ongewijzigd opnieuw"
    NIEUW_BERICHT = "pas na ingrijpen, als nieuw bericht"


class Wie(StrEnum):
    """Who must do something."""

    WIJ = "applicatiebeheer van de gemeente"
    INHOUD = "wie het bericht heeft opgesteld"
    KETEN = "de ketenpartij die de fout meldt"
    NIEMAND = "niemand: het herstelt zich"


@dataclass(frozen=True, slots=True)
class Uitleg:
    """What one list says of a code: what is wrong, who acts, what to do, and whether the same bytes may go again."""

    lijst: Lijst
    omschrijving: str
    wie: Wie
    stap: str
    herhaling: Herhaling = Herhaling.NIEUW_BERICHT


_Row = tuple[str, Wie, str]

_GEEN_ROUTE: Final = "Controleer of de ontvanger is aangesloten en vraag BIDN om de route."
_MACHTIGING: Final = "Laat de rol, toestemming of aansluiting bij de keten in orde maken en verstuur daarna opnieuw."
_XSD: Final = "Controleer het bericht tegen het schema van de release, herstel het en verstuur het als nieuw bericht."
_SPLITSEN: Final = "Verdeel het bericht over kleinere berichten en verstuur die."
_NIEUW_KENMERK: Final = "Verstuur het bericht met een nieuw referentienummer; ga eerst na of het eerdere is aangekomen."
_IDENTIFICATIE: Final = "Ga na of het eerdere bericht is aangekomen; geef een nieuw bericht een eigen Identificatie."
_GEGEVENS: Final = "Herstel zender, ontvanger of functie in de instelling van de aansluiting en verstuur opnieuw."
_WACHTEN: Final = "Wacht; verstuur het later ongewijzigd opnieuw, met hetzelfde referentienummer."
_BELLEN: Final = "Neem contact op met de melder van de fout, met het referentienummer bij de hand."
_DUBBEL_ANTWOORD: Final = "Ga na welk antwoord op de declaratie geldt; een tweede antwoord wordt niet doorgegeven."
_ZIP: Final = "Verstuur het bericht los, zonder ZIP-bestand."

STUF: Final[dict[str, _Row]] = {
    "StUF001": ("De versie van StUF wordt niet ondersteund.", Wie.WIJ, _GEGEVENS),
    "StUF004": ("Het sectormodel wordt niet ondersteund.", Wie.WIJ, _GEGEVENS),
    "StUF007": ("De versie van het sectormodel wordt niet ondersteund.", Wie.WIJ, _GEGEVENS),
    "StUF010": ("De ontvanger is niet bekend.", Wie.WIJ, _GEGEVENS),
    "StUF013": ("De zender is niet bekend.", Wie.WIJ, _GEGEVENS),
    "StUF016": ("Het referentienummer is al gebruikt voor andere inhoud.", Wie.WIJ, _NIEUW_KENMERK),
    "StUF019": ("Het tijdstip is niet later dan dat van het vorige bericht.", Wie.WIJ, _NIEUW_KENMERK),
    "StUF022": ("De berichtcode is niet bekend.", Wie.WIJ, _BELLEN),
    "StUF025": ("De berichtcode wordt niet ondersteund.", Wie.KETEN, _BELLEN),
    "StUF028": ("Het entiteittype is niet bekend.", Wie.WIJ, _BELLEN),
    "StUF031": ("Het entiteittype wordt niet ondersteund.", Wie.KETEN, _BELLEN),
    "StUF034": ("De functie is niet bekend.", Wie.WIJ, _GEGEVENS),
    "StUF037": ("De functie wordt niet ondersteund.", Wie.KETEN, _BELLEN),
    "StUF040": ("De functie hoort niet bij de berichtcode.", Wie.WIJ, _GEGEVENS),
    "StUF043": ("Het bericht waarnaar wordt verwezen is niet bekend.", Wie.WIJ, _BELLEN),
    "StUF046": ("De ontvanger kan het bericht nu niet opslaan.", Wie.NIEMAND, _WACHTEN),
    "StUF052": ("De zender mag dit bericht niet sturen.", Wie.WIJ, _MACHTIGING),
    "StUF055": ("Het bericht in de envelop voldoet niet aan zijn schema.", Wie.INHOUD, _XSD),
    "StUF058": ("De verwerking bij de ontvanger is mislukt.", Wie.KETEN, _BELLEN),
}

TOT_2025: Final[dict[str, _Row]] = {
    "IB002": ("De zender is niet geautoriseerd.", Wie.WIJ, _MACHTIGING),
    "IB007": ("Het bericht is groter dan 25 MB.", Wie.INHOUD, _SPLITSEN),
    "IB009": ("Het referentienummer of crossRefnummer is geen UUID van versie 4.", Wie.WIJ, _NIEUW_KENMERK),
    "IB101": ("Er is geen geldige CPA tussen zender en ontvanger.", Wie.KETEN, _GEEN_ROUTE),
    "IB102": ("Er is geen route naar de ontvanger.", Wie.KETEN, _GEEN_ROUTE),
    "IB103": ("Deze berichtsoort is tijdelijk stilgelegd.", Wie.NIEMAND, _WACHTEN),
    "IB210": ("De ontvangende organisatie is niet bekend.", Wie.WIJ, _GEGEVENS),
    "IB213": ("De zendende organisatie is niet bekend.", Wie.WIJ, _GEGEVENS),
    "IB216": ("Het referentienummer van deze zender is al gebruikt.", Wie.WIJ, _NIEUW_KENMERK),
    "IB234": ("De functie hoort niet bij de organisatie.", Wie.WIJ, _GEGEVENS),
    "IB240": ("De functie hoort niet bij de berichtcode.", Wie.WIJ, _GEGEVENS),
    "IB798": ("De versie van StUF of van de envelop wordt niet ondersteund.", Wie.WIJ, _GEGEVENS),
    "RIN001": ("De envelop voldoet volgens RINIS niet aan het schema.", Wie.WIJ, _XSD),
    **{
        f"BRS{number:02}": ("Een rol, toestemming of aansluiting bij VECOZO ontbreekt.", Wie.KETEN, _MACHTIGING)
        for number in range(1, 7)
    },
    "BRS12": ("VECOZO heeft een virus gevonden.", Wie.INHOUD, _BELLEN),
    "BRS13": ("Het bericht voldoet volgens VECOZO niet aan zijn schema.", Wie.INHOUD, _XSD),
    "BRS14": ("Het bericht is volgens VECOZO geen welgevormde XML.", Wie.INHOUD, _XSD),
    "BRS20": ("De Identificatie is al gebruikt voor deze berichtsoort.", Wie.INHOUD, _IDENTIFICATIE),
    "BRS28": ("Het bericht voldoet niet aan de technische regels die VECOZO nagaat.", Wie.INHOUD, _XSD),
    "BRS33": ("VECOZO heeft geen route naar de ontvanger.", Wie.KETEN, _GEEN_ROUTE),
    "CC02": ("Het bericht voldoet volgens VECOZO niet aan zijn schema.", Wie.INHOUD, _XSD),
    "CC03": ("Het bericht is te groot voor VECOZO.", Wie.INHOUD, _SPLITSEN),
    "CC04": ("Het referentienummer heeft niet de goede vorm.", Wie.WIJ, _NIEUW_KENMERK),
    "CC05": ("Het referentienummer is niet dat van de conversatie.", Wie.WIJ, _BELLEN),
    "CC06": ("De gegevens van de applicatie ontbreken of kloppen niet.", Wie.WIJ, _GEGEVENS),
    "CC07": ("Het bericht waarop dit antwoordt is niet gevonden.", Wie.WIJ, _BELLEN),
    "CC08": ("Het referentienummer is al gebruikt.", Wie.WIJ, _NIEUW_KENMERK),
    "CC09": ("Zender of ontvanger is niet die van de kop van het bericht.", Wie.WIJ, _GEGEVENS),
    "CC11": ("Op deze declaratie is al een antwoord gegeven.", Wie.INHOUD, _DUBBEL_ANTWOORD),
}

_VECOZO_2025: Final = "Een rol, toestemming of aansluiting bij VECOZO ontbreekt."

VANAF_2025: Final[dict[str, _Row]] = {
    "IB001": ("De envelop, of bij CAK en VWS het bericht, voldoet niet aan zijn schema.", Wie.WIJ, _XSD),
    "IB002": ("De zender is niet geautoriseerd.", Wie.WIJ, _MACHTIGING),
    "IB003": ("Het bericht is groter dan 25 MB.", Wie.INHOUD, _SPLITSEN),
    "IB004": ("De functie is niet bekend.", Wie.WIJ, _GEGEVENS),
    "IB005": ("De gemeentecode is niet bekend.", Wie.WIJ, _GEGEVENS),
    "IB006": ("De zender mag deze berichtcode en functie niet sturen.", Wie.WIJ, _MACHTIGING),
    "IB007": ("De functie hoort niet bij de organisatie.", Wie.WIJ, _GEGEVENS),
    **{f"IB{number:03}": (_VECOZO_2025, Wie.KETEN, _MACHTIGING) for number in range(8, 12)},
    "IB012": ("Het bestand in de envelop is groter dan 25 MB.", Wie.INHOUD, _SPLITSEN),
    "IB013": ("Er is een virus gevonden.", Wie.INHOUD, _BELLEN),
    "IB014": ("Het bericht in de envelop voldoet niet aan zijn schema.", Wie.INHOUD, _XSD),
    "IB015": ("Er staan persoonsgegevens in die in de testomgeving niet mogen.", Wie.INHOUD, _BELLEN),
    "IB016": ("Het referentienummer is al gebruikt.", Wie.WIJ, _NIEUW_KENMERK),
    "IB017": ("De gegevens van de applicatie ontbreken of kloppen niet.", Wie.WIJ, _GEGEVENS),
    "IB018": ("De gegevens van de applicatie ontbreken of kloppen niet.", Wie.WIJ, _GEGEVENS),
    "IB019": ("Op deze declaratie is al een antwoord gegeven.", Wie.INHOUD, _DUBBEL_ANTWOORD),
    "IB020": ("Op deze declaratie is al een antwoord gegeven.", Wie.INHOUD, _DUBBEL_ANTWOORD),
    "IB021": ("De verwijzing naar het bericht waarop dit antwoordt ontbreekt.", Wie.WIJ, _BELLEN),
    "IB022": ("De verwijzing naar het bericht waarop dit antwoordt ontbreekt.", Wie.WIJ, _BELLEN),
    "IB023": ("Deze functie is nu niet actief.", Wie.NIEMAND, _WACHTEN),
    **{f"IB{number}": ("Het ZIP-bestand is niet te lezen.", Wie.INHOUD, _ZIP) for number in range(901, 906)},
}
