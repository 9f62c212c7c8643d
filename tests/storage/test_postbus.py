"""The postbus: a cursor neither skips nor repeats, whoever writes meanwhile."""

import base64
import json
from threading import Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from app.domain.refusals import InvalidInput
from app.storage.berichten import add_bericht
from app.storage.postbus import postbus_after, put_in_postbus
from app.storage.prepared import wire_of
from tests.storage.rows import a_bericht, at_once, stored_bericht
from tests.unhurried import BESIDE_A_FIXTURE

P, Q = "aanbieder:98000001", "aanbieder:98000002"


def _put(storage, *partijen: str) -> str:
    new = a_bericht()

    def work(session):
        add_bericht(session, new=new)
        for partij in partijen:
            put_in_postbus(session, partij=partij, bericht_id=new.id)

    storage.run(work)
    return new.id


def _after(storage, cursor: str | None = None, partijen=(P, Q), limit: int = 100):
    with storage.reading() as session:
        return postbus_after(session, partijen=partijen, cursor=cursor, limit=limit)


def _all(storage, partijen=(P, Q), limit: int = 2) -> list[str]:
    found, cursor = [], None
    while True:
        ids, following = _after(storage, cursor, partijen, limit)
        if not ids:
            assert following == cursor or cursor is None
            return found
        found += ids
        cursor = following


class TestPostbusAfter:
    def test_gives_each_party_its_own_oldest_first(self, storage):
        ids = [_put(storage, P), _put(storage, Q), _put(storage, P), _put(storage, "gemeente:1708")]
        assert _all(storage) == ids[:3]
        assert _all(storage, [P]) == [ids[0], ids[2]]
        assert _all(storage, ["gemeente:1708"]) == ids[3:]

    def test_the_last_cursor_gives_nothing_and_itself(self, storage):
        _put(storage, P)
        _, cursor = _after(storage)
        assert _after(storage, cursor) == ([], cursor)

    def test_an_empty_postbus_has_a_cursor_too(self, storage):
        _, cursor = _after(storage)
        id = _put(storage, Q)
        assert _after(storage, cursor)[0] == [id]

    def test_a_bericht_for_two_parties_of_one_key_comes_once(self, storage):
        ids = [_put(storage, Q), _put(storage, P, Q), _put(storage, P), _put(storage, Q)]
        for limit in (1, 2, 3, 100):
            found = _all(storage, limit=limit)
            assert sorted(found) == sorted(ids)

    def test_a_bericht_is_put_once(self, storage):
        id = _put(storage, P)
        with pytest.raises(IntegrityError), storage.writing() as session:
            put_in_postbus(session, partij=P, bericht_id=id)

    @pytest.mark.parametrize(
        "content",
        [None, [], {"x": -1}, {"x": "1"}, {"x": True}, {"x": 1.5}, {"x": 2**63}, {"x": None}],
    )
    def test_a_made_up_cursor_is_refused(self, storage, content):
        cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
        with pytest.raises(InvalidInput):
            _after(storage, cursor)

    def test_any_text_is_a_cursor_or_refused(self, storage):
        @settings(max_examples=100, deadline=None, suppress_health_check=BESIDE_A_FIXTURE)
        @given(st.text(max_size=40) | st.binary(max_size=30).map(lambda b: base64.urlsafe_b64encode(b).decode()))
        def judge(cursor):
            with pytest.raises(InvalidInput):
                _after(storage, cursor)

        judge()

    def test_a_cursor_of_another_key_starts_at_the_own_first(self, storage):
        id = _put(storage, P)
        for _ in range(3):
            _put(storage, Q)
        _, cursor = _after(storage, partijen=[Q])
        assert _after(storage, cursor, [P])[0] == [id]


class TestConcurrentWriters:
    def test_a_number_becomes_visible_after_those_before_it(self, storage):
        """A slow writer that came first must not be passed by a fast one, or the cursor would skip it."""
        if storage.dialect == "sqlite":
            return  # one writer at a time
        slow, fast = (stored_bericht(storage) for _ in range(2))
        has_number, may_commit = Event(), Event()

        def write_slowly():
            with storage.writing() as session:
                put_in_postbus(session, partij=P, bericht_id=slow)
                wire_of(session).settle()
                has_number.set()
                may_commit.wait(120)

        def write_fast():
            with storage.writing() as session:
                put_in_postbus(session, partij=P, bericht_id=fast)

        threads = [Thread(target=write_slowly), Thread(target=write_fast)]
        threads[0].start()
        has_number.wait(120)
        threads[1].start()
        threads[1].join(0.3)
        assert _after(storage)[0] == []
        may_commit.set()
        for thread in threads:
            thread.join(120)
        assert _after(storage)[0] == sorted([slow, fast], key=[slow, fast].index)

    def test_a_reader_gets_everything_once(self, storage):
        finished = Event()
        read: list[str] = []

        def read_along():
            cursor = None
            while True:
                last_round = finished.is_set()
                ids, cursor = _after(storage, cursor, limit=3)
                read.extend(ids)
                if last_round and not ids:
                    return

        reader = Thread(target=read_along)
        reader.start()
        parties = [(P,), (Q,), (P, Q)]
        try:
            written = at_once(8, lambda number: [_put(storage, *parties[(number + n) % 3]) for n in range(10)])
        finally:
            finished.set()
            reader.join(120)

        assert len(read) == len(set(read))
        assert set(read) == {id for ids in written for id in ids}
