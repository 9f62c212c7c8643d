"""305-308, 315 and 316: recognised, judged by their XSD, kept, and given to the other party."""

from __future__ import annotations

import pytest
from lxml import etree

from app.domain.bericht import Berichtsoort
from tests.builders import AANBIEDER, BSN_X, GEMEENTE, OTHER_AANBIEDER
from tests.e2e.notation import T1, message_301, toewijzing
from tests.e2e.service import Service
from tests.iwmo.documents import OUR_SCHEMAS, Documents

SOORTEN = ("WMO305", "WMO306", "WMO307", "WMO308", "WMO315", "WMO316")
RETOUREN = {"WMO306", "WMO308", "WMO316"}


def document(soort: str, release: str = "2.3", **texts: str) -> bytes:
    """A message that the XSD accepts, from AANBIEDER about client X, with other text in these elements.

    A retour copies the header of its heenbericht unswapped, so there AANBIEDER is the Afzender as well.
    """
    tree = Documents(OUR_SCHEMAS, release, Berichtsoort(soort), seed=1).valid()
    values = {"Afzender": AANBIEDER, "Ontvanger": GEMEENTE, "Identificatie": "Z0001", "Bsn": BSN_X, **texts}
    for name, value in values.items():
        for element in tree.iter(f"{{*}}{name}"):
            element.text = value
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=True)


def sender_of(soort: str) -> str:
    return GEMEENTE if soort in RETOUREN else AANBIEDER


class TestOverige:
    @pytest.mark.parametrize("soort", SOORTEN)
    def test_are_kept_and_given_to_the_other_party(self, soort: str, service: Service):
        about_x = 0
        for release in ("2.1", "2.3"):
            body = document(
                soort, release, Identificatie=f"Z{release}".replace(".", ""), IdentificatieRetour=release[0::2]
            )
            sender = sender_of(soort)
            receiver = ({GEMEENTE, AANBIEDER} - {sender}).pop()
            bericht = service.accept(body, as_=sender)
            assert (bericht["soort"], bericht["release"]) == (soort, release)
            assert (bericht["afzender"], bericht["ontvanger"]) == (sender, receiver)
            assert bericht["richting"] == ("uitgaand" if soort in RETOUREN else "inkomend")
            assert service.postbus(as_=receiver)[-1]["id"] == bericht["id"]
            assert service.xml(bericht["id"], as_=receiver) == body
            assert service.request("GET", bericht["_links"]["self"]["href"], as_=OTHER_AANBIEDER).status_code == 404
            again = service.post(body, as_=sender)
            assert (again.status_code, again.json()["id"]) == (200, bericht["id"])
            service.refuse(body + b"\n", as_=sender, status=409)
            about_x += BSN_X.encode() in body
        found = service.request("POST", "/v1/berichten/_zoek", as_=GEMEENTE, json={"bsn": BSN_X, "soort": soort})
        of_x = [bericht for bericht in found.json()["resultaten"] if bericht["status"] != "afgekeurd"]
        assert len(of_x) == about_x

    @pytest.mark.parametrize("soort", SOORTEN)
    def test_of_the_wrong_sender_are_forbidden(self, soort: str, service: Service):
        wrong = ({GEMEENTE, AANBIEDER} - {sender_of(soort)}).pop()
        for party in (wrong, OTHER_AANBIEDER):
            service.refuse(document(soort), as_=party, status=403)
        assert service.postbus(as_=GEMEENTE) == service.postbus(as_=AANBIEDER) == []

    @pytest.mark.parametrize("soort", SOORTEN)
    def test_that_break_the_xsd_are_refused(self, soort: str, service: Service):
        problem = service.refuse(document(soort, BerichtVersie="9"), as_=sender_of(soort))
        assert "/Bericht/Header/BerichtVersie" in {finding["pad"] for finding in problem["bevindingen"]}
        assert service.postbus(as_=GEMEENTE) == service.postbus(as_=AANBIEDER) == []


class TestVerzoekOmToewijzing:
    def document(self, **texts: str) -> bytes:
        """A 315 with a ReferentieAanbieder."""
        for seed in range(1, 50):
            tree = Documents(OUR_SCHEMAS, "2.3", Berichtsoort.WMO315, seed).valid()
            if next(tree.iter("{*}ReferentieAanbieder"), None) is not None:
                break
        values = {"Afzender": AANBIEDER, "Ontvanger": GEMEENTE, "Bsn": BSN_X, "ReferentieAanbieder": "REQ-77", **texts}
        for name, value in values.items():
            for element in tree.iter(f"{{*}}{name}"):
                element.text = value
        return etree.tostring(tree, encoding="UTF-8", xml_declaration=True)

    def test_is_what_a_301_may_refer_to(self, service: Service):
        product = toewijzing(1001, 850, referentie_aanbieder="REQ-77")
        answer = message_301("A0300", "2019-05-14", product)
        problem = service.refuse(answer, as_=GEMEENTE)
        assert [finding["retourcode"] for finding in problem["bevindingen"]] == ["9300"]
        service.accept(self.document(), as_=AANBIEDER)
        service.accept(answer, as_=GEMEENTE)

    def test_of_another_client_or_aanbieder_is_not(self, service: Service):
        product = toewijzing(1001, 850, referentie_aanbieder="REQ-77")
        assert T1.referentie_aanbieder is None
        service.accept(self.document(Bsn="999900018"), as_=AANBIEDER)
        service.accept(self.document(Afzender=OTHER_AANBIEDER), as_=OTHER_AANBIEDER)
        service.refuse(message_301("A0301", "2019-05-14", product), as_=GEMEENTE)
