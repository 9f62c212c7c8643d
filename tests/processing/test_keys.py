"""Keys: made, recognised, listed, revoked."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.domain.principal import RECHTEN, Herkomst, Principal, Recht, Rol, Wijze
from app.domain.refusals import InvalidInput, NotAuthenticated
from app.main import migrate, prepare_database
from app.processing import key_digests
from app.processing.geheimen import Doel, Geheimen
from app.processing.key_digests import pepper_id_of
from app.processing.key_grants import Grant
from app.processing.key_text import KeyText
from app.processing.key_uses import KeyUses
from app.processing.keys import (
    OVERLAP,
    all_keys,
    create_key,
    issue_key,
    principal_of,
    register,
    registered,
    revoke,
    rotate_key,
)
from app.processing.runtime import Runtime
from app.processing.toegang import GENERIC, Aanmelding
from app.storage.base import create_storage
from app.storage.keys import ApiKeyRow, KeyRecord, add_key
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER


class TestCreateKey:
    @pytest.mark.parametrize(
        ("rol", "gemeenten", "aanbieders"),
        [
            (Rol.GEMEENTE, [GEMEENTE, "1708"], []),
            (Rol.AANBIEDER, [], [AANBIEDER, OTHER_AANBIEDER]),
            (Rol.BEHEER, [], []),
        ],
        ids=str,
    )
    def test_stands_for_the_party_it_was_made_for(
        self, rol: Rol, gemeenten: list[str], aanbieders: list[str], runtime: Runtime
    ):
        key = create_key(runtime, rol=rol, gemeenten=gemeenten, aanbieders=aanbieders, naam="naam")
        expected = Principal(
            key_id=key.split("_")[1], rol=rol, gemeenten=frozenset(gemeenten), aanbieders=frozenset(aanbieders)
        )
        assert principal_of(runtime, key) == expected

    def test_every_key_is_another(self, runtime: Runtime):
        keys = {create_key(runtime, rol=Rol.BEHEER, naam="naam") for _ in range(10)}
        assert len(keys) == len({key.split("_")[1] for key in keys}) == 10

    @pytest.mark.parametrize(
        ("rol", "gemeenten", "aanbieders"),
        [
            (Rol.GEMEENTE, [], []),
            (Rol.GEMEENTE, [GEMEENTE], [AANBIEDER]),
            (Rol.GEMEENTE, ["384"], []),
            (Rol.GEMEENTE, ["0384\n"], []),
            (Rol.GEMEENTE, ["٠٣٨٤"], []),
            (Rol.AANBIEDER, [GEMEENTE], []),
            (Rol.AANBIEDER, [], []),
            (Rol.AANBIEDER, [], ["4242000"]),
            (Rol.BEHEER, [GEMEENTE], []),
        ],
        ids=str,
    )
    def test_codes_that_do_not_fit_the_role_are_refused(
        self, rol: Rol, gemeenten: list[str], aanbieders: list[str], runtime: Runtime
    ):
        with pytest.raises(InvalidInput):
            create_key(runtime, rol=rol, gemeenten=gemeenten, aanbieders=aanbieders, naam="naam")
        assert all_keys(runtime) == []

    def test_the_database_does_not_hold_the_secret(self, runtime: Runtime):
        key = create_key(runtime, rol=Rol.BEHEER, naam="naam")
        secret = key.split("_", 2)[2][:43]
        (record,) = all_keys(runtime)
        plain = hashlib.sha256(secret.encode()).digest()
        (pepper,) = runtime.geheimen.keys(Doel.SLEUTELS)
        assert record.secret_digest == hmac.digest(pepper, plain, "sha256").hex()
        assert record.secret_digest not in {plain.hex(), secret}
        assert str(record.secret_digest) not in str(record)
        assert secret not in str(record)


class TestPrincipalOf:
    def test_of_anything_but_the_key_itself_there_is_none(self, runtime: Runtime):
        key = create_key(runtime, rol=Rol.BEHEER, naam="naam")
        other = create_key(runtime, rol=Rol.BEHEER, naam="ander")
        mine, its = KeyText.read(key), KeyText.read(other)
        assert mine
        assert its
        swapped = KeyText(mine.keyid, its.secret).written()
        wrong = (
            "",
            "iwmo",
            "iwmo__",
            "iwmo_x_y",
            key[:-1],
            key + "x",
            key.upper(),
            key.replace("iwmo", "wmo"),
            swapped,
        )
        for candidate in wrong:
            with pytest.raises(NotAuthenticated):
                principal_of(runtime, candidate)
        assert principal_of(runtime, key).rol is Rol.BEHEER


class TestRevoke:
    def test_from_then_on_it_opens_nothing(self, runtime: Runtime):
        key = create_key(runtime, rol=Rol.BEHEER, naam="naam")
        other = create_key(runtime, rol=Rol.BEHEER, naam="ander")
        keyid = key.split("_")[1]
        assert revoke(runtime, keyid)
        with pytest.raises(NotAuthenticated):
            principal_of(runtime, key)
        assert principal_of(runtime, other).rol is Rol.BEHEER
        assert not revoke(runtime, keyid)

    def test_of_an_unknown_key_says_so(self, runtime: Runtime):
        assert not revoke(runtime, "0000000000000000")


class TestAllKeys:
    def test_in_the_order_in_which_they_were_made(self, runtime: Runtime):
        for naam in ("een", "twee", "drie"):
            create_key(runtime, rol=Rol.BEHEER, naam=naam)
        assert [record.naam for record in all_keys(runtime)] == ["een", "twee", "drie"]


NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
YEAR = timedelta(days=365)
BEFORE_PEPPERS = text(
    "INSERT INTO api_key (keyid, secret_sha256, rol, gemeenten, aanbieders, naam, gemaakt_op)"
    " VALUES (:keyid, :secret, 'beheer', '[]', '[]', '', :gemaakt_op)"
)


def at(runtime: Runtime, moment: datetime) -> Runtime:
    """The same service at a moment."""
    return replace(runtime, now=lambda: moment)


def opens(runtime: Runtime, key: str, *, adres: str | None = None) -> bool:
    """Whether the key opens anything, or its refusal says why it does not."""
    try:
        principal_of(runtime, key, adres=adres)
    except NotAuthenticated as refusal:
        return refusal.detail != GENERIC
    return True


def shown_from(adres: str | None) -> Aanmelding:
    return Aanmelding(method="GET", herkomst=Herkomst(adres=adres, trace_id="0" * 31 + "1", span_id="0" * 15 + "1"))


class TestGrant:
    def test_a_key_is_for_no_more_than_it_was_given(self, runtime: Runtime):
        rechten = frozenset({Recht.BERICHTEN_LEZEN})
        key = issue_key(runtime, Grant(rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}), rechten=rechten))
        principal = principal_of(runtime, key)
        assert [recht for recht in Recht if principal.may(recht)] == [Recht.BERICHTEN_LEZEN]

    @pytest.mark.parametrize("rol", [Rol.BEHEER, Rol.GEMEENTE])
    def test_a_key_without_named_rights_has_those_of_its_role(self, rol: Rol, runtime: Runtime):
        codes = [GEMEENTE] if rol is Rol.GEMEENTE else []
        principal = principal_of(runtime, create_key(runtime, rol=rol, gemeenten=codes, naam=""))
        assert {recht for recht in Recht if principal.may(recht)} == RECHTEN[rol]

    @pytest.mark.parametrize(
        "changes",
        [
            {"rechten": frozenset({Recht.BERICHTEN_LEZEN})},
            {"rechten": frozenset({Recht.BEHEER, Recht.LOGBOEK_LEZEN})},
            {"rechten": frozenset[Recht]()},
            {"netwerken": ("192.0.2.1/24",)},
            {"netwerken": ("192.0.2.0/24", "")},
            {"tot": NOW},
            {"tot": NOW + timedelta(days=366, seconds=1)},
            {"vanaf": NOW + timedelta(days=2), "tot": NOW + timedelta(days=1)},
            {"vanaf": NOW + timedelta(days=2)},
            {"vanaf": NOW - timedelta(days=2), "tot": NOW - timedelta(days=1)},
            {"rol": Rol.LEZER},
        ],
        ids=range(11),
    )
    def test_what_cannot_be_granted_is_refused(self, changes: dict[str, object], runtime: Runtime):
        grant = replace(Grant(rol=Rol.BEHEER), **changes)  # type: ignore[arg-type]
        with pytest.raises(InvalidInput):
            issue_key(at(runtime, NOW), grant)
        assert all_keys(runtime) == []


class TestWhen:
    def test_from_its_begin_until_its_end(self, runtime: Runtime):
        begin, end = NOW + timedelta(hours=1), NOW + timedelta(hours=3)
        key = issue_key(at(runtime, NOW), Grant(rol=Rol.BEHEER, vanaf=begin, tot=end))
        second = timedelta(seconds=1)
        works = [opens(at(runtime, moment), key) for moment in (begin - second, begin, end - second, end)]
        assert works == [False, True, True, False]

    def test_a_year_when_nothing_was_said_and_whatever_the_business_date_is(self, runtime: Runtime):
        key = create_key(at(runtime, NOW), rol=Rol.BEHEER, naam="")
        assert runtime.today().year == 2019
        assert opens(at(runtime, NOW + YEAR - timedelta(seconds=1)), key)
        assert not opens(at(runtime, NOW + YEAR), key)


class TestFromWhere:
    @pytest.mark.parametrize(
        ("adres", "inside"),
        [
            ("192.0.2.7", True),
            ("::ffff:192.0.2.7", True),
            ("2001:db8::7", True),
            ("192.0.3.7", False),
            ("2001:db9::7", False),
            ("testclient", False),
            ("", False),
            (None, False),
        ],
    )
    def test_only_within_its_networks(self, adres: str | None, inside: bool, runtime: Runtime):
        key = issue_key(runtime, Grant(rol=Rol.BEHEER, netwerken=("192.0.2.0/24", "2001:db8::/32")))
        anywhere = create_key(runtime, rol=Rol.BEHEER, naam="")
        assert opens(runtime, key, adres=adres) is inside
        assert opens(runtime, anywhere, adres=adres)


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


class TestKeyUses:
    def test_is_written_once_a_minute_by_all_processes_together(self, runtime: Runtime):
        principal = principal_of(runtime, create_key(runtime, rol=Rol.BEHEER, naam=""))
        one, other = KeyUses(), KeyUses()
        seconds = (0, 30, 59, 60, 61, 130)
        known: list[datetime | None] = []
        for second in seconds:
            for uses in (one, other):
                uses.note(at(runtime, NOW + timedelta(seconds=second)), principal)
            known.append(all_keys(runtime)[0].laatst_gebruikt)
        assert known == [NOW + timedelta(seconds=noted) for noted in (0, 0, 0, 60, 60, 130)]


class TestKeyText:
    @given(st.sampled_from(["keyid", "secret", "crc", "prefix"]), st.integers(0, 42), st.characters(codec="utf-8"))
    def test_any_other_character_is_no_key(self, part: str, place: int, character: str):
        """A typing error is seen without asking the database."""
        key = KeyText.new().written()
        start, length = {"prefix": (0, 5), "keyid": (5, 16), "secret": (22, 43), "crc": (66, 8)}[part]
        at = start + place % length
        changed = key[:at] + character + key[at + 1 :]
        assert (KeyText.read(changed) is None) == (changed != key)

    @given(st.integers(0, 80))
    def test_any_key_is_read_as_it_was_written_and_no_part_of_it(self, length: int):
        key = KeyText.new()
        written = key.written()
        assert KeyText.read(written) == KeyText.read(written[:65]) == key  # the latter as before the crc
        if length not in {65, *range(74, 81)}:
            assert KeyText.read(written[:length]) is None
        assert key.secret not in repr(key)
