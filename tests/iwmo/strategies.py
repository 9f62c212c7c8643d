"""Every object that a release can write, as hypothesis strategies; optional parts come and go."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import date

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.domain.bedrag import Bedrag, BedragMetDC
from app.domain.bericht import Achternaam, BerichtIdentificatie, Berichtsoort, Geboortedatum, Product
from app.domain.codelijsten import DebetCredit, Eenheid, Frequentie
from app.domain.declaratie import (
    ClientRetour,
    Declaratie,
    DeclaratieClient,
    DeclaratieFactuurIdentificatie,
    DeclaratieHeader,
    DeclaratieRetour,
    DeclaratieRetourHeader,
    IngediendeBedragPrestatie,
    Prestatie,
    PrestatieRetour,
    ProductReferentie,
    VerkorteNaam,
)
from app.domain.periode import GeslotenPeriode, OpenPeriode
from app.domain.toewijzing import (
    Adres,
    Beperking,
    BeperkingScore,
    Beschikking,
    BeschiktProduct,
    Client,
    Communicatie,
    Contact,
    Grondslagen,
    Huis,
    Omvang,
    Relatie,
    RetourHeader,
    Telefoon,
    Telefoonnummers,
    ToegewezenProduct,
    ToewijzingHeader,
    ToewijzingRetour,
    Toewijzingsbericht,
    VolledigeNaam,
)
from tests.builders import with_retour_codes

XML_BLANKS = " \t\r\n"

letters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
lines = st.characters(exclude_categories=("Cs", "Cc"), include_characters=XML_BLANKS, exclude_characters="\ufffe\uffff")
dates = st.dates(min_value=date(1800, 1, 1))
nummers = st.integers(0, 999_999_999)
percentages = st.integers(0, 9999)
volumes = st.integers(0, 99_999_999)
agb_codes = st.from_regex(r"[0-9]{8}", fullmatch=True)
bsns = st.from_regex(r"[0-9]{9}", fullmatch=True)
gemeenten = st.from_regex(r"[0-9]{4}", fullmatch=True)
kanten = st.sampled_from(DebetCredit)
bedragen = st.builds(Bedrag, st.integers(0, 99_999_999))
bedragen_met_dc = st.builds(BedragMetDC, bedragen, kanten)
totaalbedragen = st.builds(BedragMetDC, st.builds(Bedrag, st.integers(0, 999_999_999_999)), kanten)
versies = st.none() | st.from_regex(r"(0|[1-9][0-9]{0,35})\.[1-9]\.0", fullmatch=True)


def texts(longest: int) -> SearchStrategy[str]:
    """What most strings of the standard allow: something, on one line."""
    return st.text(letters, min_size=1, max_size=longest).filter(lambda text: bool(text.strip(" ")))


def maybe(strategy: SearchStrategy) -> SearchStrategy:
    """The value or None."""
    return st.none() | strategy


def codes(*values: str) -> SearchStrategy[str]:
    """One of a code list."""
    return st.sampled_from(values)


def some(strategy: SearchStrategy, *, least: int = 1, most: int = 3) -> SearchStrategy[tuple]:
    """A tuple of them."""
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


namen = texts(200)
geslachten = codes("0", "1", "2")
achternamen = st.builds(Achternaam, naam=namen, voorvoegsel=maybe(texts(10)))
geboortedata = st.builds(Geboortedatum, datum=dates, datum_gebruik=maybe(codes("1", "2", "3")))
grondslagen = st.builds(Grondslagen, grondslag01=codes("01", "07"), grondslag02=maybe(codes("02")))
communicaties = st.builds(Communicatie, vorm=codes("1", "3"), taal=maybe(texts(25)))
telefoons = st.builds(Telefoon, telefoonnummer=st.from_regex(r"[0-9]{1,15}", fullmatch=True), landnummer=texts(4))
huizen = st.builds(
    Huis,
    huisnummer=st.integers(0, 99_999),
    huisletter=maybe(texts(1)),
    huisnummer_toevoeging=maybe(texts(4)),
    aanduiding_woonadres=maybe(codes("AB", "TO")),
)
adressen = st.builds(
    Adres,
    huis=maybe(huizen),
    postcode=maybe(texts(8)),
    straatnaam=maybe(texts(24)),
    plaatsnaam=maybe(texts(80)),
    land_code=maybe(codes("NL", "BE")),
)
contacten = st.builds(
    Contact,
    soort=codes("01", "04"),
    adres=maybe(adressen),
    organisatie=maybe(texts(35)),
    telefoon=maybe(st.builds(Telefoonnummers, telefoon01=telefoons, telefoon02=maybe(telefoons))),
    emailadres=maybe(texts(80)),
    periode=maybe(st.builds(OpenPeriode, begindatum=maybe(dates), einddatum=maybe(dates))),
)
toewijzing_headers = st.builds(
    ToewijzingHeader,
    afzender=gemeenten,
    ontvanger=agb_codes,
    bericht_identificatie=st.builds(BerichtIdentificatie, identificatie=texts(12), dagtekening=dates),
)


class OfRelease:
    """The objects of 301 and 302 as one release allows them."""

    def __init__(self, release: str) -> None:
        self.old = release == "2.1"
        first = st.characters(categories=("L",)) if self.old else st.sampled_from(string.ascii_letters + "Àỳé")
        rest = string.ascii_letters if self.old else string.ascii_letters + "Àỳé"
        self.voorletters = st.builds(lambda one, more: one + more, first, st.text(rest, max_size=5))
        self.commentaar = maybe(
            texts(60) if self.old else st.text(lines, max_size=60).filter(lambda t: bool(t.strip(XML_BLANKS)))
        )
        eenheden = [e for e in Eenheid if not self.old or e not in (Eenheid.WEEK, Eenheid.TIJDSONAFHANKELIJK)]
        self.omvang = maybe(
            st.builds(Omvang, volume=volumes, eenheid=st.sampled_from(eenheden), frequentie=st.sampled_from(Frequentie))
        )
        self.product = st.builds(Product, categorie=codes("01", "09", "18"), code=maybe(texts(5)))
        self.retour_codes = some(codes("0200", "0233", "9056"))
        self.naam = st.builds(
            VolledigeNaam,
            geslachtsnaam=achternamen,
            partnernaam=maybe(achternamen),
            voornamen=maybe(namen),
            voorletters=maybe(self.voorletters),
            naam_gebruik=codes("1", "2", "6"),
        )
        self.verkorte_naam = st.builds(
            VerkorteNaam, geslachtsnaam=achternamen, voornamen=maybe(namen), voorletters=maybe(self.voorletters)
        )

    def relaties(self) -> SearchStrategy[Relatie]:
        return st.builds(
            Relatie,
            nummer=texts(20),
            volgorde=maybe(st.integers(0, 99)),
            soort=codes("03", "25"),
            geboortedatum=maybe(geboortedata),
            geslacht=maybe(geslachten),
            naam=self.naam,
            contact=contacten,
        )

    def beperkingen(self) -> SearchStrategy[Beperking]:
        scores = st.builds(BeperkingScore, vraag=codes("0101"), score=codes("0", "9"), commentaar=self.commentaar)
        return st.builds(
            Beperking,
            categorie=codes("1", "6"),
            duur=maybe(codes("1", "4")),
            commentaar=self.commentaar,
            beperking_scores=some(scores, least=0, most=2),
        )

    def toegewezen_producten(self) -> SearchStrategy[ToegewezenProduct]:
        return st.builds(
            ToegewezenProduct,
            toewijzing_nummer=maybe(nummers),
            referentie_aanbieder=maybe(texts(36)),
            product=self.product,
            aanbieder=agb_codes if self.old else st.none(),
            toewijzingsdatum=dates,
            toewijzingstijd=st.times(),
            ingangsdatum=dates,
            einddatum=maybe(dates),
            reden_wijziging=maybe(codes("01", "09")),
            omvang=self.omvang,
            commentaar=st.none() if self.old else self.commentaar,
        )

    def beschikkingen(self) -> SearchStrategy[Beschikking]:
        beschikt = st.builds(
            BeschiktProduct,
            product=self.product,
            ingangsdatum=dates,
            einddatum=maybe(dates),
            omvang=self.omvang,
            commentaar=self.commentaar,
        )
        return st.builds(
            Beschikking,
            beschikking_nummer=nummers,
            grondslagen=maybe(grondslagen),
            afgiftedatum=dates,
            ingangsdatum=dates,
            einddatum=maybe(dates),
            commentaar=self.commentaar,
            beperkingen=some(self.beperkingen(), least=0, most=2),
            beschikt_producten=some(beschikt, most=2) if self.old else st.just(()),
            toegewezen_producten=some(self.toegewezen_producten(), most=2),
        )

    def clienten(self) -> SearchStrategy[Client]:
        return st.builds(
            Client,
            bsn=bsns,
            geboortedatum=geboortedata,
            geslacht=geslachten,
            naam=self.naam,
            communicatie=maybe(communicaties),
            juridische_status=maybe(codes("01", "12")),
            wettelijke_vertegenwoordiging=maybe(codes("06", "10")),
            commentaar=self.commentaar,
            relaties=some(self.relaties(), least=0, most=1),
            contactgegevens=some(contacten, most=2),
            beschikking=self.beschikkingen(),
        )

    def toewijzingsberichten(self) -> SearchStrategy[Toewijzingsbericht]:
        return st.builds(
            Toewijzingsbericht,
            header=toewijzing_headers,
            clienten=some(self.clienten(), most=2 if self.old else 1),
        )

    def toewijzing_retouren(self) -> SearchStrategy[ToewijzingRetour]:
        header = st.builds(
            RetourHeader,
            afzender=gemeenten,
            ontvanger=agb_codes,
            bericht_identificatie=st.builds(BerichtIdentificatie, identificatie=texts(12), dagtekening=dates),
            identificatie_retour=texts(12),
            dagtekening_retour=dates,
            xslt_versie=st.none() if self.old else versies,
            retour_codes=st.just(()) | self.retour_codes,
        )
        coded = st.builds(lambda client, retour: with_retour_codes(client, *retour), self.clienten(), self.retour_codes)
        clienten = some(coded, least=0, most=2 if self.old else 1)
        return st.builds(ToewijzingRetour, header=header, clienten=clienten)


NIEUW = OfRelease("2.3")
gesloten_perioden = st.builds(GeslotenPeriode, dates, dates)
referentie_nummers = st.text(lines, min_size=1, max_size=20)
factuur_identificaties = st.builds(
    DeclaratieFactuurIdentificatie,
    declaratie_periode=gesloten_perioden,
    declarant_factuur_nummer=st.from_regex(r"[a-zA-Z0-9]{1,12}", fullmatch=True),
    factuur_dagtekening=dates,
    btw_id_nummer=maybe(st.from_regex(r"NL[0-9]{9}B[0-9]{2}", fullmatch=True)),
)
ingediend = st.builds(
    IngediendeBedragPrestatie,
    geleverd_volume=volumes,
    eenheid=st.sampled_from(Eenheid),
    verrekenpercentage=maybe(percentages),
    product_tarief=maybe(bedragen),
    berekend_bedrag=maybe(bedragen_met_dc),
    btw_vrijstelling_indicatie=maybe(codes("1", "2")),
    btw_percentage=maybe(percentages),
    btw_bedrag=maybe(bedragen_met_dc),
    declaratie_factuur_bedrag=bedragen_met_dc,
)
prestaties = st.builds(
    Prestatie,
    beschikking_nummer=maybe(nummers),
    toewijzing_nummer=maybe(nummers),
    product_categorie=codes("01", "18"),
    product_code=texts(5),
    product_periode=gesloten_perioden,
    ingediende_bedrag_prestatie=ingediend,
    product_referentie=st.builds(
        ProductReferentie, referentie_nummer=referentie_nummers, vorig_referentie_nummer=maybe(referentie_nummers)
    ),
    commentaar=NIEUW.commentaar,
)
client_facts: Mapping[str, SearchStrategy] = {
    "bsn": bsns,
    "geboortedatum": geboortedata,
    "geslacht": geslachten,
    "naam": NIEUW.verkorte_naam,
    "commentaar": NIEUW.commentaar,
}
header_facts: Mapping[str, SearchStrategy] = {
    "gemeente": gemeenten,
    "servicebureau": maybe(codes("98000001", "00000000")),
    "aanbieder": agb_codes,
    "betaling_aan_id": codes("01", "02"),
    "declaratie_factuur_identificatie": factuur_identificaties,
}
retour_codes = some(codes("0001", "0200", "0611", "9321"))
declaraties = st.builds(
    Declaratie,
    header=st.builds(
        DeclaratieHeader,
        bericht_code=codes("416", "448"),
        **header_facts,
        declaratie_factuur_totaal_bedrag=totaalbedragen,
        btw_totaal_bedrag=maybe(totaalbedragen),
    ),
    clienten=some(st.builds(DeclaratieClient, **client_facts, prestaties=some(prestaties, most=2)), most=2),
)
prestatie_retouren = st.builds(
    PrestatieRetour,
    prestatie=prestaties,
    gemeente_berekend_bedrag=bedragen_met_dc,
    toegekend_bedrag=bedragen_met_dc,
    retour_codes=st.just(()) | retour_codes,
)
client_retouren = st.builds(
    ClientRetour,
    **client_facts,
    prestaties=some(prestatie_retouren, most=2),
    retour_codes=st.just(()) | retour_codes,
)
declaratie_retouren = st.builds(
    DeclaratieRetour,
    header=st.builds(
        DeclaratieRetourHeader,
        bericht_code=codes("417", "449"),
        **header_facts,
        gemeente_referentie_nummer=st.text(lines, min_size=1, max_size=24),
        retour_dagtekening=dates,
        ingediend_totaal_bedrag=totaalbedragen,
        toegekend_totaal_bedrag=totaalbedragen,
        xslt_versie=versies,
        retour_codes=retour_codes,
    ),
    clienten=some(client_retouren, least=0, most=2),
)

WRITTEN: Mapping[tuple[str, Berichtsoort], SearchStrategy] = {
    ("2.1", Berichtsoort.WMO301): OfRelease("2.1").toewijzingsberichten(),
    ("2.1", Berichtsoort.WMO302): OfRelease("2.1").toewijzing_retouren(),
    ("2.3", Berichtsoort.WMO301): NIEUW.toewijzingsberichten(),
    ("2.3", Berichtsoort.WMO302): NIEUW.toewijzing_retouren(),
    ("2.3", Berichtsoort.WMO303): declaraties,
    ("2.3", Berichtsoort.WMO304): declaratie_retouren,
}
