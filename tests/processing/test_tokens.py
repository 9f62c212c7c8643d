"""Tokens: a genuine one names its client and rights, and nothing else passes."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.principal import Recht
from app.domain.refusals import IssuerUnavailable, TokenInvalid
from app.processing.jwks import KeysUnavailable, PublicKey, read_key_set
from app.processing.tokens import TokenHolder, TokenIssuer, holder_of
from tests.processing.token_issuer import (
    AUDIENCE,
    CLIENT,
    FORGED,
    NAME,
    NOW,
    Issuer,
    ec_key,
    encoded,
    key_set,
    rsa_key,
)

ISSUER = Issuer()
GRANTED = frozenset({Recht.BERICHTEN_INDIENEN, Recht.BERICHTEN_LEZEN})
BOUND = {"bound to a certificate"}  # genuine, but not from whoever holds it: that is judged where the certificate is


class Keys:
    """Keys that are simply there."""

    def __init__(self, body: bytes) -> None:
        self._keys = read_key_set(body)

    def find(self, kid: str) -> PublicKey | None:
        return self._keys.get(kid)


class NoKeys:
    def find(self, kid: str) -> PublicKey | None:
        raise KeysUnavailable


def issuers(*, keys: Any = None, **changes: Any) -> dict[str, TokenIssuer]:
    return {NAME: TokenIssuer(name=NAME, audience=AUDIENCE, keys=keys or Keys(key_set()), **changes)}


KNOWN = issuers()


def holder(token: str, **changes: Any) -> TokenHolder:
    return holder_of(token, issuers(**changes) if changes else KNOWN, now=NOW)


class TestGenuine:
    def test_names_its_client_and_its_rights(self):
        assert holder(ISSUER.token()) == TokenHolder(kenmerk=f"{NAME}|{CLIENT}", rechten=GRANTED)

    @pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
    def test_in_each_way_of_signing(self, alg: str):
        assert holder(ISSUER.by(alg)).rechten == GRANTED

    @pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "JWT"])
    def test_as_each_type_of_access_token(self, typ: str):
        assert holder(ISSUER.token(header={"typ": typ}))

    def test_our_audience_may_be_one_of_more(self):
        assert holder(ISSUER.token(aud=["https://elders.example", AUDIENCE]))

    @pytest.mark.parametrize(("claim", "value"), [("client_id", CLIENT), ("azp", "azp-1"), ("sub", "sub-1")])
    def test_its_client_is_in_the_claim_that_was_agreed(self, claim: Any, value: str):
        token = ISSUER.token(azp="azp-1", sub="sub-1")
        assert holder(token, subject_claim=claim).kenmerk == f"{NAME}|{value}"

    def test_a_clock_may_differ_a_minute(self):
        at = int(NOW.timestamp())
        assert holder(ISSUER.token(iat=at + 60, nbf=at + 60, exp=at - 59))
        wrong: list[dict[str, Any]] = [{"iat": at + 61}, {"nbf": at + 61}, {"exp": at - 60}]
        for claims in wrong:
            with pytest.raises(TokenInvalid):
                holder(ISSUER.token(**claims))

    def test_ends(self):
        token = ISSUER.token()
        assert holder_of(token, KNOWN, now=NOW + timedelta(seconds=359))
        with pytest.raises(TokenInvalid):
            holder_of(token, KNOWN, now=NOW + timedelta(seconds=360))

    def test_bound_to_a_certificate_says_which(self):
        token = ISSUER.token(cnf={"x5t#S256": encoded(bytes(range(32))).decode()})
        assert holder(token).certificate == bytes(range(32)).hex()


class TestRights:
    @pytest.mark.parametrize(
        ("scope", "rechten"),
        [
            (None, set()),
            ("", set()),
            ("openid profile", set()),
            ("beheer", {Recht.BEHEER}),
            ("openid berichten:lezen", {Recht.BERICHTEN_LEZEN}),
            ("Beheer BEHEER beheer: beheer,logboek:lezen", set()),
            ("berichten:lezen\tbeheer", set()),
            ("berichten:lezen\nbeheer", set()),
            ("berichten:lezen\u00a0beheer", set()),
            ("berichten:*", set()),
        ],
    )
    def test_are_the_scopes_that_are_ours_to_the_letter(self, scope: str | None, rechten: set[Recht]):
        assert holder(ISSUER.token(scope=scope)).rechten == rechten

    def test_with_a_prefix_only_what_carries_it(self):
        token = ISSUER.token(scope="https://wmo.example/berichten:lezen beheer https://elders.example/logboek:lezen")
        assert holder(token, scope_prefix="https://wmo.example/").rechten == {Recht.BERICHTEN_LEZEN}


class TestForged:
    @pytest.mark.parametrize("what", [what for what in FORGED if what not in BOUND])
    def test_is_refused_and_told_nothing(self, what: str):
        with pytest.raises(TokenInvalid) as refused:
            holder(FORGED[what](ISSUER))
        assert refused.value.detail == "Het token is niet geldig."
        assert refused.value.__suppress_context__

    def test_unicode_is_no_token(self):
        with pytest.raises(TokenInvalid):
            holder(ISSUER.token() + "é")
        with pytest.raises(TokenInvalid):
            holder(ISSUER.token().replace(".", "\u2024"))

    @pytest.mark.parametrize("key", [rsa_key("ec-1"), ec_key("rsa-1")])
    def test_a_key_for_another_algorithm(self, key: Any):
        keys = Keys(key_set(key))
        with pytest.raises(TokenInvalid):
            holder(ISSUER.token(), keys=keys)
        with pytest.raises(TokenInvalid):
            holder(ISSUER.by("ES256"), keys=keys)

    def test_of_an_issuer_whose_keys_are_not_here_nothing_is_said(self):
        with pytest.raises(IssuerUnavailable):
            holder(ISSUER.token(), keys=NoKeys())

    def test_without_issuers_no_token_is_any_good(self):
        with pytest.raises(TokenInvalid):
            holder_of(ISSUER.token(), {}, now=NOW)


GOOD = ISSUER.by("ES256")


@given(st.integers(0, len(GOOD) - 1), st.characters(max_codepoint=0x24F))
def test_with_any_character_changed_it_is_refused_and_unchanged_it_is_not(place: int, other: str):
    changed = GOOD[:place] + other + GOOD[place + 1 :]
    if changed == GOOD:
        assert holder(changed).rechten == GRANTED
    else:
        with pytest.raises(TokenInvalid):
            holder(changed)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda some: (encoded(some) + b".e30.AA").decode()))
def test_whatever_comes_is_refused_and_breaks_nothing(some: str):
    with pytest.raises(TokenInvalid):
        holder(some)


@given(
    st.dictionaries(
        st.sampled_from(["iss", "aud", "exp", "iat", "nbf", "scope", "client_id", "cnf"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
            max_leaves=5,
        ),
        max_size=3,
    )
)
def test_whatever_a_claim_of_the_issuer_is_it_breaks_nothing(claims: dict[str, Any]):
    with suppress(TokenInvalid):
        assert holder(ISSUER.token(**claims)).kenmerk.startswith(f"{NAME}|")
