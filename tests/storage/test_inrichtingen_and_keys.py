"""Versions of the inrichting, and API keys."""

from datetime import UTC, datetime

import pytest

from app.domain.refusals import NotFound
from app.storage.inrichtingen import add_versie, document, gemeenten, latest_versie
from app.storage.keys import KeyRecord, add_key, find_key, list_keys, revoke_key
from tests.storage.rows import MOMENT, at_once

LATER = datetime(2018, 3, 1, tzinfo=UTC)


def _added(storage, gemeente: str, content: dict) -> int:
    return storage.run(lambda session: add_versie(session, gemeente=gemeente, document=content, geladen_op=MOMENT))


class TestInrichting:
    def test_every_version_stays(self, storage):
        first = {"naam": "Steenwijkerland é", "producten": [{"code": "02A01"}], "a": None, "Z": 1}
        assert _added(storage, "1708", first) == 1
        assert _added(storage, "1708", {"naam": "tweede"}) == 2
        assert _added(storage, "0505", {}) == 1
        with storage.reading() as session:
            assert gemeenten(session) == ["0505", "1708"]
            assert latest_versie(session, gemeente="1708") == 2
            assert latest_versie(session, gemeente="9999") is None
            assert document(session, gemeente="1708", versie=1) == first
            assert list(document(session, gemeente="1708", versie=1)) == list(first)
            with pytest.raises(NotFound):
                document(session, gemeente="1708", versie=3)

    def test_loads_at_once_get_different_numbers(self, storage):
        assert sorted(at_once(4, lambda number: _added(storage, "1708", {"load": number}))) == [1, 2, 3, 4]


def _a_key(keyid: str = "k1", **changes) -> KeyRecord:
    values = {
        "keyid": keyid,
        "secret_digest": "0" * 64,
        "pepper_id": "p",
        "rol": "gemeente",
        "gemeenten": frozenset({"1708", "0505"}),
        "naam": "backoffice",
        "gemaakt_op": MOMENT,
        "geldig_vanaf": MOMENT,
        "verloopt_op": LATER,
    }
    return KeyRecord(**{**values, **changes})


class TestKeys:
    def test_come_back_as_they_were_made(self, storage):
        keys = [_a_key("k2"), _a_key("k1", rol="aanbieder", aanbieders=frozenset({"98000001"}), gemaakt_op=LATER)]
        with storage.writing() as session:
            for key in keys:
                add_key(session, key=key)
        with storage.reading() as session:
            assert list_keys(session) == keys
            assert find_key(session, keyid="k1") == keys[1]
            assert find_key(session, keyid="k3") is None

    def test_are_revoked_once(self, storage):
        with storage.writing() as session:
            add_key(session, key=_a_key("k1"))
            add_key(session, key=_a_key("k2"))
        for keyid, revoked in (("k1", True), ("k1", False), ("unknown", False)):
            with storage.writing() as session:
                assert revoke_key(session, keyid=keyid, now=LATER) is revoked
        with storage.reading() as session:
            revoked_on = {key.keyid: key.ingetrokken_op for key in list_keys(session)}
        assert revoked_on == {"k1": LATER, "k2": None}
