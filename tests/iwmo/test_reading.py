"""Recognising a message and reading its values."""

from __future__ import annotations

from datetime import date, time
from itertools import product

import pytest

from app.domain.bericht import Berichtsoort
from app.domain.codelijsten import Eenheid
from app.domain.declaratie import Declaratie
from app.domain.refusals import RejectedBericht
from app.domain.toewijzing import Toewijzingsbericht
from app.domain.verzoek import OverigBericht
from app.iwmo.reading import Aanduiding, declared, read, recognise
from app.iwmo.releases import RELEASES, write
from tests import builders as a

TOEWIJZING = write(a.a_toewijzingsbericht(), "2.3").decode()
DECLARATIE = write(a.a_declaratie(), "2.3").decode()
PRODUCT = "/Bericht/Client/Beschikking/ToegewezenProducten/ToegewezenProduct[1]"


def toewijzing(**texts: str) -> Toewijzingsbericht:
    """The 301 with other text in these elements."""
    inhoud = read(recognise(changed(TOEWIJZING, **texts)))
    assert isinstance(inhoud, Toewijzingsbericht)
    return inhoud


def declaratie(**texts: str) -> Declaratie:
    """The 303 with other text in these elements."""
    inhoud = read(recognise(changed(DECLARATIE, **texts)))
    assert isinstance(inhoud, Declaratie)
    return inhoud


def changed(message: str, **texts: str) -> bytes:
    for name, text in texts.items():
        start = message.index(f":{name}>") + len(name) + 2
        message = message[:start] + text + message[message.index("</", start) :]
    return message.encode()


class TestRecognise:
    @pytest.mark.parametrize(
        ("release", "soort"), [(r.naam, s) for r in RELEASES.values() for s in r.adapters], ids=str
    )
    def test_by_namespace_whatever_the_prefix(self, release: str, soort: Berichtsoort):
        namespace = RELEASES[release].adapters[soort].namespace
        for body in (f'<Bericht xmlns="{namespace}"/>', f'<zomaar:Bericht xmlns:zomaar="{namespace}"/>'):
            recognised = recognise(body.encode())
            assert (recognised.release, recognised.soort) == (release, soort)

    def test_prefix_of_another_message_means_nothing(self):
        body = '<wmo303:Bericht xmlns:wmo303="http://www.istandaarden.nl/iwmo/2_3/wmo301/schema"/>'
        assert recognise(body.encode()).soort is Berichtsoort.WMO301

    def test_one_namespace_for_each_message(self):
        namespaces = [adapter.namespace for release in RELEASES.values() for adapter in release.adapters.values()]
        assert len(set(namespaces)) == len(namespaces) == 18

    @pytest.mark.parametrize("encoding", ["UTF-8", "utf-8"])
    def test_declared_utf8(self, encoding: str):
        body = TOEWIJZING.replace("encoding='UTF-8'", f'encoding = "{encoding}" standalone="yes"')
        assert recognise(body.encode()).soort is Berichtsoort.WMO301

    def test_without_declaration(self):
        assert recognise(TOEWIJZING.partition("\n")[2].encode()).release == "2.3"

    def test_comments_and_instructions_are_gone(self):
        with_comments = TOEWIJZING.replace("<wmo301:Bericht", "<!-- <!DOCTYPE x> --><?p <!DOCTYPE?>\n<wmo301:Bericht")
        with_comments = with_comments.replace(">850<", "><!-- x -->8<?p q?>5<![CDATA[0]]><!-- y --><")

        inhoud = read(recognise(with_comments.encode()))

        assert inhoud == a.a_toewijzingsbericht()


class TestLineOf:
    recognised = recognise(TOEWIJZING.encode())
    lines = TOEWIJZING.splitlines()

    @pytest.mark.parametrize(
        ("pad", "text"),
        [
            ("/Bericht", "<wmo301:Bericht "),
            ("/Bericht/Client/Bsn", "<wmo301:Bsn>"),
            (PRODUCT, "<wmo301:ToegewezenProduct>"),
            (f"{PRODUCT}/Product/Code", "<iwmo:Code>"),
            (f"{PRODUCT}/Commentaar", "<wmo301:ToegewezenProduct>"),
            (f"{PRODUCT}/Omvang/Volume/Diep/Dieper[3]", "<iwmo:Volume>"),
            (PRODUCT.replace("[1]", "[2]"), "<wmo301:ToegewezenProducten>"),
            ("/Bericht/", "<wmo301:Bericht "),
        ],
    )
    def test_is_that_of_the_element_or_of_what_holds_it(self, pad: str, text: str):
        line = self.recognised.line_of(pad)
        assert line is not None
        assert self.lines[line - 1].strip().startswith(text)

    @pytest.mark.parametrize("pad", ["", "/", "/Envelope/Bericht", "Client"])
    def test_none_outside_the_message(self, pad: str):
        assert self.recognised.line_of(pad) is None

    def test_far_down(self):
        prestaties = [a.a_prestatie(referentie_nummer=f"R{number}") for number in range(3200)]
        body = write(a.a_declaratie(*prestaties), "2.3")

        line = recognise(body).line_of("/Bericht/Clienten/Client[1]/Prestaties/Prestatie[3200]/ProductReferentie")

        assert line is not None
        assert line > 65_535
        assert body.splitlines()[line].strip() == b"<iwmo:ReferentieNummer>R3199</iwmo:ReferentieNummer>"

    @pytest.mark.parametrize("pad", ["/Bericht/Client/Beschikking", PRODUCT, f"{PRODUCT}/Product/Code"])
    def test_far_down_on_one_line(self, pad: str):
        flat = "".join(line.strip() for line in self.lines[1:])
        body = flat.replace("<wmo301:Beschikking>", "\n" * 70_000 + "<wmo301:Beschikking>")

        assert recognise(body.encode()).line_of(pad) == 70_001


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("850", 850),
            ("+7", 7),
            ("007", 7),
            ("-0", 0),
            (" 850\n", 850),
            ("+000", 0),
            ("0" * 5000 + "9", 9),
            ("0" * 5000, 0),
            ("-" + "0" * 5000, 0),
            (" +" + "0" * 9000 + "12 ", 12),
        ],
    )
    def test_are_compared_as_numbers(self, text: str, value: int):
        assert (
            declaratie(GeleverdVolume=text).clienten[0].prestaties[0].ingediende_bedrag_prestatie.geleverd_volume
            == value
        )
        assert (
            toewijzing(ToewijzingNummer=text).clienten[0].beschikking.toegewezen_producten[0].toewijzing_nummer == value
        )

    @pytest.mark.parametrize(("text", "eenheid"), [("4", Eenheid.UUR), ("04", Eenheid.UUR), (" +0082 ", Eenheid.STUKS)])
    def test_codes_of_2_1_are_numbers(self, text: str, eenheid: Eenheid):
        beschikking = a.a_beschikking(
            a.a_toegewezen_product(aanbieder=a.AANBIEDER), beschikt_producten=(a.a_beschikt_product(),)
        )
        message = write(a.a_toewijzingsbericht(a.a_client(beschikking=beschikking)), "2.1").decode()

        inhoud = read(recognise(changed(message, Eenheid=text, Categorie="9")))

        assert isinstance(inhoud, Toewijzingsbericht)
        [beschikt] = inhoud.clienten[0].beschikking.beschikt_producten
        assert beschikt.product.categorie == "09"
        assert beschikt.omvang is not None
        assert beschikt.omvang.eenheid is eenheid


class TestStrings:
    @pytest.mark.parametrize("text", [" R1 ", "R 1", "   ", "\tR1\n", "+7", "007"])
    def test_keep_their_blanks(self, text: str):
        [line] = declaratie(ReferentieNummer=text).clienten[0].prestaties
        assert line.product_referentie.referentie_nummer == text

    def test_codes_keep_their_zeros(self):
        header = declaratie(Gemeente="0014", Aanbieder="00000001").header
        assert (header.gemeente, header.aanbieder) == ("0014", "00000001")


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "tijd"),
        [
            ("00:00:00", time()),
            ("24:00:00", time()),
            ("24:00:00.000", time()),
            ("23:59:59", time(23, 59, 59)),
            ("09:30:00.5", time(9, 30, 0, 500_000)),
            ("09:30:00.123456", time(9, 30, 0, 123_456)),
            ("09:30:00.1234569", time(9, 30, 0, 123_456)),
            ("09:30:00." + "9" * 5000, time(9, 30, 0, 999_999)),
            (" 09:30:00 ", time(9, 30)),
        ],
    )
    def test_are_read(self, text: str, tijd: time):
        [product] = toewijzing(Toewijzingstijd=text).clienten[0].beschikking.toegewezen_producten
        assert product.toewijzingstijd == tijd


class TestDates:
    @pytest.mark.parametrize("text", ["1800-01-01", "9999-12-31", "2020-02-29", " 2019-05-13\n"])
    def test_are_read(self, text: str):
        [product] = toewijzing(Toewijzingsdatum=text).clienten[0].beschikking.toegewezen_producten
        assert product.toewijzingsdatum == date.fromisoformat(text.strip())

    @pytest.mark.parametrize("text", ["12018-01-01", "-0044-03-15", "1799-12-31", "0001-01-01", "123456789-01-01"])
    def test_that_cannot_be_meant_are_refused(self, text: str):
        with pytest.raises(RejectedBericht) as caught:
            toewijzing(Toewijzingsdatum=text)

        [finding] = caught.value.findings
        assert (finding.regel, finding.pad, finding.retourcode) == ("LEES", f"{PRODUCT}/Toewijzingsdatum", None)
        assert finding.regelnummer == recognise(TOEWIJZING.encode()).line_of(finding.pad)
        assert text not in repr(finding) + str(caught.value)

    def test_are_all_named(self):
        lines = [a.a_prestatie(referentie_nummer=f"R{number}") for number in range(3)]
        message = write(a.a_declaratie(*lines), "2.3").decode().replace("2019-06-16", "12019-06-16")
        message = message.replace("1979-06-10", "-1979-06-10")

        with pytest.raises(RejectedBericht) as caught:
            read(recognise(message.encode()))

        client = "/Bericht/Clienten/Client[1]"
        assert [finding.pad for finding in caught.value.findings] == [
            "/Bericht/Header/DeclaratieFactuurIdentificatie/DeclaratiePeriode/Einddatum",
            f"{client}/Geboortedatum/Datum",
            *(f"{client}/Prestaties/Prestatie[{number}]/ProductPeriode/Einddatum" for number in (1, 2, 3)),
        ]
        assert "1979" not in repr(caught.value.findings)


HEADER = """<Bericht xmlns="{namespace}" xmlns:i="{basis}"><Header>
<Afzender>{afzender}</Afzender><Ontvanger>{ontvanger}</Ontvanger>
<BerichtIdentificatie><i:Identificatie>A1</i:Identificatie><i:Dagtekening>2019-05-14</i:Dagtekening></BerichtIdentificatie>
{retour}</Header>{rest}</Bericht>"""
RETOUR = "<IdentificatieRetour>B1</IdentificatieRetour><DagtekeningRetour>2019-05-15</DagtekeningRetour>"
RETOUREN = {Berichtsoort.WMO302, Berichtsoort.WMO306, Berichtsoort.WMO308, Berichtsoort.WMO316}
OVERIG = [s for s in Berichtsoort if s > Berichtsoort.WMO304]


def message_of(release: str, soort: Berichtsoort, rest: str = "") -> bytes:
    """A message with a header in which a gemeente 0384 and an aanbieder 42420001 stand where they belong."""
    namespace = RELEASES[release].adapters[soort].namespace
    parties = [a.GEMEENTE, a.AANBIEDER]
    if soort not in (Berichtsoort.WMO301, Berichtsoort.WMO302):
        parties.reverse()
    return HEADER.format(
        namespace=namespace,
        basis=namespace.replace(soort.lower(), "basisschema"),
        afzender=parties[0],
        ontvanger=parties[1],
        retour=RETOUR if soort in RETOUREN else "",
        rest=rest,
    ).encode()


class TestOverig:
    @pytest.mark.parametrize(("release", "soort"), list(product(RELEASES, OVERIG)))
    def test_facts(self, release: str, soort: Berichtsoort):
        clienten = "<Client><Bsn>999900006</Bsn></Client><Client><Bsn>999900018</Bsn></Client>"
        inhoud = read(recognise(message_of(release, soort, clienten)))

        assert isinstance(inhoud, OverigBericht)
        assert (inhoud.afzender, inhoud.ontvanger) == (a.AANBIEDER, a.GEMEENTE)
        assert inhoud.bericht_identificatie == a.an_identificatie(identificatie="A1")
        assert inhoud.identificatie_retour == ("B1" if soort in RETOUREN else None)
        assert inhoud.bsns == ("999900006", "999900018")
        assert inhoud.referenties == ()

    @pytest.mark.parametrize("release", RELEASES)
    @pytest.mark.parametrize(
        ("soort", "referenties"), [(Berichtsoort.WMO315, ("REQ-77", " 8")), (Berichtsoort.WMO316, ())]
    )
    def test_only_a_315_has_referenties(self, release: str, soort: Berichtsoort, referenties: tuple[str, ...]):
        producten = (
            "<P><ReferentieAanbieder>REQ-77</ReferentieAanbieder><ReferentieAanbieder> 8</ReferentieAanbieder></P>"
        )
        inhoud = read(recognise(message_of(release, soort, producten)))

        assert isinstance(inhoud, OverigBericht)
        assert inhoud.referenties == referenties


class TestDeclared:
    @pytest.mark.parametrize(
        ("release", "soort"),
        [(r.naam, s) for r in RELEASES.values() for s in r.adapters if s not in ("WMO303", "WMO304")],
        ids=str,
    )
    def test_who_sends_in_the_chain(self, release: str, soort: Berichtsoort):
        from_aanbieder = soort in ("WMO302", "WMO305", "WMO307", "WMO315")
        is_retour = soort in RETOUREN

        assert declared(recognise(message_of(release, soort))) == Aanduiding(
            afzender=a.AANBIEDER if from_aanbieder else a.GEMEENTE,
            ontvanger=a.GEMEENTE if from_aanbieder else a.AANBIEDER,
            gemeente=a.GEMEENTE,
            aanbieder=a.AANBIEDER,
            identificatie="B1" if is_retour else "A1",
            dagtekening=date(2019, 5, 15 if is_retour else 14),
        )

    def test_declaratie(self):
        body = write(a.a_declaratie(servicebureau="98000001"), "2.3")
        assert declared(recognise(body)) == Aanduiding(
            afzender=a.AANBIEDER,
            ontvanger=a.GEMEENTE,
            gemeente=a.GEMEENTE,
            aanbieder=a.AANBIEDER,
            servicebureau="98000001",
            identificatie="F001",
            dagtekening=date(2019, 6, 20),
        )

    def test_declaratie_retour(self):
        body = write(a.a_declaratie_retour(retour_dagtekening=date(2019, 7, 1)), "2.3")
        assert declared(recognise(body)) == Aanduiding(
            afzender=a.GEMEENTE,
            ontvanger=a.AANBIEDER,
            gemeente=a.GEMEENTE,
            aanbieder=a.AANBIEDER,
            identificatie="F001",
            dagtekening=date(2019, 7, 1),
        )

    @pytest.mark.parametrize(
        ("release", "soort"), [(r.naam, s) for r in RELEASES.values() for s in r.adapters], ids=str
    )
    def test_nothing_when_there_is_no_header(self, release: str, soort: Berichtsoort):
        namespace = RELEASES[release].adapters[soort].namespace
        assert declared(recognise(f'<Bericht xmlns="{namespace}"/>'.encode())) == Aanduiding()

    @pytest.mark.parametrize(
        "absurd", ["", "x" * 41, "a\nb", "a\tb", "a\u202eb", "a\u200bb", "<wmo301:Bsn>999900006</wmo301:Bsn>"]
    )
    def test_absurd_facts_are_none(self, absurd: str):
        found = declared(recognise(changed(TOEWIJZING, Afzender=absurd, Identificatie=absurd)))

        assert found == Aanduiding(ontvanger=a.AANBIEDER, aanbieder=a.AANBIEDER, dagtekening=date(2019, 5, 14))

    def test_forty_characters_are_not_absurd(self):
        assert declared(recognise(changed(TOEWIJZING, Identificatie="é" * 40))).identificatie == "é" * 40

    @pytest.mark.parametrize("absurd", ["gisteren", "12019-05-14", "2019-02-30", "0001-01-01"])
    def test_absurd_dagtekening_is_none(self, absurd: str):
        assert declared(recognise(changed(TOEWIJZING, Dagtekening=absurd))).dagtekening is None

    def test_header_that_is_out_of_reach_is_not_looked_for(self):
        body = TOEWIJZING.replace("<wmo301:Header>", "<wmo301:X/>" * 60 + "<wmo301:Header>")
        assert declared(recognise(body.encode())) == Aanduiding()
