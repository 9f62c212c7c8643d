"""The retourcodes of release 2.3, in words for a reader, with the rules that give them (retourcodes.csv)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Retourcode:
    """A code of LDT_RetourCode: what it says, in Dutch, and the rules behind it."""

    code: str
    betekenis: str
    regels: tuple[str, ...]


def _table(*rows: Retourcode) -> Mapping[str, Retourcode]:
    return MappingProxyType({row.code: row for row in rows})


RETOURCODES: Mapping[str, Retourcode] = _table(
    Retourcode("0001", "Het bericht is technisch afgekeurd: een regel binnen het bericht klopt niet.", ()),
    Retourcode("0013", "De code van het servicebureau klopt niet.", ("RC-0013",)),
    Retourcode("0030", "Het factuurnummer is door deze aanbieder al gebruikt.", ("RC-0030",)),
    Retourcode("0200", "Geen opmerking over dit deel.", ("IV028.4",)),
    Retourcode("0233", "Dit deel is niet beoordeeld.", ("IV028.4", "IV304.8")),
    Retourcode("0551", "Bij deze prestatie is geen toewijzing gevonden.", ("RC-0551",)),
    Retourcode("0611", "Het tarief is niet het afgesproken tarief.", ("RC-0611", "IWB-bedrag")),
    Retourcode("1112", "De productcategorie is niet die van de toewijzing.", ("RC-1112",)),
    Retourcode("1142", "De productcode is niet die van de toewijzing.", ("RC-1142",)),
    Retourcode("8001", "De declaratie of factuur is volledig toegekend.", ("IV304.3",)),
    Retourcode("8004", "De geboortedatum hoort niet bij deze bsn.", ("RC-8004",)),
    Retourcode("8017", "De regel die gecrediteerd wordt, is niet bekend of verschilt.", ("TR323",)),
    Retourcode("8021", "Het referentienummer van de prestatie is al gebruikt.", ("TR314",)),
    Retourcode("8187", "De prestatie hoort niet bij deze client.", ("TR304",)),
    Retourcode("8214", "De declaratieperiode is niet de afgesproken periode.", ("TR318",)),
    Retourcode("8847", "De declaratieperiode begint in de toekomst.", ("RC-8847",)),
    Retourcode("8848", "De dagtekening ligt in de toekomst.", ("TR135", "TR135-303")),
    Retourcode("8849", "De dagtekening van het retourbericht ligt in de toekomst.", ("RC-8849",)),
    Retourcode("8853", "Een afgewezen regel van een declaratie wordt niet gecrediteerd.", ("RC-8853",)),
    Retourcode("8854", "De prestatie is al eerder gecrediteerd.", ("RC-8854",)),
    Retourcode("8855", "Met deze aanbieder zijn facturen afgesproken, geen declaraties.", ("RC-8855",)),
    Retourcode("8856", "Met deze aanbieder zijn declaraties afgesproken, geen facturen.", ("RC-8856",)),
    Retourcode("9019", "Bij deze start of stop is geen toewijzing gevonden.", ("TR019",)),
    Retourcode("9056", "De identificatie van het bericht is al gebruikt.", ("TR056",)),
    Retourcode("9063", "Wat verwijderd moet worden, is nooit ontvangen.", ("TR063",)),
    Retourcode("9069", "Er is geen actuele start met deze gegevens.", ("TR069",)),
    Retourcode("9071", "De start kan niet weg: de levering is al gestopt.", ("TR071",)),
    Retourcode("9074", "Deze start of stop is al eerder ontvangen.", ("TR074",)),
    Retourcode("9300", "De referentie van de aanbieder hoort niet bij een verzoek.", ("TR300",)),
    Retourcode("9307", "De prestatie begint buiten de toewijzing.", ("TR307",)),
    Retourcode("9308", "De prestatie eindigt buiten de toewijzing.", ("TR308",)),
    Retourcode("9309", "De eenheid is niet die van de toewijzing.", ("TR309",)),
    Retourcode("9311", "De toewijzing is van een andere aanbieder.", ("TR311",)),
    Retourcode("9319", "De prestatie ligt niet binnen één declaratieperiode.", ("TR319",)),
    Retourcode("9321", "Het volume is groter dan toegewezen.", ("TR321",)),
    Retourcode("9322", "Samen met eerdere prestaties is het volume groter dan toegewezen.", ("TR322",)),
    Retourcode("9326", "De lopende levering is nog niet gestopt.", ("TR326",)),
    Retourcode("S300", "De gemeentecode is niet bekend.", ("CS300",)),
    Retourcode("S329", "De productcode hoort niet bij de categorie.", ("CS329",)),
)
