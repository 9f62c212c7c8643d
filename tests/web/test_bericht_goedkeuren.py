"""Trying again from the page: once however often it is sent, and where money moves never by one person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text

from app.domain.principal import Principal, Rol, Wijze
from app.domain.refusals import NothingToDo, Refusal, RoleNotAllowed
from app.iwmo.xsd import Schemas
from app.processing.bericht_goedkeuren import Besluit, ask, awaiting, decide
from app.processing.opnieuw import stand_of, try_again
from app.storage.base import Storage
from app.storage.goedkeuringen import newest_goedkeuring
from app.storage.zicht import Zicht
from tests.builders import AANBIEDER, GEMEENTE, a_declaratie, a_prestatie, a_toewijzingsbericht
from tests.processing.working import connected
from tests.web.bericht_wereld import JAN, PIET, Wereld, fields_of, wereld_on, wereld_on_copy
from tests.web.browser import Browser, goes_to
from tests.web.story import visitor

ZICHT = Zicht(gemeenten=frozenset({GEMEENTE}))


@pytest.fixture
def wereld(tmp_path: Path, migrated_sqlite: Path, schemas: Schemas) -> Iterator[Wereld]:
    """A gemeente, its aanbieders, one of them with a connection, and two behandelaars."""
    with wereld_on_copy(tmp_path, migrated_sqlite, schemas) as one:
        connected(one.runtime)
        yield one


@pytest.fixture
def on_each(storage: Storage, schemas: Schemas) -> Iterator[Wereld]:
    """The same on each database in turn."""
    with wereld_on(storage, schemas) as one:
        connected(one.runtime)
        yield one


def a_304(wereld: Wereld) -> str:
    """The id of a 304 that was delivered."""
    wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
    bericht = wereld.service.accept(a_declaratie(a_prestatie(geleverd_volume=900)), as_=AANBIEDER)
    wereld.service.work()
    wereld.transport.sent.clear()
    return bericht["_links"]["antwoord"]["href"].rpartition("/")[2]


def a_301(wereld: Wereld) -> str:
    """The id of a 301 that was delivered."""
    id = wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
    wereld.service.work()
    wereld.transport.sent.clear()
    return id


def person(naam: str, gemeente: str = GEMEENTE, rol: Rol = Rol.BEHANDELAAR) -> Principal:
    return Principal(key_id=f"persoon:{naam}", rol=rol, gemeenten=frozenset({gemeente}), wijze=Wijze.SESSIE)


def form_on(browser: Browser, id: str, action: str = "opnieuw") -> dict[str, str]:
    """What the form of an action carries: that of trying again, or on the page itself that of the decision."""
    page = browser.get(f"/berichten/{id}/opnieuw" if action == "opnieuw" else f"/berichten/{id}").text
    return fields_of(page, f"/berichten/{id}/{action}")


def send(browser: Browser, id: str, fields: dict[str, str], action: str = "opnieuw"):
    return browser.client.post(f"/berichten/{id}/{action}", data=fields)


def asked(wereld: Wereld, id: str) -> None:
    """Jan asks."""
    answer = send(wereld.jan, id, form_on(wereld.jan, id))
    assert goes_to(answer) == f"/berichten/{id}?gedaan=gevraagd"


def sent(wereld: Wereld) -> int:
    """How often something went out of the door."""
    wereld.service.work()
    return len(wereld.transport.sent)


def newest(wereld: Wereld, id: str) -> str:
    with wereld.runtime.storage.reading() as session:
        found = newest_goedkeuring(session, bericht_id=id)
    assert found is not None
    return found.id


def stand(wereld: Wereld, id: str) -> str:
    with wereld.runtime.storage.reading() as session:
        return stand_of(session, id)


class TestAgain:
    def test_sends_the_same_bytes_and_says_who(self, wereld: Wereld):
        id = a_301(wereld)
        assert "hetzelfde kenmerk" in wereld.jan.get(f"/berichten/{id}/opnieuw").text
        assert goes_to(send(wereld.jan, id, form_on(wereld.jan, id))) == f"/berichten/{id}?gedaan=opnieuw"
        assert sent(wereld) == 1
        assert "Door jan." in wereld.page(id)
        assert wereld.logged(id).count(("persoon:jan", "bericht-opnieuw", "gelukt")) == 1

    def test_sent_twice_is_done_once(self, wereld: Wereld):
        id = a_301(wereld)
        fields = form_on(wereld.jan, id)
        assert goes_to(send(wereld.jan, id, fields)).endswith("opnieuw")
        assert sent(wereld) == 1  # the work is done: nothing waits any more that could absorb a second one
        assert goes_to(send(wereld.jan, id, fields)) == f"/berichten/{id}?gedaan=al-gedaan"
        assert sent(wereld) == 1

    def test_an_older_view_does_nothing(self, wereld: Wereld):
        id = a_301(wereld)
        of_jan, of_piet = form_on(wereld.jan, id), form_on(wereld.piet, id)
        send(wereld.jan, id, of_jan)
        assert sent(wereld) == 1
        assert goes_to(send(wereld.piet, id, of_piet)).endswith("al-gedaan")
        assert sent(wereld) == 1

    def test_there_is_no_button_when_there_is_nothing_to_do(self, wereld: Wereld):
        wereld.service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        id = wereld.service.accept(a_declaratie(), as_=AANBIEDER)["id"]  # its gemeente fetches it
        page = wereld.page(id)
        assert "Verstuur opnieuw" not in page
        assert "haalt dit bericht zelf uit zijn postbus" in page
        assert "<form" not in wereld.jan.get(f"/berichten/{id}/opnieuw").text.partition("<main")[2]

    @pytest.mark.parametrize("action", ["opnieuw", "goedkeuring"])
    def test_needs_a_form_of_ours(self, action: str, wereld: Wereld):
        id = a_301(wereld)
        fields = {**form_on(wereld.jan, id), "besluit": "akkoord"}
        for token in ("", "0" * 64, form_on(wereld.piet, id)["formulier"]):
            assert send(wereld.jan, id, {**fields, "formulier": token}, action).status_code == 403
        foreign = {"sec-fetch-site": "cross-site"}
        url = f"/berichten/{id}/{action}"
        assert wereld.jan.client.post(url, data=fields, headers=foreign).status_code == 403
        assert wereld.jan.get(f"/berichten/{id}/goedkeuring").status_code == 405
        assert sent(wereld) == 0

    def test_is_not_for_who_only_looks(self, wereld: Wereld):
        id = a_301(wereld)
        lezer = visitor(wereld.runtime, Rol.LEZER, [GEMEENTE], "lezer")
        assert "Verstuur opnieuw" not in wereld.page(id, by=lezer)
        assert lezer.get(f"/berichten/{id}/opnieuw").status_code == 404
        token = lezer.token(f"/berichten/{id}")
        assert send(lezer, id, {"formulier": token, "stand": stand(wereld, id)}).status_code == 403
        assert sent(wereld) == 0

    def test_who_only_looks_reads_who_has_to_approve(self, wereld: Wereld):
        lezer = visitor(wereld.runtime, Rol.LEZER, [GEMEENTE], "lezer")
        id = a_304(wereld)
        asked(wereld, id)
        page = wereld.page(id, by=lezer)
        assert "Wacht op goedkeuring van een behandelaar" in page
        assert "vraagt uw goedkeuring" not in page
        assert "Het gaat over geld" in page
        statement = text("UPDATE bericht SET soort = NULL WHERE id = :id")
        wereld.runtime.storage.run(lambda session: session.execute(statement, {"id": id}))
        assert "Het is niet bekend wat erin staat" in wereld.page(id, by=lezer)


class TestTwoPersons:
    def test_nothing_happens_until_a_colleague_approves(self, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        assert sent(wereld) == 0
        assert [one.bericht_id for one in awaiting(wereld.runtime, person(PIET))] == [id]
        assert awaiting(wereld.runtime, person(JAN)) == []
        page = wereld.page(id, by=wereld.piet)
        assert "Een collega vraagt uw goedkeuring" in page
        assert "Verstuur opnieuw…" not in page
        fields = {**form_on(wereld.piet, id, "goedkeuring"), "besluit": "akkoord"}
        assert goes_to(send(wereld.piet, id, fields, "goedkeuring")) == f"/berichten/{id}?gedaan=goedgekeurd"
        assert sent(wereld) == 1
        assert "Gevraagd door jan, goedgekeurd door piet." in wereld.page(id)
        assert awaiting(wereld.runtime, person(PIET)) == []
        said = wereld.logged(id)
        assert ("persoon:jan", "opnieuw-gevraagd", "gelukt") in said
        assert ("persoon:piet", "opnieuw-goedgekeurd", "gelukt") in said

    def test_a_colleague_may_decline(self, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        fields = {**form_on(wereld.piet, id, "goedkeuring"), "besluit": "nee"}
        assert goes_to(send(wereld.piet, id, fields, "goedkeuring")).endswith("afgewezen")
        assert send(wereld.piet, id, {**fields, "besluit": "akkoord"}, "goedkeuring").status_code == 409
        assert sent(wereld) == 0
        assert ("persoon:piet", "opnieuw-afgewezen", "gelukt") in wereld.logged(id)

    def test_who_asked_may_take_it_back_only(self, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        page = wereld.page(id)
        assert "Goedkeuren" not in page
        fields = form_on(wereld.jan, id, "goedkeuring")
        assert goes_to(send(wereld.jan, id, {**fields, "besluit": "nee"}, "goedkeuring")).endswith("ingetrokken")
        assert sent(wereld) == 0

    def test_approved_twice_is_done_once(self, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        fields = {**form_on(wereld.piet, id, "goedkeuring"), "besluit": "akkoord"}
        send(wereld.piet, id, fields, "goedkeuring")
        assert sent(wereld) == 1
        assert send(wereld.piet, id, fields, "goedkeuring").status_code == 409
        assert sent(wereld) == 1

    def test_asked_twice_is_one_request(self, wereld: Wereld):
        id = a_304(wereld)
        fields = form_on(wereld.jan, id)
        assert goes_to(send(wereld.jan, id, fields)).endswith("gevraagd")
        assert goes_to(send(wereld.jan, id, fields)).endswith("al-gedaan")
        assert len(awaiting(wereld.runtime, person(PIET))) == 1

    def test_a_request_is_over_after_a_week(self, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        asked_id = newest(wereld, id)
        wereld.moment.pass_(days=7)
        assert awaiting(wereld.runtime, person(PIET)) == []
        with pytest.raises(NothingToDo):
            decide(
                wereld.runtime,
                person(PIET),
                ZICHT,
                id,
                Besluit(goedkeuring_id=asked_id, akkoord=True, stand=stand(wereld, id)),
            )
        assert ask(wereld.runtime, person(PIET), ZICHT, id, stand=stand(wereld, id))
        assert [one.bericht_id for one in awaiting(wereld.runtime, person(JAN))] == [id]
        assert sent(wereld) == 0


class TestAttacks:
    @pytest.mark.parametrize("name", ["jan", "JAN", "Jan"])
    def test_one_person_is_no_two(self, name: str, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        with pytest.raises(RoleNotAllowed):
            decide(
                wereld.runtime,
                person(name),
                ZICHT,
                id,
                Besluit(goedkeuring_id=newest(wereld, id), akkoord=True, stand=stand(wereld, id)),
            )
        assert sent(wereld) == 0
        assert (f"persoon:{name}", "opnieuw-goedgekeurd", "geweigerd") in wereld.logged(id)

    def test_not_with_two_sessions_either(self, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        second = Browser(wereld.runtime)
        second.log_in(JAN)
        fields = {**form_on(second, id, "goedkeuring"), "besluit": "akkoord"}
        assert send(second, id, fields, "goedkeuring").status_code == 403
        assert sent(wereld) == 0

    def test_not_by_saying_that_it_takes_one(self, wereld: Wereld):
        id = a_304(wereld)
        fields = {**form_on(wereld.jan, id), "twee": "nee"}
        assert send(wereld.jan, id, fields).status_code == 403
        assert sent(wereld) == 0

    def test_not_by_approving_what_was_asked_for_another_bericht(self, wereld: Wereld):
        id = a_304(wereld)
        line = a_prestatie(geleverd_volume=1, referentie_nummer="R0002")
        again = wereld.service.accept(a_declaratie(line, declarant_factuur_nummer="F002"), as_=AANBIEDER)
        other = again["_links"]["antwoord"]["href"].rpartition("/")[2]
        wereld.service.work()
        wereld.transport.sent.clear()
        asked(wereld, id)
        with pytest.raises(NothingToDo):
            decide(
                wereld.runtime,
                person(PIET),
                ZICHT,
                other,
                Besluit(goedkeuring_id=newest(wereld, id), akkoord=True, stand=stand(wereld, other)),
            )
        assert sent(wereld) == 0

    def test_not_by_who_is_of_another_gemeente(self, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        fields = {**form_on(wereld.piet, id, "goedkeuring"), "besluit": "akkoord"}
        stranger = visitor(wereld.runtime, Rol.BEHANDELAAR, ["1708"], "vreemd")
        fields["formulier"] = stranger.token("/")
        assert send(stranger, id, fields, "goedkeuring").status_code == 404
        assert awaiting(wereld.runtime, person("vreemd", "1708")) == []
        assert sent(wereld) == 0

    @pytest.mark.parametrize("rol", [Rol.LEZER, Rol.BEHEER, Rol.AUDITOR, Rol.GEMEENTE], ids=str)
    def test_not_by_another_role(self, rol: Rol, wereld: Wereld):
        id = a_304(wereld)
        asked(wereld, id)
        who = person("ander", rol=rol)
        with pytest.raises(Refusal):
            decide(
                wereld.runtime,
                who,
                ZICHT,
                id,
                Besluit(goedkeuring_id=newest(wereld, id), akkoord=True, stand=stand(wereld, id)),
            )
        with pytest.raises(Refusal):
            ask(wereld.runtime, who, ZICHT, id, stand=stand(wereld, id))
        assert sent(wereld) == 0

    def test_not_by_a_person_through_the_other_door(self, wereld: Wereld):
        id = a_304(wereld)
        for wijze in (Wijze.SESSIE, Wijze.TOKEN):
            alone = Principal(key_id="persoon:jan", rol=Rol.BEHANDELAAR, gemeenten=frozenset({GEMEENTE}), wijze=wijze)
            with pytest.raises(RoleNotAllowed):
                try_again(wereld.runtime, alone, ZICHT, id)
        assert sent(wereld) == 0

    def test_software_goes_on_as_it_did(self, wereld: Wereld):
        id = a_304(wereld)
        assert wereld.service.request("POST", f"/v1/berichten/{id}/_opnieuw", as_=GEMEENTE).status_code == 200
        assert sent(wereld) == 1

    def test_what_is_in_an_envelope_may_be_money(self, wereld: Wereld):
        id = a_301(wereld)
        statement = text("UPDATE bericht SET soort = NULL WHERE id = :id")
        wereld.runtime.storage.run(lambda session: session.execute(statement, {"id": id}))
        with pytest.raises(RoleNotAllowed):
            try_again(wereld.runtime, person(JAN), ZICHT, id)

    def test_two_colleagues_at_once_do_it_once(self, on_each: Wereld):
        id = a_304(on_each)
        asked(on_each, id)
        asked_id, seen = newest(on_each, id), stand(on_each, id)
        together = Barrier(4)

        def approve(naam: str) -> bool:
            together.wait()
            try:
                decide(
                    on_each.runtime, person(naam), ZICHT, id, Besluit(goedkeuring_id=asked_id, akkoord=True, stand=seen)
                )
            except NothingToDo:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            done = list(pool.map(approve, ["piet", "kees", "anna", "bea"]))
        assert done.count(True) == 1
        assert sent(on_each) == 1

    def test_asked_at_once_is_one_request(self, on_each: Wereld):
        id = a_304(on_each)
        seen, together = stand(on_each, id), Barrier(4)

        def ask_for(naam: str) -> bool:
            together.wait()
            return ask(on_each.runtime, person(naam), ZICHT, id, stand=seen)

        with ThreadPoolExecutor(4) as pool:
            done = list(pool.map(ask_for, ["jan", "kees", "anna", "bea"]))
        assert done.count(True) == 1
        assert len(awaiting(on_each.runtime, person(PIET))) == 1


def test_the_page_is_the_same_on_each_database(on_each: Wereld):
    page = on_each.page(a_304(on_each))
    assert "Alle berichten over toewijzing 1001" in page
    assert "Zin voor de aanbieder over regel R0001" in page
    assert "Wie dit bekeek" in page


def test_the_form_carries_nothing_but_what_it_needs(wereld: Wereld):
    id = a_304(wereld)
    assert set(form_on(wereld.jan, id)) == {"formulier", "stand", "twee"}
    assert re.fullmatch(r"\d+-", form_on(wereld.jan, id)["stand"])
