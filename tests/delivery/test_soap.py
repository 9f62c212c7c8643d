"""Posting SOAP envelopes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.delivery.exchange import Limits
from app.delivery.soap import MAX_ANSWER_BYTES, SoapAnswer, SoapEndpoint
from app.delivery.transport import Later, Nooit
from tests.delivery.servers import answers, drips, hangs, resets, says, serving
from tests.delivery.zendingen import NAME, NOW, PATIENT, SHORT, a_client

ACTION = "http://example.org/actie"


def post(port: int, limits: Limits = PATIENT, **changes):
    endpoint = SoapEndpoint(a_client(port, limits=limits, **changes), url=f"http://{NAME}:{port}/soap")
    return endpoint.post(b"<Envelope/>", action=ACTION, now=NOW)


def test_posts_as_soap_1_1_wants_it():
    with serving(says("200 OK", body=b"<Bv03/>")) as server:
        assert post(server.port) == SoapAnswer(200, b"<Bv03/>")
    assert server.header("Content-Type") == "text/xml; charset=utf-8"
    assert server.header("SOAPAction") == f'"{ACTION}"'
    assert server.header("Authorization") is None
    assert server.body() == b"<Envelope/>"


def test_says_who_it_is_when_it_was_given_that():
    with serving(says("200 OK", body=b"<Bv03/>")) as server:
        url = f"http://{NAME}:{server.port}/soap"
        endpoint = SoapEndpoint(a_client(server.port), url=url, authorization="Bearer iwmo_x")
        endpoint.post(b"<Envelope/>", action=ACTION, now=NOW)
    assert server.header("Authorization") == "Bearer iwmo_x"


@pytest.mark.parametrize("status", [202, 302, 404, 500, 503])
def test_every_whole_answer_is_for_others_to_read(status: int):
    with serving(says(f"{status} X", "Retry-After: 60", body=b"<Fault/>")) as server:
        assert post(server.port) == SoapAnswer(status, b"<Fault/>", timedelta(minutes=1))
        assert len(server.requests) == 1


def test_an_answer_of_a_megabyte_is_read():
    with serving(says("200 OK", body=b"x" * MAX_ANSWER_BYTES)) as server:
        answer = post(server.port)
    assert isinstance(answer, SoapAnswer)
    assert len(answer.body) == MAX_ANSWER_BYTES


def test_one_byte_more_is_not():
    with serving(says("200 OK", body=b"x" * (MAX_ANSWER_BYTES + 1))) as server:
        assert post(server.port) == Later("Het antwoord van de ontvanger is te groot.")


@pytest.mark.parametrize(
    "behaviour",
    [
        hangs(),
        drips(b"HTTP/1.1 200 OK\r\n\r\n"),
        resets(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<Bv"),
        answers(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<Bv"),
    ],
)
def test_half_an_answer_is_none(behaviour):
    with serving(behaviour) as server:
        assert isinstance(post(server.port, SHORT), Later)


def test_nothing_goes_where_it_may_not():
    assert isinstance(post(8080, networks=[]), Later)
    endpoint = SoapEndpoint(a_client(8080), url="https://169.254.169.254/")
    assert isinstance(endpoint.post(b"", action=ACTION, now=NOW), Nooit)


def test_shows_nothing_of_the_answer():
    assert "999900006" not in repr(SoapAnswer(200, b"999900006"))
