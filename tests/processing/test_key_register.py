"""Changing a key without a gap; clients and certificates that are known by a kenmerk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.principal import Principal, Recht, Rol, Wijze
from app.domain.refusals import InvalidInput, NotAuthenticated
from app.processing.key_grants import Grant
from app.processing.keys import (
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
from app.storage.keys import find_key
from tests.builders import AANBIEDER
from tests.processing.test_keys import NOW, YEAR, at, opens, shown_from


class TestRotate:
    def test_both_work_until_the_overlap_is_over(self, runtime: Runtime):
        there = at(runtime, NOW)
        grant = Grant(
            rol=Rol.AANBIEDER,
            aanbieders=frozenset({AANBIEDER}),
            naam="zorgpakket",
            rechten=frozenset({Recht.POSTBUS_OPHALEN}),
        )
        key = issue_key(there, grant)
        successor = rotate_key(there, key.split("_")[1], overlap=timedelta(days=3))
        one, other = principal_of(there, key), principal_of(there, successor)
        assert replace(one, key_id="") == replace(other, key_id="")
        later = NOW + timedelta(days=3)
        assert opens(at(runtime, later - timedelta(seconds=1)), key)
        assert not opens(at(runtime, later), key)
        assert opens(at(runtime, later), successor)

    def test_there_is_no_third(self, runtime: Runtime):
        there = at(runtime, NOW)
        keyid = create_key(there, rol=Rol.BEHEER, naam="").split("_")[1]
        successor = rotate_key(there, keyid).split("_")[1]
        for one in (keyid, successor):
            with pytest.raises(InvalidInput, match="werkt"):
                rotate_key(there, one)
        assert len(all_keys(runtime)) == 2
        revoke(there, keyid)
        rotate_key(there, successor)

    def test_a_successor_that_was_revoked_makes_room(self, runtime: Runtime):
        keyid = create_key(runtime, rol=Rol.BEHEER, naam="").split("_")[1]
        revoke(runtime, rotate_key(runtime, keyid).split("_")[1])
        assert opens(runtime, rotate_key(runtime, keyid))

    def test_never_lengthens_the_life_of_the_first(self, runtime: Runtime):
        there = at(runtime, NOW)
        tomorrow = NOW + timedelta(days=1)
        key = issue_key(there, Grant(rol=Rol.BEHEER, tot=tomorrow))
        rotate_key(there, key.split("_")[1])
        assert not opens(at(runtime, tomorrow), key)

    @pytest.mark.parametrize(
        "made",
        [lambda r: "0" * 16, lambda r: register(r, Grant(rol=Rol.BEHEER), wijze=Wijze.CERTIFICAAT, kenmerk="1" * 20)],
    )
    def test_of_what_is_no_working_key(self, made: Callable[[Runtime], str], runtime: Runtime):
        keyid = made(runtime)
        before = all_keys(runtime)
        with pytest.raises(InvalidInput):
            rotate_key(runtime, keyid)
        assert all_keys(runtime) == before


class TestRegister:
    FINGERPRINT = "ab" * 32

    def test_knows_a_client_and_a_certificate(self, runtime: Runtime):
        grant = Grant(rol=Rol.AANBIEDER, aanbieders=frozenset({AANBIEDER}))
        colons = ":".join([self.FINGERPRINT[:2].upper()] * 32)
        for wijze, kenmerk, kept in (
            (Wijze.TOKEN, "https://inlog.voorbeeld.nl|software", "https://inlog.voorbeeld.nl|software"),
            (Wijze.CERTIFICAAT, colons, self.FINGERPRINT),
            (Wijze.CERTIFICAAT, "00000001234567890000", "00000001234567890000"),
        ):
            keyid = register(runtime, grant, wijze=wijze, kenmerk=kenmerk)
            found = registered(runtime, shown_from(None), wijze, kept)
            assert found == Principal(key_id=keyid, rol=Rol.AANBIEDER, aanbieders=frozenset({AANBIEDER}), wijze=wijze)
        assert registered(runtime, shown_from(None), Wijze.TOKEN, "https://elders.voorbeeld.nl|software") is None
        assert registered(runtime, shown_from(None), Wijze.TOKEN, self.FINGERPRINT) is None

    def test_is_no_key(self, runtime: Runtime):
        keyid = register(runtime, Grant(rol=Rol.BEHEER), wijze=Wijze.CERTIFICAAT, kenmerk=self.FINGERPRINT)
        with runtime.storage.reading() as session:
            record = find_key(session, keyid=keyid)
        assert record is not None
        assert record.secret_digest is None
        for secret in ("", "A" * 43, "None"):
            assert not opens(runtime, f"iwmo_{keyid}_{secret}")

    def test_twice_is_refused_until_the_first_is_revoked_which_stays_known(self, runtime: Runtime):
        grant, certificate = Grant(rol=Rol.BEHEER), {"wijze": Wijze.CERTIFICAAT, "kenmerk": self.FINGERPRINT}
        keyid = register(runtime, grant, **certificate)
        with pytest.raises(InvalidInput, match=keyid):
            register(runtime, grant, **certificate)
        revoke(runtime, keyid)
        with pytest.raises(NotAuthenticated):
            registered(runtime, shown_from(None), Wijze.CERTIFICAAT, self.FINGERPRINT)
        again = register(runtime, grant, **certificate)
        found = registered(runtime, shown_from(None), Wijze.CERTIFICAAT, self.FINGERPRINT)
        assert found is not None
        assert found.key_id == again

    def test_has_networks_and_an_end_too(self, runtime: Runtime):
        grant = Grant(rol=Rol.BEHEER, netwerken=("192.0.2.0/24",))
        register(at(runtime, NOW), grant, wijze=Wijze.TOKEN, kenmerk="a|b")
        there = shown_from("192.0.2.1")
        assert registered(at(runtime, NOW), there, Wijze.TOKEN, "a|b")
        for moment, aanmelding in ((NOW + YEAR, there), (NOW, shown_from("192.0.3.1"))):
            with pytest.raises(NotAuthenticated):
                registered(at(runtime, moment), aanmelding, Wijze.TOKEN, "a|b")

    @pytest.mark.parametrize(
        ("wijze", "kenmerk"),
        [
            (Wijze.TOKEN, "software"),
            (Wijze.TOKEN, "a|b|c"),
            (Wijze.TOKEN, "|b"),
            (Wijze.CERTIFICAAT, "a|b"),
            (Wijze.CERTIFICAAT, "1" * 19),
            (Wijze.CERTIFICAAT, "ab" * 20),
            (Wijze.SESSIE, "a|b"),
            (Wijze.SLEUTEL, "a|b"),
        ],
    )
    def test_refuses_what_nobody_can_be_known_by(self, wijze: Wijze, kenmerk: str, runtime: Runtime):
        with pytest.raises(InvalidInput):
            register(runtime, Grant(rol=Rol.BEHEER), wijze=wijze, kenmerk=kenmerk)
