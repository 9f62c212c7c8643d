"""Keys: made, recognised, listed, revoked."""

from __future__ import annotations

import hashlib

import pytest

from app.domain.principal import Principal, Rol
from app.domain.refusals import InvalidInput, NotAuthenticated
from app.processing.keys import all_keys, create_key, principal_of, revoke
from app.processing.runtime import Runtime
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
        secret = key.split("_", 2)[2]
        (record,) = all_keys(runtime)
        assert record.secret_sha256 == hashlib.sha256(secret.encode()).hexdigest()
        assert secret not in str(record)


class TestPrincipalOf:
    def test_of_anything_but_the_key_itself_there_is_none(self, runtime: Runtime):
        key = create_key(runtime, rol=Rol.BEHEER, naam="naam")
        other = create_key(runtime, rol=Rol.BEHEER, naam="ander")
        swapped = "_".join((*key.split("_")[:2], other.split("_", 2)[2]))
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
