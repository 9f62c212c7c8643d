"""Messages to measure with, of any size: the same arguments give the same bytes.

Only the standard library is used, so that a process that posts them is light. Every client has a number, from which
follow its bsn, birth date and toewijzing; `tests.bench.ground` puts the toewijzingen in a database.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

GEMEENTE: Final = "0384"
AANBIEDER: Final = "42420001"
LARGE_LINES: Final = 19_850
"""Prestaties of a 303 of about 25 MB, the largest that is accepted."""

FIRST_TOEWIJZING: Final = 1_000_000
LINES_PER_CLIENT: Final = 3
ONE_OF: Final = 1_000
"""All lines on one client are on the one that the number of the 303 gives, of so many."""

VARIANTS: Final = ("many", "one", "refused")
"""Three lines on each client, all lines on one, and three on each of which none is granted."""

UNKNOWN: Final = 500_000_000
NAMES: Final = ("Vis", "Bakker", "Van den Berg", "Oudenhuijzen", "De Vries-Haverkamp", "Smit", "Testmans")
HEAD: Final = "<?xml version='1.0' encoding='UTF-8'?>\n"


def _bsns() -> Iterator[str]:
    """Every number of nine digits that begins with 9999, as those of invented people do, and keeps to the elfproef."""
    for first in range(99_999_999, 99_989_999, -1):
        rest = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), str(first), strict=True)) % 11
        if rest != 10:
            yield f"{first}{rest}"


_BSNS: Final = tuple(_bsns())
CLIENTS: Final = 9_000
"""So many clients have a bsn of their own."""


def bsn(client: int) -> str:
    """The bsn of a client; IndexError when there are no so many."""
    return _BSNS[client]


def born(client: int) -> date:
    """The birth date of a client."""
    return date(1930, 1, 1) + timedelta(days=client * 37 % 25_000)


def toewijzing(number: int, *, client: int | None = None, aanbieder: str = AANBIEDER) -> bytes:
    """A 301 with one toewijzing, that has this number, for this client or for one of all in turn."""
    whom = number % CLIENTS if client is None else client
    return _TOEWIJZING.format(
        number=number, aanbieder=aanbieder, gemeente=GEMEENTE, bsn=bsn(whom), geboren=born(whom)
    ).encode()


def declaratie(lines: int, variant: str = "many", number: int = 1) -> bytes:
    """A 303 with so many lines; another number gives another invoice, with other references, volumes and clients."""
    chance = random.Random(f"{variant} {number}")
    volumes = [chance.randint(1, 9) for _ in range(lines)]
    parts = [_DECLARATIE_HEAD.format(gemeente=GEMEENTE, aanbieder=AANBIEDER, number=number, totaal=100 * sum(volumes))]
    per_client = lines if variant == "one" else LINES_PER_CLIENT
    for place, first in enumerate(range(0, lines, per_client)):
        client = number % ONE_OF if variant == "one" else place
        naam = chance.choice(NAMES)
        parts.append(_CLIENT_HEAD.format(bsn=bsn(client), geboren=born(client), naam=naam, letter=naam[0]))
        parts.extend(_lines(client, first, volumes[first : first + per_client], variant, number))
        parts.append(_CLIENT_TAIL)
    parts.append(_DECLARATIE_TAIL)
    return "".join(parts).encode()


def clients_of(lines: int) -> int:
    """How many clients need a toewijzing for any 303 with so many lines."""
    return max(ONE_OF, -(-lines // LINES_PER_CLIENT))


def _lines(client: int, first: int, volumes: list[int], variant: str, number: int) -> Iterator[str]:
    base = UNKNOWN if variant == "refused" else FIRST_TOEWIJZING
    for place, volume in enumerate(volumes, first):
        yield _PRESTATIE.format(
            toewijzing=base + client, volume=volume, bedrag=100 * volume, referentie=f"P{number}-{place}"
        )


_TOEWIJZING: Final = (
    HEAD
    + """\
<wmo301:Bericht xmlns:wmo301="http://www.istandaarden.nl/iwmo/2_3/wmo301/schema" \
xmlns:iwmo="http://www.istandaarden.nl/iwmo/2_3/basisschema/schema">
  <wmo301:Header>
    <wmo301:BerichtCode>414</wmo301:BerichtCode>
    <wmo301:BerichtVersie>2</wmo301:BerichtVersie>
    <wmo301:BerichtSubversie>3</wmo301:BerichtSubversie>
    <wmo301:Afzender>{gemeente}</wmo301:Afzender>
    <wmo301:Ontvanger>{aanbieder}</wmo301:Ontvanger>
    <wmo301:BerichtIdentificatie>
      <iwmo:Identificatie>T{number}</iwmo:Identificatie>
      <iwmo:Dagtekening>2019-05-14</iwmo:Dagtekening>
    </wmo301:BerichtIdentificatie>
  </wmo301:Header>
  <wmo301:Client>
    <wmo301:Bsn>{bsn}</wmo301:Bsn>
    <wmo301:Geboortedatum>
      <iwmo:Datum>{geboren}</iwmo:Datum>
    </wmo301:Geboortedatum>
    <wmo301:Geslacht>2</wmo301:Geslacht>
    <wmo301:Naam>
      <iwmo:Geslachtsnaam>
        <iwmo:Achternaam>Testmans</iwmo:Achternaam>
      </iwmo:Geslachtsnaam>
      <iwmo:NaamGebruik>1</iwmo:NaamGebruik>
    </wmo301:Naam>
    <wmo301:Contactgegevens>
      <wmo301:Contact>
        <wmo301:Soort>01</wmo301:Soort>
        <wmo301:Adres>
          <iwmo:Huis>
            <iwmo:Huisnummer>1</iwmo:Huisnummer>
          </iwmo:Huis>
          <iwmo:Postcode>1234AB</iwmo:Postcode>
          <iwmo:Straatnaam>Teststraat</iwmo:Straatnaam>
          <iwmo:Plaatsnaam>Testdorp</iwmo:Plaatsnaam>
          <iwmo:LandCode>NL</iwmo:LandCode>
        </wmo301:Adres>
      </wmo301:Contact>
    </wmo301:Contactgegevens>
    <wmo301:Beschikking>
      <wmo301:BeschikkingNummer>1</wmo301:BeschikkingNummer>
      <wmo301:Afgiftedatum>2019-05-13</wmo301:Afgiftedatum>
      <wmo301:Ingangsdatum>2019-05-20</wmo301:Ingangsdatum>
      <wmo301:ToegewezenProducten>
        <wmo301:ToegewezenProduct>
          <wmo301:ToewijzingNummer>{number}</wmo301:ToewijzingNummer>
          <wmo301:Product>
            <iwmo:Categorie>02</iwmo:Categorie>
            <iwmo:Code>02A01</iwmo:Code>
          </wmo301:Product>
          <wmo301:Toewijzingsdatum>2019-05-13</wmo301:Toewijzingsdatum>
          <wmo301:Toewijzingstijd>09:00:00</wmo301:Toewijzingstijd>
          <wmo301:Ingangsdatum>2019-05-20</wmo301:Ingangsdatum>
          <wmo301:Einddatum>2019-09-08</wmo301:Einddatum>
          <wmo301:Omvang>
            <iwmo:Volume>10000000</iwmo:Volume>
            <iwmo:Eenheid>82</iwmo:Eenheid>
            <iwmo:Frequentie>3</iwmo:Frequentie>
          </wmo301:Omvang>
        </wmo301:ToegewezenProduct>
      </wmo301:ToegewezenProducten>
    </wmo301:Beschikking>
  </wmo301:Client>
</wmo301:Bericht>
"""
)

_DECLARATIE_HEAD: Final = (
    HEAD
    + """\
<wmo303:Bericht xmlns:wmo303="http://www.istandaarden.nl/iwmo/2_3/wmo303/schema" \
xmlns:iwmo="http://www.istandaarden.nl/iwmo/2_3/basisschema/schema">
  <wmo303:Header>
    <wmo303:BerichtCode>416</wmo303:BerichtCode>
    <wmo303:BerichtVersie>2</wmo303:BerichtVersie>
    <wmo303:BerichtSubversie>3</wmo303:BerichtSubversie>
    <wmo303:Gemeente>{gemeente}</wmo303:Gemeente>
    <wmo303:Aanbieder>{aanbieder}</wmo303:Aanbieder>
    <wmo303:BetalingAanID>02</wmo303:BetalingAanID>
    <wmo303:DeclaratieFactuurIdentificatie>
      <iwmo:DeclaratiePeriode>
        <iwmo:Begindatum>2019-05-20</iwmo:Begindatum>
        <iwmo:Einddatum>2019-06-16</iwmo:Einddatum>
      </iwmo:DeclaratiePeriode>
      <iwmo:DeclarantFactuurNummer>F{number}</iwmo:DeclarantFactuurNummer>
      <iwmo:FactuurDagtekening>2019-06-20</iwmo:FactuurDagtekening>
      <iwmo:ValutaCode>EUR</iwmo:ValutaCode>
    </wmo303:DeclaratieFactuurIdentificatie>
    <wmo303:DeclaratieFactuurBedragen>
      <iwmo:DeclaratieFactuurTotaalBedrag>
        <iwmo:TotaalBedrag>{totaal}</iwmo:TotaalBedrag>
        <iwmo:DebetCredit>D</iwmo:DebetCredit>
      </iwmo:DeclaratieFactuurTotaalBedrag>
    </wmo303:DeclaratieFactuurBedragen>
  </wmo303:Header>
  <wmo303:Clienten>
"""
)
_CLIENT_HEAD: Final = """\
    <wmo303:Client>
      <wmo303:Bsn>{bsn}</wmo303:Bsn>
      <wmo303:Geboortedatum>
        <iwmo:Datum>{geboren}</iwmo:Datum>
      </wmo303:Geboortedatum>
      <wmo303:Geslacht>2</wmo303:Geslacht>
      <wmo303:Naam>
        <iwmo:Geslachtsnaam>
          <iwmo:Achternaam>{naam}</iwmo:Achternaam>
        </iwmo:Geslachtsnaam>
        <iwmo:Voorletters>{letter}</iwmo:Voorletters>
      </wmo303:Naam>
      <wmo303:Prestaties>
"""
_PRESTATIE: Final = """\
        <wmo303:Prestatie>
          <wmo303:BeschikkingNummer>1</wmo303:BeschikkingNummer>
          <wmo303:ToewijzingNummer>{toewijzing}</wmo303:ToewijzingNummer>
          <wmo303:ProductCategorie>02</wmo303:ProductCategorie>
          <wmo303:ProductCode>02A01</wmo303:ProductCode>
          <wmo303:ProductPeriode>
            <iwmo:Begindatum>2019-05-20</iwmo:Begindatum>
            <iwmo:Einddatum>2019-06-16</iwmo:Einddatum>
          </wmo303:ProductPeriode>
          <wmo303:IngediendeBedragPrestatie>
            <iwmo:GeleverdVolume>{volume}</iwmo:GeleverdVolume>
            <iwmo:Eenheid>82</iwmo:Eenheid>
            <iwmo:ProductTarief>100</iwmo:ProductTarief>
            <iwmo:DeclaratieFactuurBedrag>
              <iwmo:Bedrag>{bedrag}</iwmo:Bedrag>
              <iwmo:DebetCredit>D</iwmo:DebetCredit>
            </iwmo:DeclaratieFactuurBedrag>
          </wmo303:IngediendeBedragPrestatie>
          <wmo303:ProductReferentie>
            <iwmo:ReferentieNummer>{referentie}</iwmo:ReferentieNummer>
          </wmo303:ProductReferentie>
        </wmo303:Prestatie>
"""
_CLIENT_TAIL: Final = """\
      </wmo303:Prestaties>
    </wmo303:Client>
"""
_DECLARATIE_TAIL: Final = """\
  </wmo303:Clienten>
</wmo303:Bericht>
"""
