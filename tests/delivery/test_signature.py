"""The signature under a webhook."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.delivery.signature import secret_text, sign
from tests.delivery.standard_webhooks import verified

SECRET = bytes(range(32))
OTHER = bytes(range(32, 64))
secrets = st.binary(min_size=24, max_size=64)
requests = st.tuples(st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True), st.integers(0, 2**33), st.binary(max_size=60))


def signed(secret: bytes, request: tuple[str, int, bytes]) -> str:
    kenmerk, timestamp, body = request
    return sign([secret], kenmerk=kenmerk, timestamp=timestamp, body=body)


def test_is_what_another_implementation_makes_of_it():
    # printf 'bericht-1.1517486400.<a/>' | openssl dgst -sha256 -mac HMAC -macopt hexkey:… -binary | base64
    assert (
        sign([SECRET], kenmerk="bericht-1", timestamp=1517486400, body=b"<a/>")
        == "v1,JXz9PCCRuo7+sizJavcMJTVTl8U8qozJWD4E+p6L3JY="
    )


def test_a_secret_is_handed_over_as_the_standard_writes_it():
    assert secret_text(b"\0" * 24) == "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@given(secret=secrets, request=requests)
def test_the_receiver_can_verify_it(secret: bytes, request: tuple[str, int, bytes]):
    kenmerk, timestamp, body = request
    assert verified(secret_text(secret), kenmerk, str(timestamp), signed(secret, request), body)


@given(secret=secrets, one=requests, other=requests)
def test_nothing_else_has_the_same_signature(secret: bytes, one: tuple[str, int, bytes], other: tuple[str, int, bytes]):
    assume(one != other)
    assert signed(secret, one) != signed(secret, other)


def test_while_secrets_change_either_will_do():
    both = sign([SECRET, OTHER], kenmerk="k", timestamp=1, body=b"x")
    assert verified(secret_text(SECRET), "k", "1", both, b"x")
    assert verified(secret_text(OTHER), "k", "1", both, b"x")
    assert not verified(secret_text(bytes(24)), "k", "1", both, b"x")


@pytest.mark.parametrize("weak", [[], [b""], [bytes(23)], [SECRET, bytes(23)]])
def test_does_not_sign_with_nothing(weak: list[bytes]):
    with pytest.raises(ValueError, match="24 bytes"):
        sign(weak, kenmerk="k", timestamp=1, body=b"x")
