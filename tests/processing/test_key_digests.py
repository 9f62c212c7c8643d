"""What is kept of a credential: of no use to who reads the database, nor to who writes in it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import text

from app.domain.principal import Recht, Rol, Wijze
from app.domain.refusals import InvalidInput, NotAuthenticated
from app.main import migrate, prepare_database
from app.processing import key_digests
from app.processing.geheimen import Doel, Geheimen
from app.processing.key_digests import pepper_id_of
from app.processing.key_grants import Grant
from app.processing.key_text import KeyText
from app.processing.keys import (
    OVERLAP,
    all_keys,
    create_key,
    issue_key,
    register,
    registered,
    revoke,
    rotate_key,
)
from app.processing.runtime import Runtime
from app.storage.base import create_storage
from app.storage.keys import ApiKeyRow, KeyRecord, add_key
from tests.builders import AANBIEDER, GEMEENTE
from tests.processing.test_keys import NOW, YEAR, at, opens, shown_from

BEFORE_PEPPERS = text(
    "INSERT INTO api_key (keyid, secret_sha256, rol, gemeenten, aanbieders, naam, gemaakt_op)"
    " VALUES (:keyid, :secret, 'beheer', '[]', '[]', '', :gemaakt_op)"
)


class TestPepper:
    def _with_secrets(self, runtime: Runtime, *secrets: bytes) -> Runtime:
        return replace(runtime, geheimen=Geheimen(lambda: secrets[0], previous=secrets[1:]))

    def test_another_secret_opens_nothing_until_it_is_told_as_the_previous_one(self, runtime: Runtime):
        old, new = b"o" * 32, b"n" * 32
        before = self._with_secrets(runtime, old)
        key = create_key(before, rol=Rol.BEHEER, naam="")
        assert not opens(self._with_secrets(runtime, new), key)
        assert opens(self._with_secrets(runtime, new, old), key)
        # It was used, so it is now kept under the new one.
        assert opens(self._with_secrets(runtime, new), key)
        assert not opens(before, key)

    def test_rows_of_before_peppers_get_one_without_anybody_showing_a_key(
        self, runtime: Runtime, empty_database_url: str
    ):
        key = KeyText.new()
        inner = hashlib.sha256(key.secret.encode()).hexdigest()
        storage = create_storage(empty_database_url)
        there = replace(runtime, storage=storage)
        storage.upgrade("0018")
        row = {"keyid": key.keyid, "secret": inner, "gemaakt_op": "2018-01-01 00:00:00+00:00"}
        storage.run(lambda session: session.execute(BEFORE_PEPPERS, row) and None)
        migrate(there)
        assert opens(there, f"iwmo_{key.keyid}_{key.secret}")
        assert opens(there, key.written())
        (kept,) = all_keys(there)
        assert kept.pepper_id == pepper_id_of(runtime.geheimen.key(Doel.SLEUTELS))
        assert kept.secret_digest != inner
        storage.close()

    @pytest.mark.parametrize("marked", [None, ""])
    def test_a_row_as_of_before_peppers_that_was_put_there_later_opens_nothing(
        self, marked: str | None, runtime: Runtime
    ):
        key = KeyText.new()
        now = runtime.now()
        record = KeyRecord(
            keyid=key.keyid,
            secret_digest=hashlib.sha256(key.secret.encode()).hexdigest(),
            pepper_id=marked,
            zegel=marked,
            rol="beheer",
            naam="",
            gemaakt_op=now,
            geldig_vanaf=now,
            verloopt_op=now + YEAR,
        )
        runtime.storage.run(lambda session: add_key(session, key=record))
        prepare_database(runtime)
        migrate(runtime)
        assert not opens(runtime, key.written())
        assert all_keys(runtime) == [record]

    def test_a_digest_that_somebody_put_into_the_database_opens_nothing(self, runtime: Runtime):
        key = create_key(runtime, rol=Rol.BEHEER, naam="")
        mine = KeyText.new()

        def forge(digest: str) -> None:
            with runtime.storage.writing() as session:
                row = session.get_one(ApiKeyRow, key.split("_")[1])
                row.secret_digest = digest

        for digest in (hashlib.sha256(mine.secret.encode()).hexdigest(), "0" * 64, ""):
            forge(digest)
            assert not opens(runtime, KeyText(key.split("_")[1], mine.secret).written())

    def test_every_answer_costs_the_same_comparison(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        """Structure instead of a stopwatch: one digest and one comparison of equal lengths, known or not."""
        key = create_key(runtime, rol=Rol.BEHEER, naam="")
        revoked = create_key(runtime, rol=Rol.BEHEER, naam="")
        revoke(runtime, revoked.split("_")[1])
        digests: list[str] = []
        compared: list[tuple[int, int]] = []
        digest_of, compare = key_digests.digest_of, hmac.compare_digest

        def counted_digest(pepper: bytes, secret: str) -> str:
            digests.append("")
            return digest_of(pepper, secret)

        def counted_compare(one: str, other: str) -> bool:
            compared.append((len(one), len(other)))
            return compare(one, other)

        monkeypatch.setattr(key_digests, "digest_of", counted_digest)
        monkeypatch.setattr(hmac, "compare_digest", counted_compare)
        wrong = KeyText(key.split("_")[1], "A" * 43).written()
        seal = [(64, 64)]  # is looked at once the secret is right
        for shown, works, more in (
            (key, True, seal),
            (wrong, False, []),
            (KeyText.new().written(), False, []),
            (revoked, False, seal),
        ):
            digests.clear()
            compared.clear()
            assert opens(runtime, shown) is works
            assert (len(digests), compared) == (1, [(64, 64), *more])


class TestSeal:
    """Who writes in the database without the secret of the service gives nobody more than the service gave."""

    CHANGES: Mapping[str, object] = {
        "keyid": "0" * 16,
        "wijze": "token",
        "kenmerk": "a|b",
        "rol": "ggk",
        "gemeenten": ["1708"],
        "aanbieders": [AANBIEDER],
        "rechten": None,
        "netwerken": [],
        "geldig_vanaf": NOW,
        "verloopt_op": NOW + 20 * YEAR,
        "zegel": None,
    }

    @pytest.mark.parametrize("name", CHANGES)
    def test_a_grant_that_was_changed_opens_nothing(self, name: str, runtime: Runtime):
        grant = Grant(
            rol=Rol.GEMEENTE,
            gemeenten=frozenset({GEMEENTE}),
            rechten=frozenset({Recht.BERICHTEN_LEZEN}),
            netwerken=("192.0.2.0/24",),
        )
        key = issue_key(runtime, grant)
        keyid = key.split("_")[1]
        with runtime.storage.writing() as session:
            setattr(session.get_one(ApiKeyRow, keyid), name, self.CHANGES[name])
        if name == "keyid":
            shown = KeyText.read(key)
            assert shown
            key = KeyText("0" * 16, shown.secret).written()
        assert not opens(runtime, key, adres="192.0.2.1")

    def test_what_is_no_grant_may_change(self, runtime: Runtime):
        key = create_key(runtime, rol=Rol.BEHEER, naam="")
        with runtime.storage.writing() as session:
            row = session.get_one(ApiKeyRow, key.split("_")[1])
            row.naam, row.laatst_gebruikt = "ander", NOW
        assert opens(runtime, key)

    @pytest.mark.parametrize("name", ["rol", "zegel"])
    def test_a_certificate_that_was_put_there_opens_nothing(self, name: str, runtime: Runtime):
        keyid = register(runtime, Grant(rol=Rol.BEHEER), wijze=Wijze.CERTIFICAAT, kenmerk="ab" * 32)
        assert registered(runtime, shown_from(None), Wijze.CERTIFICAAT, "ab" * 32)
        with runtime.storage.writing() as session:
            setattr(session.get_one(ApiKeyRow, keyid), name, "ggk")
        with pytest.raises(NotAuthenticated):
            registered(runtime, shown_from(None), Wijze.CERTIFICAAT, "ab" * 32)

    def test_a_key_that_was_revoked_and_put_back_opens_nothing(self, runtime: Runtime):
        key = create_key(runtime, rol=Rol.BEHEER, naam="")
        revoke(runtime, key.split("_")[1])
        with runtime.storage.writing() as session:
            session.get_one(ApiKeyRow, key.split("_")[1]).ingetrokken_op = None
        assert not opens(runtime, key)

    def test_a_changed_key_gets_no_successor_and_a_right_one_works_on_until_its_new_end(self, runtime: Runtime):
        key, other = (create_key(runtime, rol=Rol.BEHEER, naam="") for _ in range(2))
        with runtime.storage.writing() as session:
            session.get_one(ApiKeyRow, other.split("_")[1]).rol = "ggk"
        with pytest.raises(InvalidInput):
            rotate_key(runtime, other.split("_")[1])
        successor = rotate_key(runtime, key.split("_")[1])
        assert opens(runtime, key)
        assert opens(runtime, successor)
        assert not opens(at(runtime, runtime.now() + OVERLAP), key)

    def test_a_certificate_moves_to_another_secret_when_it_is_used(self, runtime: Runtime):
        old, new = Geheimen(lambda: b"o" * 32), Geheimen(lambda: b"n" * 32)
        both = Geheimen(lambda: b"n" * 32, previous=(b"o" * 32,))
        register(replace(runtime, geheimen=old), Grant(rol=Rol.BEHEER), wijze=Wijze.CERTIFICAAT, kenmerk="ab" * 32)
        known = (Wijze.CERTIFICAAT, "ab" * 32)
        with pytest.raises(NotAuthenticated):
            registered(replace(runtime, geheimen=new), shown_from(None), *known)
        assert registered(replace(runtime, geheimen=both), shown_from(None), *known)
        assert registered(replace(runtime, geheimen=new), shown_from(None), *known)
