"""The keys of an issuer: which of them count, and when they are asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from joserfc.util import int_to_base64

from app.processing.jwks import FetchedKeys, FileKeys, KeySetUnreadable, KeysUnavailable, read_key_set
from tests.delivery.servers import Behaviour, Server, hangs, says, serving
from tests.delivery.zendingen import NAME, SHORT, a_client
from tests.processing.token_issuer import ec_key, key_set, rsa_key


def member(key: Any = None, **changes: Any) -> dict[str, Any]:
    return {**(key or rsa_key()).as_dict(private=False), **changes}


class TestReading:
    def test_finds_each_by_its_id(self):
        assert read_key_set(key_set()).keys() == {"rsa-1", "ec-1"}

    def test_reads_no_keys(self):
        assert read_key_set(b'{"keys": []}') == {}

    @pytest.mark.parametrize(
        "left_out",
        [
            member(use="enc"),
            member(kid=None),
            member(kid=7),
            {name: value for name, value in member().items() if name != "kid"},
            member(kty="RSA", n="AQAB"),
            member(n="!"),
            member(n=None),
            member(e="AA"),
            member(kty="oct", k="c2xldXRlbA"),
            {"kty": "oct", "k": "c2xldXRlbA", "kid": "a"},
            member(ec_key("p384", "P-384")),
            member(ec_key(), x="AA"),
            member(ec_key(), y=member(ec_key("other"))["y"]),  # not on the curve
            member(ec_key(), crv="P-384"),
            rsa_key().as_dict(private=True),
            ec_key().as_dict(private=True),
            {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "a"},
            {},
            "rsa-1",
            None,
        ],
    )
    def test_leaves_out_what_may_not_be_used_and_keeps_the_rest(self, left_out: Any):
        body = json.dumps({"keys": [left_out, member(ec_key("goed"))]}).encode()
        assert read_key_set(body).keys() == {"goed"}

    @pytest.mark.parametrize(("bits", "counts"), [(1024, False), (2040, False), (2048, True)])
    def test_rsa_must_be_large_enough(self, bits: int, counts: bool):
        modulus = (1 << (bits - 1)) | 1
        text = json.dumps({"keys": [member(n=_number(modulus))]}).encode()
        assert bool(read_key_set(text)) is counts

    def test_an_id_of_two_keys_is_one_of_neither(self):
        assert read_key_set(key_set(rsa_key(), ec_key("rsa-1"))) == {}

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"keys": 1}', b"null", b"\xff", b"[" * 100_000])
    def test_anything_else_is_no_key_set(self, body: bytes):
        with pytest.raises(KeySetUnreadable):
            read_key_set(body)


def _number(value: int) -> str:
    return int_to_base64(value)


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Answers:
    """What the issuer says now; a test changes it."""

    def __init__(self) -> None:
        self.behaviour: Callable[[Server], Behaviour] = says("200 OK", body=key_set())

    def __call__(self, server: Server) -> Behaviour:
        return lambda connection: self.behaviour(server)(connection)


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def server(answers: Answers):
    with serving(answers) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(server: Server, clock: Clock) -> FetchedKeys:
    return FetchedKeys(a_client(server.port), f"http://{NAME}:{server.port}/jwks", clock)


class TestFetched:
    def test_are_asked_for_once_in_ten_minutes(self, keys: FetchedKeys, server: Server, clock: Clock):
        for _ in range(20):
            assert keys.find("rsa-1") is not None
        assert len(server.requests) == 1
        assert server.request_line == "GET /jwks HTTP/1.1"
        clock.seconds += 601
        assert keys.find("rsa-1") is not None
        assert len(server.requests) == 2

    def test_nothing_is_asked_before_a_token_comes(self, keys: FetchedKeys, server: Server):
        assert server.requests == []

    def test_an_unknown_id_asks_once_a_minute(self, keys: FetchedKeys, server: Server, clock: Clock):
        keys.find("rsa-1")
        clock.seconds += 60
        for number in range(50):
            assert keys.find(f"verzonnen-{number}") is None
        assert len(server.requests) == 2
        clock.seconds += 60
        assert keys.find("verzonnen") is None
        assert len(server.requests) == 3

    def test_a_new_key_is_found_and_one_taken_away_is_not(self, keys: FetchedKeys, answers: Answers, clock: Clock):
        assert keys.find("rsa-1") is not None
        answers.behaviour = says("200 OK", body=key_set(rsa_key("rsa-2")))
        clock.seconds += 60
        assert keys.find("rsa-2") is not None
        assert keys.find("rsa-1") is None

    @pytest.mark.parametrize(
        "behaviour",
        [
            says("500 Internal Server Error", body=key_set(ec_key("x"))),
            says("302 Found", "Location: http://127.0.0.1/", body=key_set(ec_key("x"))),
            says("200 OK", body=b"<html>"),
            says("200 OK", body=key_set(ec_key("x")) + b" " * (256 * 1024)),
        ],
    )
    def test_an_outage_leaves_what_there_was_for_a_day(
        self, keys: FetchedKeys, answers: Answers, clock: Clock, server: Server, behaviour: Any
    ):
        keys.find("rsa-1")
        answers.behaviour = behaviour
        clock.seconds += 24 * 3600
        assert keys.find("rsa-1") is not None
        assert keys.find("x") is None
        assert len(server.requests) == 2
        clock.seconds += 1
        with pytest.raises(KeysUnavailable):
            keys.find("rsa-1")
        clock.seconds += 60
        answers.behaviour = says("200 OK", body=key_set())
        assert keys.find("rsa-1") is not None

    def test_an_issuer_that_never_answered_is_asked_again_in_five_seconds(
        self, answers: Answers, server: Server, clock: Clock
    ):
        answers.behaviour = hangs()
        keys = FetchedKeys(a_client(server.port, limits=SHORT), f"http://{NAME}:{server.port}/jwks", clock)
        for _ in range(3):
            with pytest.raises(KeysUnavailable):
                keys.find("rsa-1")
        assert len(server.requests) == 1
        clock.seconds += 5
        answers.behaviour = says("200 OK", body=key_set())
        assert keys.find("rsa-1") is not None

    def test_only_where_may_be_connected_to(self, clock: Clock):
        keys = FetchedKeys(a_client(8443, networks=[]), "https://169.254.169.254:8443/jwks", clock)
        with pytest.raises(KeysUnavailable):
            keys.find("rsa-1")

    def test_many_at_once_ask_once(self, keys: FetchedKeys, server: Server):
        together = Barrier(16)

        def find(number: int) -> bool:
            together.wait(120)
            return keys.find("rsa-1" if number % 2 else f"verzonnen-{number}") is not None

        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(find, range(16))) == 8
        assert len(server.requests) == 1

    def test_who_has_a_known_key_does_not_wait_for_another_who_asks(
        self, keys: FetchedKeys, answers: Answers, server: Server, clock: Clock
    ):
        keys.find("rsa-1")
        clock.seconds += 601
        answers.behaviour = hangs()
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(keys.find, "rsa-1")
            while len(server.requests) < 2:
                pass
            assert keys.find("rsa-1") is not None
            assert not asking.done()
            server.stopped.set()  # the issuer hangs up
            assert asking.result() is not None


class TestFile:
    def replace(self, path: Path, body: bytes) -> None:
        fresh = path.with_suffix(".nieuw")
        fresh.write_bytes(body)
        os.replace(fresh, path)  # noqa: PTH105 - as an operator's tool does

    def test_is_read_anew_when_it_was_replaced(self, tmp_path: Path):
        path = tmp_path / "jwks.json"
        keys = FileKeys(path)
        with pytest.raises(KeysUnavailable):
            keys.find("rsa-1")
        self.replace(path, key_set())
        assert keys.find("rsa-1") is not None
        self.replace(path, key_set(rsa_key("rsa-2")))
        assert keys.find("rsa-1") is None
        assert keys.find("rsa-2") is not None

    def test_one_that_became_unreadable_leaves_what_there_was(self, tmp_path: Path):
        path = tmp_path / "jwks.json"
        path.write_bytes(key_set())
        keys = FileKeys(path)
        assert keys.find("rsa-1") is not None
        self.replace(path, b"{")
        assert keys.find("rsa-1") is not None
        path.unlink()
        assert keys.find("rsa-1") is not None
