"""What is written is valid by our schema and the official one, reads back as it was, and stays within its size."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.envelop import Envelop, Fo03, Fout, Foutbericht, Ontvangstbevestiging, Plek, Stuurgegevens, Systeem
from app.domain.envelop_fouten import SOORT_3, stuf_fout
from app.domain.envelop_tijdstip import next_tijdstip
from app.ggk import writing
from app.ggk.answering import bevestiging_of, fo01_of, fo03_of, release_in
from app.ggk.names import GGK, SOAP, STUF
from app.ggk.outcome import Uitkomst, outcome_of
from app.ggk.reading import GewoneFault, read_antwoord, read_envelop
from app.ggk.schemas import EnvelopSchemas
from app.ggk.soap import Faultcode, SoapBody, canonical_digest, read_soap
from app.ggk.writing import (
    EnvelopInvalid,
    EnvelopTooLarge,
    plain_fault,
    soap_fault,
    soap_message,
    soap_request,
    write_envelop,
)
from tests.ggk.builders import (
    CROSS_REF,
    PARAMETERS,
    REFERENTIE,
    a_bevestiging,
    a_foutbericht,
    a_heenbericht,
    a_retour,
    an_fo03,
    schemas,
)
from tests.ggk.official import OFFICIAL, needs_official

TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"), exclude_characters="\ufffe\uffff"), max_size=40
)
PLAIN = st.text("abcdefghijklmnopqrstuvwxyzABC &<>'\"é😀0123456789", min_size=3, max_size=30)
SYSTEMEN = st.builds(
    Systeem,
    organisatie=st.from_regex(r"[A-Za-z0-9]{1,20}", fullmatch=True),
    applicatie=PLAIN,
    administratie=st.none() | PLAIN,
    gebruiker=st.none() | PLAIN,
)
UUIDS = st.uuids(version=4).map(str)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
    lambda moment: next_tijdstip(None, moment.replace(tzinfo=UTC))
)
HEADERS = {"zender": SYSTEMEN, "ontvanger": SYSTEMEN, "referentienummer": UUIDS, "tijdstip": TIMES}
HEENBERICHTEN = st.builds(
    a_heenbericht, **HEADERS, functie=st.sampled_from(("WMO301", "WMO303")), bestand=st.binary(min_size=1)
)
RETOUREN = st.builds(a_retour, **HEADERS, cross_ref=UUIDS, bestand=st.binary(min_size=1))
FOUTEN = st.builds(
    Fout,
    code=st.from_regex(r"[A-Za-z0-9]{1,7}", fullmatch=True),
    plek=st.sampled_from(Plek),
    omschrijving=TEXT,
    details=st.none() | TEXT,
)
FOUTBERICHTEN = st.builds(a_foutbericht, **HEADERS, fout=FOUTEN, origineel=st.none() | st.just(b"<a><b>1</b></a>"))
ENVELOPPEN = HEENBERICHTEN | RETOUREN | FOUTBERICHTEN | st.builds(a_bevestiging, **HEADERS)
ENVELOPPEN = ENVELOPPEN | st.builds(an_fo03, **HEADERS, fout=FOUTEN)


def _read(body: bytes) -> SoapBody:
    found = read_soap(body, "text/xml; charset=utf-8")
    assert isinstance(found, SoapBody), found
    return found


class TestRoundTrip:
    @given(ENVELOPPEN)
    def test_what_is_written_reads_back_as_it_was(self, envelop: Envelop):
        assert read_envelop(_read(soap_message(write_envelop(envelop, schemas()))), schemas()) == envelop

    @given(ENVELOPPEN)
    def test_the_same_gives_the_same_bytes_and_digest(self, envelop: Envelop):
        written = write_envelop(envelop, schemas())
        assert write_envelop(envelop, schemas()) == written
        assert canonical_digest(written) == _read(soap_message(written)).digest

    @given(st.tuples(ENVELOPPEN, ENVELOPPEN))
    def test_another_gives_another_digest(self, pair: tuple[Envelop, Envelop]):
        one, other = (write_envelop(envelop, schemas()) for envelop in pair)
        assert (canonical_digest(one) == canonical_digest(other)) == (pair[0] == pair[1])

    @needs_official
    @settings(max_examples=50)
    @given(ENVELOPPEN)
    def test_the_official_schema_accepts_it(self, envelop: Envelop):
        official = EnvelopSchemas.load(OFFICIAL)
        assert official.wrong_elements(_read(soap_message(write_envelop(envelop, schemas()))).root) == ()

    @needs_official
    def test_the_official_examples_read(self):
        for path in sorted((OFFICIAL / "voorbeeldberichten").iterdir()):
            envelop = path.read_bytes().partition(b"?>")[2]
            soap = _read(soap_message(envelop))
            found = read_envelop(soap, schemas())
            assert not hasattr(found, "fouten"), path.name
            assert soap.digest == canonical_digest(envelop)


def test_a_digest_is_of_xml_only():
    with pytest.raises(ValueError, match="welgevormd"):
        canonical_digest(b"999900006")


class TestRequest:
    @pytest.mark.parametrize(
        ("envelop", "action"),
        [
            (a_heenbericht(), f'"{GGK}/ggk_Di01"'),
            (a_retour(), f'"{GGK}/ggk_Du01"'),
            (a_foutbericht(), f'"{STUF}/Fo01"'),
        ],
    )
    def test_its_headers(self, envelop: Envelop, action: str):
        request = soap_request(write_envelop(envelop, schemas()))
        assert request.headers == {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action}

    def test_an_answer_is_no_request(self):
        with pytest.raises(ValueError, match="verzoek"):
            soap_request(write_envelop(a_bevestiging(), schemas()))


class TestRefused:
    def test_a_value_that_does_not_fit(self):
        with pytest.raises(EnvelopInvalid, match="referentienummer"):
            write_envelop(a_heenbericht(referentienummer="999900006"), schemas())
        with pytest.raises(EnvelopInvalid) as refused:
            write_envelop(a_heenbericht(functie="W" * 31), schemas())
        assert "WWW" not in str(refused.value)

    def test_one_byte_too_many(self, monkeypatch: pytest.MonkeyPatch):
        size = len(write_envelop(a_heenbericht(), schemas()))
        monkeypatch.setattr(writing, "MOST_BYTES_OUT", size)
        assert len(write_envelop(a_heenbericht(), schemas())) == size
        monkeypatch.setattr(writing, "MOST_BYTES_OUT", size - 1)
        with pytest.raises(EnvelopTooLarge, match=str(size)):
            write_envelop(a_heenbericht(), schemas())


def test_the_largest_file_that_fits_travels_and_the_next_does_not():
    without = len(write_envelop(a_heenbericht(bestand=b""), schemas()))
    largest = (25_000_000 - without) // 4 * 3
    written = write_envelop(a_heenbericht(bestand=bytes(largest)), schemas())
    found = read_envelop(_read(soap_message(written)), schemas())
    assert found == a_heenbericht(bestand=bytes(largest))
    with pytest.raises(EnvelopTooLarge):
        write_envelop(a_heenbericht(bestand=bytes(largest + 1)), schemas())


class TestAnswers:
    @given(st.one_of(HEENBERICHTEN, RETOUREN), st.sampled_from(SOORT_3), UUIDS, TIMES)
    def test_a_request_is_answered_with_the_parties_turned(self, request, code: str, own: str, tijdstip: str):
        asked: Stuurgegevens = request.stuurgegevens
        fo03 = fo03_of(asked, stuf_fout(code), referentienummer=own, tijdstip=tijdstip)
        bv03 = bevestiging_of(asked, referentienummer=own, tijdstip=tijdstip)
        for answer, body in ((fo03, soap_fault(fo03)), (bv03, soap_message(write_envelop(bv03, schemas())))):
            found = read_antwoord(_read(body), schemas())
            assert found == answer
            told = answer.stuurgegevens
            assert (told.zender, told.ontvanger) == (asked.ontvanger, asked.zender)
            assert (told.cross_ref, told.referentienummer) == (asked.referentienummer, own)

    def test_a_fault_has_children_without_namespace_and_a_prefix_in_its_code(self):
        root = _read(soap_fault(an_fo03())).root
        assert root.tag == f"{{{SOAP}}}Fault"
        assert [child.tag for child in root] == ["faultcode", "faultstring", "detail"]
        assert root.findtext("faultcode") == "soap:Client"
        server = Fout(code="StUF046", plek=Plek.SERVER, omschrijving="Vol.")
        assert _read(soap_fault(an_fo03(fout=server))).root.findtext("faultcode") == "soap:Server"

    @pytest.mark.parametrize("code", Faultcode)
    def test_a_plain_fault_says_no_more(self, code: Faultcode):
        soap = _read(plain_fault(code, "Onleesbaar."))
        assert soap.root.findtext("faultstring") == "Onleesbaar."
        assert soap.root.find("detail") is None
        assert read_antwoord(soap, schemas()) == GewoneFault(client=code is Faultcode.CLIENT)

    def test_a_request_is_no_answer(self):
        found = read_antwoord(_read(soap_message(write_envelop(a_heenbericht(), schemas()))), schemas())
        assert not isinstance(found, (Ontvangstbevestiging, Fo03, GewoneFault))

    def test_an_fo01_names_the_version_of_the_application_and_carries_the_envelope(self):
        request = a_heenbericht()
        origineel = write_envelop(request, schemas())
        fo01 = fo01_of(
            request,
            Fout(code="StUF055", plek=Plek.CLIENT, omschrijving="Fout."),
            origineel,
            applicatie="Berichten",
            referentienummer=CROSS_REF,
            tijdstip="20261122103000001",
        )
        found = read_envelop(_read(soap_message(write_envelop(fo01, schemas()))), schemas())
        assert isinstance(found, Foutbericht)
        assert found.origineel is not None
        assert canonical_digest(found.origineel) == canonical_digest(origineel)
        assert replace(found, origineel=origineel) == fo01
        assert fo01.fout.details == "WMO303-00040003"
        assert (fo01.stuurgegevens.zender.applicatie, fo01.stuurgegevens.ontvanger.applicatie) == ("Berichten", "GGk")
        assert fo01.stuurgegevens.cross_ref == REFERENTIE
        assert release_in(request) == "2.3"
        assert PARAMETERS.functie_subversie == "0003"

    def test_what_holds_personal_data_is_not_shown(self):
        shown = repr((a_heenbericht(bestand=b"999900006"), a_foutbericht(origineel=b"<x>999900006</x>")))
        assert "999900006" not in shown


class TestOutcome:
    @pytest.mark.parametrize(
        ("antwoord", "uitkomst"),
        [
            (a_bevestiging(cross_ref=REFERENTIE), Uitkomst.AANGEBODEN),
            (a_bevestiging(cross_ref=CROSS_REF), Uitkomst.LATER),
            (an_fo03(fout=stuf_fout("StUF022")), Uitkomst.GEWEIGERD),
            (an_fo03(fout=stuf_fout("StUF046")), Uitkomst.LATER),
            (GewoneFault(client=True), Uitkomst.GEWEIGERD),
            (GewoneFault(client=False), Uitkomst.LATER),
        ],
    )
    def test_of_an_answer(self, antwoord, uitkomst: Uitkomst):
        assert outcome_of(antwoord, REFERENTIE) is uitkomst

    def test_of_what_cannot_be_read(self):
        found = read_antwoord(_read(soap_message(b"<x/>")), schemas())
        assert outcome_of(found, REFERENTIE) is Uitkomst.LATER
