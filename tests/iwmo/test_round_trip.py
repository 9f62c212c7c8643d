"""What is written in a release is valid there and reads back as the same object."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.bericht import BerichtIdentificatie, Berichtsoort
from app.domain.codelijsten import Eenheid
from app.domain.verzoek import OverigBericht
from app.iwmo.pad import element_at, pad_of
from app.iwmo.reading import read, recognise
from app.iwmo.release import Inhoud
from app.iwmo.releases import RELEASES, write
from app.iwmo.text import CannotWrite
from app.iwmo.xsd import Schemas
from tests import builders as a
from tests.iwmo.onderdelen import onderdelen
from tests.iwmo.strategies import WRITTEN

ROOT = Path(__file__).parents[2]
SLOW_DATA = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
OFFICIAL = ROOT.parent / "shared" / "iwmo" / "official"
GROWN = a.a_client(
    a.a_toegewezen_product(),
    a.a_toegewezen_product(toewijzing_nummer=1002),
    relaties=(a.a_relatie(), a.a_relatie(nummer="2")),
    contactgegevens=(a.a_contact(), a.a_contact(soort="03")),
)
OLD = a.a_client(
    beschikking=a.a_beschikking(
        a.a_toegewezen_product(aanbieder=a.AANBIEDER),
        a.a_toegewezen_product(aanbieder=a.OTHER_AANBIEDER, toewijzing_nummer=1002),
        beperkingen=(a.a_beperking(), a.a_beperking(categorie="2")),
        beschikt_producten=(a.a_beschikt_product(),),
    )
)


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return Schemas.load(ROOT / "schemas" / "iwmo")


@pytest.fixture(scope="module")
def official() -> Schemas:
    if not OFFICIAL.is_dir():
        pytest.skip("the official XSDs are not beside this repository")
    return Schemas.load(OFFICIAL)


def valid_in(schemas: Schemas, inhoud: Inhoud, release: str) -> bool:
    recognised = recognise(write(inhoud, release))
    return schemas.findings(release, recognised.soort, recognised.tree) == ()


@pytest.mark.parametrize(("release", "soort"), WRITTEN, ids=lambda part: str(part))
class TestRoundTrip:
    @settings(max_examples=60, deadline=None, suppress_health_check=SLOW_DATA)
    @given(data=st.data())
    def test_reads_what_it_wrote(self, release: str, soort: Berichtsoort, schemas: Schemas, data: st.DataObject):
        inhoud = data.draw(WRITTEN[release, soort])

        recognised = recognise(write(inhoud, release))

        assert (recognised.release, recognised.soort) == (release, soort)
        assert schemas.findings(release, soort, recognised.tree) == ()
        assert read(recognised) == inhoud

    @settings(max_examples=15, deadline=None, suppress_health_check=SLOW_DATA)
    @given(data=st.data())
    def test_is_valid_officially(self, release: str, soort: Berichtsoort, official: Schemas, data: st.DataObject):
        assert valid_in(official, data.draw(WRITTEN[release, soort]), release)

    @settings(max_examples=15, deadline=None, suppress_health_check=SLOW_DATA)
    @given(data=st.data())
    def test_every_class_knows_where_it_stood(self, release: str, soort: Berichtsoort, data: st.DataObject):
        recognised = recognise(write(data.draw(WRITTEN[release, soort]), release))

        for onderdeel in onderdelen(read(recognised)):
            element = element_at(recognised.tree, onderdeel.pad)
            assert element is not None, onderdeel.pad
            assert pad_of(element) == onderdeel.pad
            assert element.sourceline == recognised.line_of(onderdeel.pad)


class TestBuilders:
    @pytest.mark.parametrize(
        ("inhoud", "release"),
        [
            (a.a_toewijzingsbericht(GROWN), "2.3"),
            (a.a_toewijzing_retour(a.with_retour_codes(GROWN)), "2.3"),
            (a.a_toewijzingsbericht(OLD, OLD), "2.1"),
            (a.a_toewijzing_retour(a.with_retour_codes(OLD), a.with_retour_codes(OLD)), "2.1"),
            (a.a_declaratie(a.a_declaratie_client(), a.a_declaratie_client(bsn=a.BSN_Y)), "2.3"),
            (a.a_declaratie(a.a_prestatie(), a.a_prestatie(referentie_nummer="R0002", credit=True)), "2.3"),
            (a.a_declaratie_retour(a.a_client_retour(a.a_prestatie_retour(), a.a_prestatie_retour())), "2.3"),
        ],
    )
    def test_puts_the_pads_that_the_reader_puts(self, inhoud: Inhoud, release: str, schemas: Schemas):
        again = read(recognise(write(inhoud, release)))

        assert valid_in(schemas, inhoud, release)
        assert again == inhoud
        assert [part.pad for part in onderdelen(again)] == [part.pad for part in onderdelen(inhoud)]


class TestDocument:
    def test_is_utf8_without_byte_order_mark(self):
        body = write(a.a_toewijzingsbericht(a.a_client(commentaar="één € 𝄞")), "2.3")

        assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<wmo301:Bericht ")
        assert "één € 𝄞".encode() in body

    def test_is_indented(self):
        lines = write(a.a_declaratie(), "2.3").splitlines()

        assert b"  <wmo303:Header>" in lines
        assert b"      <iwmo:DeclarantFactuurNummer>F001</iwmo:DeclarantFactuurNummer>" in lines


class TestCannotWrite:
    def refuse(self, inhoud: Inhoud, release: str) -> str:
        with pytest.raises(CannotWrite) as caught:
            write(inhoud, release)
        return str(caught.value)

    def test_two_clienten_in_2_3(self):
        text = self.refuse(a.a_toewijzingsbericht(a.a_client(), a.a_client(bsn=a.BSN_Y)), "2.3")
        assert text == "Bericht has room for one Client"

    def test_no_client_in_2_3(self):
        bericht = replace(a.a_toewijzingsbericht(), clienten=())
        assert self.refuse(bericht, "2.3") == "Bericht needs Client"

    def test_declaratie_in_2_1(self):
        assert self.refuse(a.a_declaratie(), "2.1") == "Release 2.1 does not write a Declaratie"

    def test_unknown_release(self):
        assert self.refuse(a.a_declaratie(), "9.9") == "There is no release '9.9'; known are 2.1, 2.3"

    def test_product_without_aanbieder_in_2_1(self):
        beschikking = a.a_beschikking(beschikt_producten=(a.a_beschikt_product(),))
        text = self.refuse(a.a_toewijzingsbericht(a.a_client(beschikking=beschikking)), "2.1")
        assert text == "ToegewezenProduct needs Aanbieder"

    def test_aanbieder_of_a_product_in_2_3(self):
        bericht = a.a_toewijzingsbericht(a.a_client(a.a_toegewezen_product(aanbieder=a.AANBIEDER)))
        assert self.refuse(bericht, "2.3") == "ToegewezenProduct has no aanbieder in this release"

    def test_beschikt_producten_in_2_3(self):
        beschikking = a.a_beschikking(beschikt_producten=(a.a_beschikt_product(),))
        text = self.refuse(a.a_toewijzingsbericht(a.a_client(beschikking=beschikking)), "2.3")
        assert text == "Beschikking has no beschikt_producten in this release"

    def test_retour_codes_in_a_301(self):
        bericht = a.a_toewijzingsbericht(a.with_retour_codes(a.a_client()))
        assert self.refuse(bericht, "2.3") == "Contact has no retour_codes in this release"

    def test_class_without_retour_codes_in_a_302(self):
        assert self.refuse(a.a_toewijzing_retour(a.a_client()), "2.3") == "Contact needs RetourCodes"

    def test_xslt_versie_in_2_1(self):
        retour = a.a_toewijzing_retour(header=a.a_retour_header(xslt_versie="1.0.0"))
        assert self.refuse(retour, "2.1") == "Header has no xslt_versie in this release"

    def test_eenheid_that_2_1_does_not_have(self):
        product = a.a_toegewezen_product(aanbieder=a.AANBIEDER, omvang=a.an_omvang(eenheid=Eenheid.WEEK))
        beschikking = a.a_beschikking(product, beschikt_producten=(a.a_beschikt_product(),))
        text = self.refuse(a.a_toewijzingsbericht(a.a_client(beschikking=beschikking)), "2.1")
        assert text == "Eenheid has a code that this release has not"

    @pytest.mark.parametrize("character", ["\x00", "\x0b", "\ufffe", "\ud800"])
    def test_character_that_xml_has_not(self, character: str):
        bericht = a.a_toewijzingsbericht(a.a_client(commentaar=f"geheim{character}"))
        assert self.refuse(bericht, "2.3") == "Commentaar holds a character that XML has not"

    @pytest.mark.parametrize("release", RELEASES)
    def test_message_that_is_only_read(self, release: str):
        identificatie = BerichtIdentificatie(identificatie="A1", dagtekening=a.P1.begindatum)
        overig = OverigBericht(afzender="42420001", ontvanger="0384", bericht_identificatie=identificatie)
        assert self.refuse(overig, release) == f"Release {release} does not write a OverigBericht"
