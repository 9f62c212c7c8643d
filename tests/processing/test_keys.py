"""Keys: made, recognised, listed, revoked."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.principal import RECHTEN, Herkomst, Principal, Recht, Rol
from app.domain.refusals import InvalidInput, NotAuthenticated
from app.processing.geheimen import Doel
from app.processing.key_grants import Grant
from app.processing.key_text import KeyText
from app.processing.key_uses import KeyUses
from app.processing.keys import (
    all_keys,
    create_key,
    issue_key,
    principal_of,
    revoke,
)
from app.processing.runtime import Runtime
from app.processing.toegang import GENERIC, Aanmelding
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
