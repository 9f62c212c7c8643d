"""A partij is connected: what waits goes along, what cannot be is refused, and its key changes when asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from app.delivery.destinations import Destinations
from app.delivery.safe_client import SafeClient
from app.delivery.transport import Nooit
from app.delivery.transports import Transports
from app.domain.aflevering import AansluitingSoort
from app.domain.bericht import BerichtStatus
from app.domain.refusals import InvalidInput
from app.domain.werk import JobSoort, JobStatus
from app.iwmo.releases import write
from app.processing import aansluitingen
from app.processing.aansluitingen import all_aansluitingen, connect, disconnect, new_key, secret_of
from app.processing.bezorgen import give
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.berichten import set_status
from tests.builders import AANBIEDER, a_toewijzingsbericht
from tests.e2e.service import drain
from tests.processing.working import (
    BACK_OFFICE,
    OTHER_PARTIJ,
    PARTIJ,
    URL,
    Scripted,
    connected,
    jobs,
    scripted,
    status_of,
)
from tests.storage.rows import stored_bericht

A_301 = write(a_toewijzingsbericht(), "2.3")


@pytest.fixture
def transport() -> Scripted:
    """Where everything goes."""
    return Scripted()


@pytest.fixture
def post(runtime: Runtime, transport: Scripted) -> Runtime:
    """A service with a transport of the test."""
    return replace(runtime, transports=scripted(transport))


class TestWhatWaits:
    def test_goes_along(self, post, transport):
        id = receive(post, BACK_OFFICE, A_301).bericht_id
        assert drain(post) == 0
        connected(post)
        drain(post)
        assert [zending.bericht_id for zending in transport.sent] == [id]
        assert status_of(post, id) == "afgeleverd"

    def test_goes_once_however_often_it_is_said(self, post, transport):
        receive(post, BACK_OFFICE, A_301)
        for _ in range(3):
            connected(post)
        drain(post)
        connected(post)
        drain(post)
        assert len(transport.sent) == 1

    def test_goes_in_batches(self, post, transport, monkeypatch):
        monkeypatch.setattr(aansluitingen, "AT_ONCE", 2)
        ids = [stored_bericht(post.storage) for _ in range(5)]
        post.storage.run(lambda session: give(session, post, [(PARTIJ, id) for id in ids]))
        connected(post)
        drain(post)
        assert [zending.bericht_id for zending in transport.sent] == ids

    @pytest.mark.parametrize("status", [BerichtStatus.AFGELEVERD, BerichtStatus.BEANTWOORD, BerichtStatus.VERZONDEN])
    def test_does_not_go_when_it_is_there(self, status, post, transport):
        id = receive(post, BACK_OFFICE, A_301).bericht_id
        post.storage.run(lambda session: set_status(session, id=id, status=status))
        connected(post)
        drain(post)
        assert transport.sent == []

    def test_of_another_does_not_go(self, post, transport):
        receive(post, BACK_OFFICE, A_301)
        connected(post, OTHER_PARTIJ)
        drain(post)
        assert transport.sent == []

    def test_what_failed_goes_to_the_new_address(self, post, transport):
        connected(post)
        id = receive(post, BACK_OFFICE, A_301).bericht_id
        transport.outcomes = [Nooit("Nee.")]
        drain(post)
        assert status_of(post, id) == "mislukt"
        transport.outcomes = [transport_ok()]
        connected(post, url="https://nieuw.example/")
        assert status_of(post, id) == "te-verzenden"
        drain(post)
        assert status_of(post, id) == "afgeleverd"

    def test_takes_the_lane_of_the_new_address(self, post):
        connected(post)
        receive(post, BACK_OFFICE, A_301)
        connected(post, url="https://nieuw.example/")
        assert {job.baan for job in jobs(post, JobSoort.AFLEVERING, JobStatus.OPEN)} == {"http:nieuw.example"}

    def test_misses_nothing_that_is_given_at_the_same_moment(self, post, transport):
        id = stored_bericht(post.storage)
        locked, connecting = Event(), Event()

        def giving() -> None:
            def work(session):
                give(session, post, [(PARTIJ, id)])
                locked.set()
                connecting.wait(60)

            post.storage.run(work)

        giver = Thread(target=giving)
        giver.start()
        assert locked.wait(60)
        connector = Thread(target=lambda: connected(post))
        connector.start()
        connecting.set()
        giver.join(120)
        connector.join(120)
        drain(post)
        assert [zending.bericht_id for zending in transport.sent] == [id]


def transport_ok():
    """The receiver takes it."""
    return Scripted().outcomes[0]


class TestFolder:
    def test_gets_both_folders_and_a_look_at_once(self, post, tmp_path):
        connect(post, partij=PARTIJ, soort=AansluitingSoort.MAP, adres=str(tmp_path))
        assert {"in", "uit"} <= {path.name for path in tmp_path.iterdir() if path.is_dir()}
        assert [job.partij for job in jobs(post, JobSoort.OPHALEN, JobStatus.OPEN)] == [PARTIJ]

    @pytest.mark.parametrize("adres", ["relatief", "/bestaat/niet", ""])
    def test_must_be_there(self, adres, post):
        with pytest.raises(InvalidInput):
            connect(post, partij=PARTIJ, soort=AansluitingSoort.MAP, adres=adres)
        assert all_aansluitingen(post) == []

    @pytest.mark.parametrize("name", ["in", "uit"])
    def test_has_no_link_in_it(self, name, post, tmp_path):
        (tmp_path / "elders").mkdir()
        own = tmp_path / "partij"
        own.mkdir()
        (own / name).symlink_to(tmp_path / "elders")
        with pytest.raises(InvalidInput):
            connect(post, partij=PARTIJ, soort=AansluitingSoort.MAP, adres=str(own))
        assert all_aansluitingen(post) == []

    @pytest.mark.parametrize("other", [".", "in", ".."])
    def test_is_of_one_party(self, other, post, tmp_path):
        own = tmp_path / "a" / "b"
        (own / "in").mkdir(parents=True)
        connect(post, partij=PARTIJ, soort=AansluitingSoort.MAP, adres=str(own))
        with pytest.raises(InvalidInput):
            connect(post, partij=OTHER_PARTIJ, soort=AansluitingSoort.MAP, adres=str(own / other))
        connect(post, partij=PARTIJ, soort=AansluitingSoort.MAP, adres=str(own))
        neighbour = tmp_path / "a" / "c"
        neighbour.mkdir()
        connect(post, partij=OTHER_PARTIJ, soort=AansluitingSoort.MAP, adres=str(neighbour))
        assert [Path(one.adres).name for one in all_aansluitingen(post)] == ["b", "c"]


class TestUrl:
    @pytest.mark.parametrize(
        "url",
        [
            "http://ontvanger.example/",
            "https://ontvanger.example:22/",
            "https://naam:wachtwoord@ontvanger.example/",
            "https://ontvanger.example/#deel",
            "https://127.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "ftp://ontvanger.example/",
            "https://",
            "https://[",
            "https://ontvanger.example/a b",
            "",
        ],
    )
    @pytest.mark.parametrize("soort", [AansluitingSoort.HTTP, AansluitingSoort.GGK])
    def test_that_may_not_be_used_is_refused(self, url, soort, post):
        with pytest.raises(InvalidInput) as refused:
            connect(post, partij=PARTIJ, soort=soort, adres=url)
        assert "wachtwoord@" not in refused.value.detail
        assert all_aansluitingen(post) == []

    def test_inside_the_house_when_that_is_allowed(self, post):
        client = SafeClient(Destinations(networks=["127.0.0.0/8"], plain_http=True, ports=[8080]))
        inside = replace(post, transports=Transports(client=client, ggk_client=client))
        connect(inside, partij=PARTIJ, soort=AansluitingSoort.HTTP, adres="http://127.0.0.1:8080/in")
        with pytest.raises(InvalidInput):
            connect(inside, partij=PARTIJ, soort=AansluitingSoort.HTTP, adres="http://127.0.0.1:8081/in")


@pytest.mark.parametrize(
    "partij", ["", AANBIEDER, f"aanbieder:{AANBIEDER}0", "gemeente:17080", "gemeente:٠٣٨٤", "ander:0384", "x"]
)
def test_a_partij_must_be_one(partij, post):
    with pytest.raises(InvalidInput):
        connect(post, partij=partij, soort=AansluitingSoort.HTTP, adres=URL)


class TestKey:
    @pytest.fixture
    def keyed(self, post: Runtime) -> Runtime:
        """A service that can sign."""
        ways = post.transports
        made = Transports(client=ways.client, ggk_client=ways.ggk_client, secret_key=lambda: b"0123456789" * 4)
        return replace(post, transports=made)

    def test_changes_when_asked_and_only_then(self, keyed):
        first = secret_of(keyed, connected(keyed))
        assert secret_of(keyed, connected(keyed)) == first
        second = secret_of(keyed, new_key(keyed, partij=PARTIJ))
        assert second != first
        assert second.startswith("whsec_")
        assert secret_of(keyed, connected(keyed, url="https://nieuw.example/")) == second

    def test_does_not_return_once_the_webhook_was_taken_away(self, keyed):
        handed_out = {secret_of(keyed, connected(keyed))}
        for _ in range(3):
            handed_out.add(secret_of(keyed, new_key(keyed, partij=PARTIJ)))
            assert disconnect(keyed, partij=PARTIJ)
            again = secret_of(keyed, connected(keyed))
            assert again not in handed_out
            handed_out.add(again)

    def test_of_another_partij_is_another(self, keyed):
        assert secret_of(keyed, connected(keyed)) != secret_of(keyed, connected(keyed, OTHER_PARTIJ))

    def test_only_a_webhook_has_one(self, keyed, tmp_path):
        connect(keyed, partij=PARTIJ, soort=AansluitingSoort.MAP, adres=str(tmp_path))
        for partij in (PARTIJ, OTHER_PARTIJ):
            with pytest.raises(InvalidInput):
                new_key(keyed, partij=partij)


def test_disconnecting_says_whether_there_was_something(post):
    connected(post)
    assert disconnect(post, partij=PARTIJ)
    assert not disconnect(post, partij=PARTIJ)
    assert all_aansluitingen(post) == []
    with pytest.raises(InvalidInput):
        new_key(post, partij=PARTIJ)
