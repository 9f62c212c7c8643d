"""What works once, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.storage.base import Storage
from app.storage.eenmalig import use_once
from app.storage.sessies import SessieRecord, add_sessie, end_sessies_at_uitgever, find_sessie

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)


def use(storage: Storage, kenmerk: str, *, now: datetime = NOW) -> bool:
    return storage.run(lambda session: use_once(session, kenmerk=kenmerk, verloopt_op=LATER, now=now))


class TestOnce:
    def test_is_once_for_each(self, storage: Storage):
        assert [use(storage, kenmerk) for kenmerk in ("a", "b", "a", "b")] == [True, True, False, False]

    def test_lasts_until_it_is_of_no_use(self, storage: Storage):
        use(storage, "a")
        assert not use(storage, "a", now=LATER)
        use(storage, "b", now=LATER + timedelta(seconds=1))
        with storage.reading() as session:
            assert list(session.execute(text("SELECT kenmerk FROM eenmalig")).scalars()) == ["b"]

    def test_is_not_used_when_what_it_was_for_fails(self, storage: Storage):
        def work(session):
            use_once(session, kenmerk="a", verloopt_op=LATER, now=NOW)
            raise RuntimeError

        try:
            storage.run(work)
        except RuntimeError:
            assert use(storage, "a")


class TestEnding:
    def sessie(self, storage: Storage, name: str, **changes: str | None) -> None:
        usual = {"bron": "oidc", "uitgever_sessie": "s", "uitgever_persoon": "p"}
        record = SessieRecord(
            id_sha256=name,
            naam=f"oidc:{name}",
            rol="lezer",
            gemeenten=frozenset({"1708"}),
            fase="ingelogd",
            begonnen_op=NOW,
            gezien_op=NOW,
            **{**usual, **changes},  # type: ignore[arg-type]
        )
        storage.run(lambda session: add_sessie(session, sessie=record))

    def end(self, storage: Storage, sessie: str | None, persoon: str | None) -> set[str]:
        def work(session):
            return end_sessies_at_uitgever(session, bron="oidc", uitgever_sessie=sessie, uitgever_persoon=persoon)

        return set(storage.run(work))

    def test_ends_what_fits_and_nothing_else(self, storage: Storage):
        self.sessie(storage, "one")
        self.sessie(storage, "two", uitgever_sessie="t")
        self.sessie(storage, "three", uitgever_sessie=None)
        self.sessie(storage, "other", uitgever_sessie="u", uitgever_persoon="q")
        self.sessie(storage, "local", bron="lokaal")
        assert self.end(storage, None, None) == set()
        assert self.end(storage, "s", "q") == set()
        assert self.end(storage, "s", "p") == {"oidc:one"}
        assert self.end(storage, "u", None) == {"oidc:other"}
        assert self.end(storage, None, "p") == {"oidc:two", "oidc:three"}
        with storage.reading() as session:
            assert find_sessie(session, id_sha256="local") is not None
