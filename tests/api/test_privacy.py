"""What is about a person stays in the message: not in logs, problems, findings or errors of the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.testclient import TestClient

from app.domain.bericht import Achternaam, Geboortedatum
from app.iwmo.releases import write
from app.main import create_app
from app.processing.runtime import Runtime
from app.settings import Settings
from app.storage.base import Storage
from tests import builders as a
from tests.builders import AANBIEDER, BSN_X, GEMEENTE, OTHER_AANBIEDER, WRONG_BSN
from tests.e2e.service import Clock, Service

BSN, NAME, BORN = "999911120", "Markeringsnaam", date(1931, 3, 17)
PERSONAL = {
    "Achternaam",
    "Bsn",
    "Commentaar",
    "Datum",
    "Emailadres",
    "Huisnummer",
    "Geslacht",
    "Plaatsnaam",
    "Postcode",
    "Straatnaam",
    "Telefoonnummer",
    "Voorletters",
    "Voornamen",
    "Voorvoegsel",
}
SECRETS = (BSN, NAME, BORN.isoformat(), BORN.strftime("%Y%m%d"), BORN.strftime("%d-%m-%Y"))
STRANGE = ("Geheim", "Geheim\u00a0Geheim", "x" * 300 + "Geheim", "", "2019-13-45Geheim", "9" * 30 + "Geheim")


def the_301() -> bytes:
    """A 301 about the person."""
    client = a.a_client(
        bsn=BSN,
        geboortedatum=Geboortedatum(datum=BORN),
        naam=a.a_volledige_naam(geslachtsnaam=Achternaam(naam=NAME)),
        relaties=(a.a_relatie(),),
    )
    return write(a.a_toewijzingsbericht(client), "2.3")


def the_303(**header: Any) -> bytes:
    """A 303 about the person: a line that is granted, one that no longer fits, and one for nothing."""
    lines = (
        a.a_prestatie(),
        a.a_prestatie(referentie_nummer="R0002", geleverd_volume=5),
        a.a_prestatie(referentie_nummer="R0003", toewijzing_nummer=4711),
    )
    client = a.a_declaratie_client(
        *lines,
        bsn=BSN,
        geboortedatum=Geboortedatum(datum=BORN),
        naam=a.a_verkorte_naam(geslachtsnaam=Achternaam(naam=NAME)),
    )
    return write(a.a_declaratie(client, **header), "2.3")


class Person(Service):
    """The service, and everything it said outside the messages themselves."""

    def __init__(self, client: TestClient, runtime: Runtime) -> None:
        super().__init__(client, runtime, Clock())
        self.said: list[str] = []

    def tell(self, body: bytes, *, as_: str, to: str = "/v1/berichten") -> Any:
        """Post a body; what comes back is remembered, but for the answer in XML."""
        answer = self.post(body, as_=as_, to=to)
        assert answer.status_code < 500
        told = answer.json()
        told.pop("antwoordXml", None)
        self.said += [str(told), str(answer.headers)]
        return told

    def look(self, path: str, *, as_: str) -> Any:
        """Read a path; what comes back is remembered."""
        found = self.get(path, as_=as_)
        self.said.append(str(found))
        return found


@pytest.fixture
def person(sqlite_runtime: Runtime) -> Iterator[Person]:
    """A service that logs all it can."""
    app = create_app(Settings(log_level="debug", log_format="json"), sqlite_runtime)
    with TestClient(app) as client:
        yield Person(client, sqlite_runtime)


def altered(body: bytes) -> Iterator[bytes]:
    """The message with each personal value made strange in each way, and cut off after each."""
    root = etree.fromstring(body)
    for leaf in root.iter("{*}*"):
        if etree.QName(leaf).localname in PERSONAL and len(leaf) == 0:
            original = leaf.text
            for strange in STRANGE:
                leaf.text = strange
                yield etree.tostring(root, encoding="UTF-8", xml_declaration=True)
            leaf.text = original
            at = etree.tostring(root).find((original or "").encode())
            yield etree.tostring(root)[: at + len(original or "")]


def everything(person: Person) -> None:
    """Look at all lists and at what they link to."""
    for party in (GEMEENTE, AANBIEDER):
        for path in ("/v1/berichten", "/v1/postbus", "/v1/toewijzingen", "/v1/declaraties"):
            for row in person.look(f"{path}?limiet=500", as_=party)["resultaten"]:
                if "_links" in row and path != "/v1/postbus":
                    person.look(row["_links"]["self"]["href"], as_=party)


def check_nothing_was_told(person: Person, capfd: pytest.CaptureFixture[str], *secrets: str) -> None:
    """No answer and no line of the log holds one of the secrets."""
    out, err = capfd.readouterr()
    assert "bericht_received" in err or "bericht_refused" in err
    assert not [told[:500] for told in person.said if any(secret in told for secret in secrets)]
    assert not [line for line in (out + err).splitlines() if any(secret in line for secret in secrets)]


def test_a_session_tells_nothing(person: Person, capfd: pytest.CaptureFixture[str]):
    for _ in range(2):
        person.tell(the_301(), as_=GEMEENTE)
    person.tell(the_301().replace(b"Teststraat", b"Testlaan"), as_=GEMEENTE)
    person.tell(the_301(), as_=OTHER_AANBIEDER)
    person.tell(the_303(), as_=AANBIEDER, to="/v1/berichten/_controleer")
    claim = person.tell(the_303(), as_=AANBIEDER)
    assert {finding["retourcode"] for finding in claim["bevindingen"]} >= {"9322", "0551"}
    for header in ({"declarant_factuur_nummer": "F002"}, {"aanbieder": OTHER_AANBIEDER}):
        person.tell(the_303(**header), as_=AANBIEDER)
    other_birth = the_303(declarant_factuur_nummer="F003").replace(b"1931-03-17", b"1931-03-18")
    person.tell(other_birth, as_=AANBIEDER)
    question = {"bsn": BSN, "soort": "x"}
    answer = person.request("POST", "/v1/berichten/_zoek", as_=GEMEENTE, json=question)
    assert answer.status_code == 400
    person.said.append(answer.text)
    everything(person)
    check_nothing_was_told(
        person, capfd, *SECRETS, "1931-03-18", *(person.key(party) for party in (GEMEENTE, AANBIEDER))
    )


@pytest.mark.parametrize("wrong", [WRONG_BSN, "999911121", "000000000"])
def test_a_wrong_bsn_is_not_repeated(wrong: str, person: Person, capfd: pytest.CaptureFixture[str]):
    told = person.tell(the_301().replace(BSN.encode(), wrong.encode()), as_=GEMEENTE)
    assert told["type"] == "/problems/afgekeurd-bericht"
    person.tell(the_301(), as_=GEMEENTE)
    person.tell(the_303().replace(BSN.encode(), wrong.encode()), as_=AANBIEDER)
    everything(person)
    check_nothing_was_told(person, capfd, wrong, BSN, NAME)


@pytest.mark.parametrize(("body", "as_"), [(the_301(), GEMEENTE), (the_303(), AANBIEDER)], ids=["301", "303"])
def test_strange_values_are_not_repeated(body: bytes, as_: str, person: Person, capfd: pytest.CaptureFixture[str]):
    messages = list(altered(body))
    assert len(messages) >= 3 * (len(STRANGE) + 1)
    for message in messages:
        for to in ("/v1/berichten", "/v1/berichten/_controleer"):
            person.tell(message, as_=as_, to=to)
    everything(person)
    check_nothing_was_told(person, capfd, "Geheim", "xxxxxxxx", *SECRETS)


def test_of_a_person_is_in_the_message_itself(person: Person):
    """The other way round: the session is about this person."""
    bericht = person.tell(the_301(), as_=GEMEENTE)
    xml = person.xml(bericht["id"], as_=GEMEENTE).decode()
    assert all(secret in xml for secret in (BSN, NAME, BORN.isoformat()))


@pytest.mark.parametrize(
    "statement", ["SELECT * FROM nothing WHERE bsn = :bsn", "SELECT CAST(:bsn AS nothing(1, 2, 3)"]
)
def test_errors_of_the_database_hold_no_values(statement: str, storage: Storage):
    for opened in (storage.reading, storage.writing):
        with pytest.raises(SQLAlchemyError) as caught, opened() as session:
            session.execute(text(statement), {"bsn": BSN_X})
        error: BaseException | None = caught.value
        while error is not None:
            assert BSN_X not in f"{error} {error!r}"
            error = error.__cause__ or error.__context__
