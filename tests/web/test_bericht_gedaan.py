"""What a page says to have been done is so: an address alone makes nobody believe it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.iwmo.xsd import Schemas
from app.processing.bericht_goedkeuren import awaiting
from app.web.bericht import DEED, GEDAAN
from tests.builders import AANBIEDER, GEMEENTE, a_declaratie, a_toewijzingsbericht
from tests.processing.working import connected
from tests.web.bericht_wereld import PIET, Wereld, refused, text_in, wereld_on_copy
from tests.web.browser import goes_to
from tests.web.test_bericht_goedkeuren import a_301, a_304, asked, form_on, person, send, sent, stand


@pytest.fixture
def wereld(tmp_path: Path, migrated_sqlite: Path, schemas: Schemas) -> Iterator[Wereld]:
    """A gemeente, its aanbieders, one of them with a connection, and two behandelaars."""
    with wereld_on_copy(tmp_path, migrated_sqlite, schemas) as one:
        connected(one.runtime)
        yield one


def failed_work(wereld: Wereld, id: str, soort: str) -> None:
    """Work for a bericht that was given up."""
    statement = text(
        "INSERT INTO job (id, sleutel, soort, bericht_id, status, voortgang, pogingen, onverwacht, afgebroken,"
        " baan, gepland_op, gemaakt_op)"
        " VALUES (:id, :id, :soort, :id, 'mislukt', 0, 1, 0, 0, '', '2019-06-20', '2019-06-20')"
    )
    wereld.runtime.storage.run(lambda session: session.execute(statement, {"id": id, "soort": soort}))


class TestSaid:
    @pytest.mark.parametrize("said", sorted(DEED))
    def test_an_address_alone_says_nothing(self, said: str, wereld: Wereld):
        assert GEDAAN[said] not in wereld.page(a_301(wereld), f"?gedaan={said}")

    def test_to_who_did_it_and_for_a_short_time(self, wereld: Wereld):
        id = a_301(wereld)
        query = goes_to(send(wereld.jan, id, form_on(wereld.jan, id))).partition("/berichten/" + id)[2]
        assert GEDAAN["opnieuw"] in text_in(wereld.page(id, query))
        assert GEDAAN["gevraagd"] not in text_in(wereld.page(id, "?gedaan=gevraagd"))
        assert GEDAAN["opnieuw"] not in text_in(wereld.page(id, query, by=wereld.piet))
        wereld.moment.pass_(minutes=6)
        assert GEDAAN["opnieuw"] not in text_in(wereld.page(id, query))

    def test_not_when_somebody_did_something_since(self, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        assert GEDAAN["gevraagd"] in wereld.page(id, "?gedaan=gevraagd")
        send(wereld.piet, id, {**form_on(wereld.piet, id, "goedkeuring"), "besluit": "nee"}, "goedkeuring")
        assert GEDAAN["afgewezen"] in wereld.page(id, "?gedaan=afgewezen", by=wereld.piet)
        assert GEDAAN["goedgekeurd"] not in wereld.page(id, "?gedaan=goedgekeurd", by=wereld.piet)
        assert GEDAAN["gevraagd"] not in wereld.page(id, "?gedaan=gevraagd")

    def test_what_was_refused_was_not_done(self, wereld: Wereld):
        id = a_304(wereld)
        fields = {**form_on(wereld.jan, id), "twee": "nee"}
        assert send(wereld.jan, id, fields).status_code == 403
        assert GEDAAN["opnieuw"] not in wereld.page(id, "?gedaan=opnieuw")


class TestApproving:
    """By who saw what is approved, and only what does something."""

    def test_what_is_under_way_already_is_not_approved(self, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        fields = {**form_on(wereld.piet, id, "goedkeuring"), "besluit": "akkoord"}
        software = wereld.service.request("POST", f"/v1/berichten/{id}/_opnieuw", as_=GEMEENTE)
        assert software.status_code == 200
        page = wereld.page(id, by=wereld.piet)
        assert "Er wordt nu al aan dit bericht gewerkt" in page
        assert "Goedkeuren en uitvoeren" not in page
        newer = {**fields, "stand": stand(wereld, id)}
        for form in (fields, newer):  # on the page of before, and as if it were looked at again
            assert send(wereld.piet, id, form, "goedkeuring").status_code == 409
        assert [one.bericht_id for one in awaiting(wereld.runtime, person(PIET))] == [id]
        assert sent(wereld) == 1
        assert ("persoon:piet", "opnieuw-goedgekeurd", "gelukt") not in wereld.logged(id)

    def test_what_became_something_else_is_looked_at_again(self, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        fields = {**form_on(wereld.piet, id, "goedkeuring"), "besluit": "akkoord"}
        happened = "INSERT INTO gebeurtenis (bericht_id, moment, soort) VALUES (:id, '2019-06-21', 'mislukt')"
        wereld.runtime.storage.run(lambda session: session.execute(text(happened), {"id": id}))
        refused = send(wereld.piet, id, fields, "goedkeuring")
        assert refused.status_code == 409
        assert "Er gebeurde intussen al iets" in refused.text
        assert sent(wereld) == 0
        again = {**form_on(wereld.piet, id, "goedkeuring"), "besluit": "akkoord"}
        assert goes_to(send(wereld.piet, id, again, "goedkeuring")).endswith("goedgekeurd")
        assert sent(wereld) == 1


class TestAgain:
    def test_what_was_refused_needs_a_better_one(self, wereld: Wereld):
        page = text_in(wereld.page(refused(wereld, b"<geen", as_=GEMEENTE)))
        assert "Dit bericht is geweigerd. De afzender moet een verbeterd bericht sturen." in page
        assert "Er mislukte niets" not in page

    @pytest.mark.parametrize(("soort", "answers"), [("WMO303", True), ("WMO305", False)], ids=["303", "305"])
    def test_only_a_declaratie_is_answered(self, soort: str, answers: bool, wereld: Wereld):
        wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        id = wereld.service.accept(a_declaratie(), as_=AANBIEDER)["id"]
        failed_work(wereld, id, "verwerking")
        statement = text("UPDATE bericht SET soort = :soort WHERE id = :id")
        wereld.runtime.storage.run(lambda session: session.execute(statement, {"id": id, "soort": soort}))
        page = wereld.jan.get(f"/berichten/{id}/opnieuw").text
        assert "verwerkt het bericht nog een keer" in page
        assert ("gaat het antwoord meteen naar de afzender" in page) is answers
