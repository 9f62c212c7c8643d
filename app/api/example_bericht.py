"""An invented 301 as the description of the API shows it; its bsn is one for tests."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = "http://www.istandaarden.nl/iwmo/2_3"
WMO301: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<w:Bericht xmlns:w="{SCHEMA}/wmo301/schema" xmlns:i="{SCHEMA}/basisschema/schema">
  <w:Header>
    <w:BerichtCode>414</w:BerichtCode>
    <w:BerichtVersie>2</w:BerichtVersie>
    <w:BerichtSubversie>3</w:BerichtSubversie>
    <w:Afzender>1708</w:Afzender>
    <w:Ontvanger>98000001</w:Ontvanger>
    <w:BerichtIdentificatie>
      <i:Identificatie>T20180001</i:Identificatie>
      <i:Dagtekening>2018-01-02</i:Dagtekening>
    </w:BerichtIdentificatie>
  </w:Header>
  <w:Client>
    <w:Bsn>999900018</w:Bsn>
    <w:Geboortedatum>
      <i:Datum>1979-06-10</i:Datum>
    </w:Geboortedatum>
    <w:Geslacht>2</w:Geslacht>
    <w:Naam>
      <i:Geslachtsnaam>
        <i:Achternaam>Voorbeeld</i:Achternaam>
      </i:Geslachtsnaam>
      <i:NaamGebruik>1</i:NaamGebruik>
    </w:Naam>
    <w:Contactgegevens>
      <w:Contact>
        <w:Soort>01</w:Soort>
        <w:Adres>
          <i:Huis>
            <i:Huisnummer>1</i:Huisnummer>
          </i:Huis>
          <i:Postcode>8331AA</i:Postcode>
          <i:Straatnaam>Dorpsstraat</i:Straatnaam>
          <i:Plaatsnaam>Steenwijk</i:Plaatsnaam>
          <i:LandCode>NL</i:LandCode>
        </w:Adres>
      </w:Contact>
    </w:Contactgegevens>
    <w:Beschikking>
      <w:BeschikkingNummer>70001</w:BeschikkingNummer>
      <w:Afgiftedatum>2018-01-01</w:Afgiftedatum>
      <w:Ingangsdatum>2018-01-01</w:Ingangsdatum>
      <w:ToegewezenProducten>
        <w:ToegewezenProduct>
          <w:ToewijzingNummer>700010001</w:ToewijzingNummer>
          <w:Product>
            <i:Categorie>02</i:Categorie>
            <i:Code>02A01</i:Code>
          </w:Product>
          <w:Toewijzingsdatum>2018-01-01</w:Toewijzingsdatum>
          <w:Toewijzingstijd>09:00:00</w:Toewijzingstijd>
          <w:Ingangsdatum>2018-01-01</w:Ingangsdatum>
          <w:Einddatum>2018-12-30</w:Einddatum>
          <w:Omvang>
            <i:Volume>990</i:Volume>
            <i:Eenheid>83</i:Eenheid>
            <i:Frequentie>3</i:Frequentie>
          </w:Omvang>
        </w:ToegewezenProduct>
      </w:ToegewezenProducten>
    </w:Beschikking>
  </w:Client>
</w:Bericht>
"""
