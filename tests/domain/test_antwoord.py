"""The 302 on a 301."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from app.domain.antwoord import toewijzing_retour
from app.domain.retour import Ernst, Finding
from app.domain.toewijzing import Beoordeeld, ToewijzingRetour, Toewijzingsbericht
from tests.builders import (
    a_beperking,
    a_beschikking,
    a_beschikt_product,
    a_client,
    a_relatie,
    a_toegewezen_product,
    a_toewijzingsbericht,
    with_retour_codes,
)

TODAY = date(2019, 5, 15)
FIRST = "/Bericht/Client/Beschikking/ToegewezenProducten/ToegewezenProduct[1]"
SECOND = "/Bericht/Client/Beschikking/ToegewezenProducten/ToegewezenProduct[2]"


def a_finding(retourcode: str | None, pad: str, ernst: Ernst = Ernst.FOUT) -> Finding:
    return Finding(regel="TR000", retourcode=retourcode, pad=pad, melding="", ernst=ernst)


def a_full_bericht() -> Toewijzingsbericht:
    """A 301 with every class there is, and two products."""
    beschikking = a_beschikking(
        a_toegewezen_product(),
        a_toegewezen_product(toewijzing_nummer=1002),
        beperkingen=(a_beperking(),),
        beschikt_producten=(a_beschikt_product(),),
    )
    return a_toewijzingsbericht(a_client(relaties=(a_relatie(),), beschikking=beschikking))


def answer(*findings: Finding, bericht: Toewijzingsbericht | None = None) -> ToewijzingRetour:
    return toewijzing_retour(bericht or a_full_bericht(), findings, identificatie_retour="B0001", today=TODAY)


def classes(retour: ToewijzingRetour) -> Iterator[Beoordeeld]:
    for client in retour.clienten:
        yield from client.onderdelen()


def codes(retour: ToewijzingRetour) -> dict[str, tuple[str, ...]]:
    return {part.pad: part.retour_codes for part in classes(retour)}


class TestAccepted:
    def test_a_header_without_codes_and_nothing_else(self) -> None:
        retour = answer()
        assert (retour.header.retour_codes, retour.clienten) == ((), ())

    def test_the_header_is_copied_and_not_turned_round(self) -> None:
        bericht, retour = a_full_bericht(), answer()
        for name in ("afzender", "ontvanger", "bericht_identificatie"):
            assert getattr(retour.header, name) == getattr(bericht.header, name)
        assert (retour.header.identificatie_retour, retour.header.dagtekening_retour) == ("B0001", TODAY)

    def test_a_warning_and_a_finding_without_code_do_not_count(self) -> None:
        warning = a_finding("S329", FIRST, ernst=Ernst.WAARSCHUWING)
        assert answer(warning, a_finding(None, FIRST)) == answer()


class TestHeaderOnly:
    def test_a_technical_finding_wins(self) -> None:
        retour = answer(a_finding("9056", "/Bericht/Header/BerichtIdentificatie"), a_finding("0001", SECOND))
        assert (retour.header.retour_codes, retour.clienten) == (("0001",), ())

    @pytest.mark.parametrize(
        "pad", ["/Bericht/Header/BerichtIdentificatie/Identificatie", "/Bericht/Header", "/Bericht", ""]
    )
    def test_a_code_on_the_header_or_the_message(self, pad: str) -> None:
        retour = answer(a_finding("9056", pad), a_finding("9300", FIRST))
        assert (retour.header.retour_codes, retour.clienten) == (("9056",), ())

    def test_every_code_on_the_header_once(self) -> None:
        found = [a_finding(code, "/Bericht/Header/Afzender") for code in ("S300", "8848", "S300")]
        assert answer(*found).header.retour_codes == ("S300", "8848")


class TestClasses:
    def test_the_class_has_its_codes_and_all_others_0200(self) -> None:
        retour = answer(a_finding("9300", f"{FIRST}/ReferentieAanbieder"))
        assert retour.header.retour_codes == ("0200",)
        found = codes(retour)
        assert len(found) == 10
        assert found.pop(FIRST) == ("9300",)
        assert set(found.values()) == {("0200",)}

    def test_a_finding_on_the_class_itself(self) -> None:
        assert codes(answer(a_finding("8017", SECOND)))[SECOND] == ("8017",)

    def test_the_deepest_class_gets_the_code(self) -> None:
        found = codes(answer(a_finding("8004", "/Bericht/Client/Geboortedatum/Datum")))
        assert found["/Bericht/Client"] == ("8004",)
        found = codes(answer(a_finding("8004", "/Bericht/Client/Relaties/Relatie[1]/Contact/Adres/Postcode")))
        assert found["/Bericht/Client/Relaties/Relatie[1]/Contact"] == ("8004",)
        assert found["/Bericht/Client/Relaties/Relatie[1]"] == ("0200",)

    def test_a_longer_number_is_another_class(self) -> None:
        products = (a_toegewezen_product(toewijzing_nummer=number) for number in range(12))
        bericht = a_toewijzingsbericht(a_client(*products))
        pad = FIRST.replace("[1]", "[11]")
        found = codes(answer(a_finding("9300", f"{pad}/ReferentieAanbieder"), bericht=bericht))
        assert [place for place, code in found.items() if code == ("9300",)] == [pad]

    def test_all_codes_of_a_class_once_in_order(self) -> None:
        found = [a_finding("9300", f"{FIRST}/A"), a_finding("S329", f"{FIRST}/B"), a_finding("9300", FIRST)]
        assert codes(answer(*found))[FIRST] == ("9300", "S329")

    def test_but_for_its_codes_the_client_is_unchanged(self) -> None:
        bericht = a_full_bericht()
        (client,) = answer(a_finding("9300", FIRST), bericht=bericht).clienten
        original = bericht.clienten[0]
        for name in ("bsn", "geboortedatum", "naam", "commentaar"):
            assert getattr(client, name) == getattr(original, name)
        product = client.beschikking.toegewezen_producten[0]
        assert replace(product, retour_codes=()) == original.beschikking.toegewezen_producten[0]

    def test_codes_that_it_came_with_are_replaced(self) -> None:
        bericht = a_toewijzingsbericht(with_retour_codes(a_client(), "9999"))
        found = codes(answer(a_finding("9300", FIRST), bericht=bericht))
        assert set(found.values()) == {("9300",), ("0200",)}

    def test_every_client_comes_back(self) -> None:
        bericht = a_toewijzingsbericht(a_client(), a_client())
        retour = answer(a_finding("9300", "/Bericht/Clienten/Client[2]"), bericht=bericht)
        assert [client.retour_codes for client in retour.clienten] == [("0200",), ("9300",)]
