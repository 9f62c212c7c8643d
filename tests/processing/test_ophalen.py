"""What a party puts into its folder is taken in once, whatever happens meanwhile, and put aside with a report."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.aflevering import AansluitingSoort
from app.domain.werk import JobSoort
from app.iwmo.releases import write
from app.processing import failpoints
from app.processing.aansluitingen import connect, disconnect
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.processing.werk import carry_out
from app.storage.berichten import BerichtFilters, BerichtRecord, list_berichten
from app.storage.opgehaald import OpgehaaldRow
from app.storage.zicht import Zicht
from tests.builders import AANBIEDER, GEMEENTE, P1
from tests.e2e.notation import BASE, D, line, message_303
from tests.e2e.service import drain
from tests.processing.working import BACK_OFFICE, OTHER_PARTIJ, PARTIJ, claimed, jobs

OWN = Zicht(gemeenten=frozenset({GEMEENTE}), aanbieders=frozenset({AANBIEDER}))
GOOD = write(message_303("F1", P1, "2019-06-20", line("R1", 1001, P1, 600, 100, D(60_000))), "2.3")
WRONG_TOTAL = write(
    message_303("F2", P1, "2019-06-20", line("R2", 1001, P1, 1, 100, D(100)), totaal=D(999)),
    "2.3",
)
UNREADABLE = b"<geen-bericht/>"
OF_ANOTHER = write(BASE[0], "2.3")
PLACES = ("ophalen-begonnen", "ophalen-bewaard", "ophalen-weggelegd", "ophalen-vergeten")


class Late:
    """Now, later than any file of the test by more than the quiet that is asked for."""

    def __init__(self) -> None:
        self.later = timedelta(minutes=1)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


@pytest.fixture
def late() -> Late:
    """The clock."""
    return Late()


@pytest.fixture
def post(runtime: Runtime, late: Late, tmp_path: Path) -> Runtime:
    """A service with a party that has a folder."""
    for bericht in BASE:
        receive(runtime, BACK_OFFICE, write(bericht, "2.3"))
    ready = replace(runtime, now=late)
    connect(ready, partij=PARTIJ, soort=AansluitingSoort.MAP, adres=str(tmp_path))
    return ready


@pytest.fixture
def inbox(post: Runtime, tmp_path: Path) -> Path:
    """Where the party puts its files; what waited for it was delivered."""
    drain(post)
    return tmp_path / "in"


@pytest.fixture(autouse=True)
def quiet():
    """No failpoint listener outlives its test."""
    yield
    failpoints.listen(None)


def look(runtime: Runtime, late: Late) -> None:
    """The next look into the folder."""
    late.later += timedelta(minutes=5)
    drain(runtime)


def log(runtime: Runtime, status: str | None = None) -> list[BerichtRecord]:
    """What the party sent."""
    with runtime.storage.reading() as session:
        filters = BerichtFilters(richting="inkomend", afzender=AANBIEDER, soort=None, status=status)
        return [r for r in list_berichten(session, zicht=OWN, filters=filters, limit=100) if r.key_id == "map"]


def remembered(runtime: Runtime) -> int:
    with runtime.storage.reading() as session:
        return session.query(OpgehaaldRow).count()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


class TestTakesIn:
    def test_a_right_file(self, post, inbox, late):
        (inbox / "factuur.xml").write_bytes(GOOD)
        look(post, late)
        (record,) = log(post)
        assert record.status == "verwerkt"
        assert names(inbox) == {"verwerkt"}
        assert (inbox / "verwerkt" / "factuur.xml").read_bytes() == GOOD
        report = (inbox / "verwerkt" / "factuur.xml.txt").read_text()
        assert record.id in report
        assert "aangenomen" in report
        drain(post)
        assert (inbox.parent / "uit" / f"{record.antwoord_id}.xml").exists()

    @pytest.mark.parametrize("body", [UNREADABLE, OF_ANOTHER, WRONG_TOTAL], ids=["unreadable", "of another", "total"])
    def test_a_wrong_file(self, body, post, inbox, late):
        (inbox / "fout.xml").write_bytes(body)
        look(post, late)
        assert [r.status for r in log_of_key(post)] == ["afgekeurd"]
        assert names(inbox) == {"afgekeurd"}
        report = (inbox / "afgekeurd" / "fout.xml.txt").read_text()
        (record,) = log_of_key(post)
        assert f"Bericht {record.id} is afgekeurd." in report
        for finding in record.findings:
            assert finding.melding in report
        assert "999900" not in report

    def test_the_others_besides_a_wrong_one(self, post, inbox, late):
        (inbox / "a.xml").write_bytes(UNREADABLE)
        (inbox / "b.xml").write_bytes(GOOD)
        look(post, late)
        assert (names(inbox / "afgekeurd"), names(inbox / "verwerkt")) == (
            {"a.xml", "a.xml.txt"},
            {"b.xml", "b.xml.txt"},
        )

    def test_the_others_besides_one_that_breaks_us(self, post, inbox, late, monkeypatch):
        (inbox / "a.xml").write_bytes(UNREADABLE)
        (inbox / "b.xml").write_bytes(GOOD)
        taken: list[bytes] = []

        def breaking(runtime, principal, body, **more):
            if body == UNREADABLE:
                raise ValueError("secret")
            taken.append(body)
            return receive(runtime, principal, body, **more)

        monkeypatch.setattr("app.processing.ophalen.receive", breaking)
        look(post, late)
        assert taken == [GOOD]
        assert names(inbox) == {"a.xml", "verwerkt"}
        assert len(jobs(post, JobSoort.OPHALEN)) == 1

    def test_nothing_that_is_too_large(self, post, inbox, late):
        (inbox / "groot.xml").write_bytes(GOOD)
        look(replace(post, max_bericht_bytes=100), late)
        assert log_of_key(post) == []
        assert "100 bytes" in (inbox / "afgekeurd" / "groot.xml.txt").read_text()

    def test_the_same_file_again_as_the_same_bericht(self, post, inbox, late):
        for name in ("een.xml", "twee.xml"):
            (inbox / name).write_bytes(GOOD)
            look(post, late)
        assert len(log(post)) == 1
        assert names(inbox / "verwerkt") == {"een.xml", "een.xml.txt", "twee.xml", "twee.xml.txt"}

    def test_a_refused_file_that_is_sent_again_is_logged_again(self, post, inbox, late):
        for name in ("een.xml", "twee.xml"):
            (inbox / name).write_bytes(UNREADABLE)
            look(post, late)
        assert len(log_of_key(post)) == 2


def log_of_key(runtime: Runtime) -> list[BerichtRecord]:
    """Everything that came by folder, whoever it says to be from."""
    with runtime.storage.reading() as session:
        found = list_berichten(session, zicht=OWN, filters=BerichtFilters(), limit=100)
    return [record for record in found if record.key_id == "map"]


class TestInterrupted:
    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("body", [GOOD, UNREADABLE], ids=["right", "wrong"])
    def test_loses_nothing_and_keeps_nothing_twice(self, place, body, post, inbox, late):
        (inbox / "a.xml").write_bytes(body)
        late.later += timedelta(minutes=5)
        (job,) = claimed(post, JobSoort.OPHALEN)

        def die(name: str) -> None:
            if name == place:
                raise KeyboardInterrupt

        failpoints.listen(die)
        with pytest.raises(KeyboardInterrupt):
            carry_out(post, job)
        failpoints.listen(None)
        for _ in range(2):
            look(post, late)
        assert len(log_of_key(post)) == 1
        (aside,) = names(inbox)
        assert names(inbox / aside) == {"a.xml", "a.xml.txt"}

    def test_two_workers_keep_one(self, post, inbox, late):
        (inbox / "a.xml").write_bytes(UNREADABLE)
        late.later += timedelta(minutes=5)
        (first,) = claimed(post, JobSoort.OPHALEN)
        late.later += timedelta(minutes=5)
        (second,) = claimed(post, JobSoort.OPHALEN)
        met: list[str] = []

        def interleave(name: str) -> None:
            if name == "ophalen-bewaard" and not met:
                met.append(name)
                carry_out(post, second)

        failpoints.listen(interleave)
        carry_out(post, first)
        assert met
        assert len(log_of_key(post)) == 1
        assert names(inbox / "afgekeurd") == {"a.xml", "a.xml.txt"}

    def test_remembers_no_longer_than_needed(self, post, inbox, late):
        (inbox / "a.xml").write_bytes(GOOD)
        look(post, late)
        assert remembered(post) == 0


class TestFolder:
    def test_that_is_gone_is_looked_into_later(self, post, inbox, late):
        inbox.rename(inbox.with_name("weg"))
        look(post, late)
        (job,) = jobs(post, JobSoort.OPHALEN)
        assert (job.status, job.pogingen) == ("open", 0)
        inbox.with_name("weg").rename(inbox)
        (inbox / "a.xml").write_bytes(GOOD)
        look(post, late)
        assert len(log(post)) == 1

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_that_may_not_be_read_is_looked_into_later(self, post, inbox, late):
        inbox.chmod(0)
        look(post, late)
        inbox.chmod(0o700)
        assert [job.status for job in jobs(post, JobSoort.OPHALEN)] == ["open"]

    def test_is_left_alone_once_the_party_is_disconnected(self, post, inbox, late):
        disconnect(post, partij=PARTIJ)
        (inbox / "a.xml").write_bytes(GOOD)
        look(post, late)
        assert names(inbox) == {"a.xml"}
        assert [job.status for job in jobs(post, JobSoort.OPHALEN)] == ["gedaan"]

    def test_of_another_speaks_for_that_other(self, post, inbox, late, tmp_path):
        folder = tmp_path.parent / f"{tmp_path.name}-ander"
        folder.mkdir()
        connect(post, partij=OTHER_PARTIJ, soort=AansluitingSoort.MAP, adres=str(folder))
        (folder / "in" / "a.xml").write_bytes(GOOD)
        look(post, late)
        assert names(folder / "in") == {"afgekeurd"}
        assert log(post) == []

    def test_that_became_a_link_to_that_of_another_is_not_read(self, post, inbox, late, tmp_path):
        theirs = tmp_path.parent / f"{tmp_path.name}-ander"
        theirs.mkdir()
        connect(post, partij=OTHER_PARTIJ, soort=AansluitingSoort.MAP, adres=str(theirs))
        (theirs / "uit" / "a.xml").write_bytes(GOOD)
        inbox.rmdir()
        inbox.symlink_to(theirs / "uit")
        look(post, late)
        assert names(theirs / "uit") == {"a.xml"}
        assert log_of_key(post) == []
        assert [job.status for job in jobs(post, JobSoort.OPHALEN)] == ["open", "open"]
