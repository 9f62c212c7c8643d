"""The webhook."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from app.delivery.http import MAX_ANSWER_BYTES, WebhookTransport, cloud_event, source
from app.delivery.signature import secret_text
from app.delivery.transport import Afgeleverd, Later, Nooit
from tests.delivery.servers import Server, answers, drips, hangs, resets, says, serving
from tests.delivery.standard_webhooks import verified
from tests.delivery.zendingen import A_ZENDING, NAME, NOW, PATIENT, SHORT, a_client, a_zending

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def webhook(port: int, *, secrets=(OLD,), clock=lambda: NOW, limits=PATIENT, **changes) -> WebhookTransport:
    url = f"http://{NAME}:{port}/berichten?sleutel=geheim"
    return WebhookTransport(a_client(port, limits=limits, **changes), url=url, secrets=secrets, clock=clock)


def is_signed(server: Server, secret: bytes, *, request: int = -1) -> bool:
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    values = [server.header(name, request=request) or "" for name in names]
    return verified(secret_text(secret), values[0], values[1], values[2], server.body(request=request))


class TestRequest:
    def test_is_the_bericht_itself_signed_and_as_a_cloud_event(self):
        with serving(says("204 No Content")) as server:
            assert webhook(server.port).send(A_ZENDING) == Afgeleverd()
        assert server.body() == A_ZENDING.body
        assert server.header("Content-Type") == "application/xml"
        assert is_signed(server, OLD)
        assert {
            name: server.header(name) for name in ("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time")
        } == {
            "ce-specversion": "1.0",
            "ce-id": A_ZENDING.kenmerk,
            "ce-source": "urn:nld:gemeentecode:1708:systeem:iwmo-berichtenservice",
            "ce-type": "nl.iwmo.bericht-verzonden.wmo301",
            "ce-time": "2018-02-01T11:59:30Z",
        }

    def test_again_is_the_same_event_with_a_signature_of_that_moment(self):
        moments = iter([NOW, NOW + timedelta(hours=1)])
        with serving(says("503 Service Unavailable")) as server:
            transport = webhook(server.port, clock=lambda: next(moments))
            transport.send(A_ZENDING)
            transport.send(A_ZENDING)
        for name in ("webhook-id", *cloud_event(A_ZENDING)):
            assert server.header(name, request=0) == server.header(name, request=1) is not None
        assert server.body(request=0) == server.body(request=1)
        assert [server.header("webhook-timestamp", request=n) for n in (0, 1)] == ["1517486400", "1517490000"]
        assert is_signed(server, OLD, request=0)
        assert is_signed(server, OLD, request=1)

    def test_while_the_key_changes_both_are_used(self):
        with serving(says("200 OK")) as server:
            webhook(server.port, secrets=[NEW, OLD]).send(A_ZENDING)
        assert is_signed(server, OLD)
        assert is_signed(server, NEW)

    def test_no_header_holds_something_of_the_client(self):
        assert "999900006" not in str(cloud_event(A_ZENDING))
        assert A_ZENDING.identificatie not in str(cloud_event(A_ZENDING))  # its sender chose it

    def test_time_is_told_in_utc(self):
        amsterdam = datetime(2018, 7, 1, 13, 0, tzinfo=timezone(timedelta(hours=2)))
        assert cloud_event(a_zending(tijdstip=amsterdam))["ce-time"] == "2018-07-01T11:00:00Z"

    def test_an_aanbieder_is_known_by_its_agb_code(self):
        assert source("98000001") == "urn:nld:agbcode:98000001:systeem:iwmo-berichtenservice"


class TestUitkomst:
    @pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
    def test_2xx_is_delivered(self, status: int):
        with serving(says(f"{status} X")) as server:
            assert webhook(server.port).send(A_ZENDING) == Afgeleverd()

    @pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
    def test_what_passes_comes_back_later(self, status: int):
        with serving(says(f"{status} X", body=b"<html>oeps 999900006</html>")) as server:
            uitkomst = webhook(server.port).send(A_ZENDING)
        reden = f"De ontvanger kan het bericht nu niet aannemen (HTTP {status})."
        assert uitkomst == Later(reden, whole_lane=status in {429, 503})

    @pytest.mark.parametrize("status", [401, 403, 404])
    def test_a_receiver_that_is_being_installed_gets_it_later(self, status: int):
        with serving(says(f"{status} X", "Retry-After: 120")) as server:
            uitkomst = webhook(server.port).send(A_ZENDING)
        reden = f"De ontvanger laat ons niet toe of kent het adres niet (HTTP {status})."
        assert uitkomst == Later(reden, timedelta(minutes=2))

    @pytest.mark.parametrize("status", [400, 405, 409, 410, 413, 415, 422, 499])
    def test_what_is_refused_does_not_come_back(self, status: int):
        with serving(says(f"{status} X", "Retry-After: 5")) as server:
            uitkomst = webhook(server.port).send(A_ZENDING)
        assert isinstance(uitkomst, Nooit)
        assert f"HTTP {status}" in uitkomst.reden

    @pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
    def test_a_redirect_is_not_followed(self, status: int):
        with serving(says(f"{status} X", "Location: http://169.254.169.254/")) as server:
            uitkomst = webhook(server.port).send(A_ZENDING)
            assert len(server.requests) == 1
        assert uitkomst == Nooit(f"De ontvanger verwijst door (HTTP {status}); een doorverwijzing wordt niet gevolgd.")

    def test_a_request_to_wait_is_respected(self):
        with serving(says("429 Too Many Requests", "Retry-After: 120")) as server:
            uitkomst = webhook(server.port).send(A_ZENDING)
        assert isinstance(uitkomst, Later)
        assert uitkomst.wacht == timedelta(minutes=2)

    @pytest.mark.parametrize(
        "behaviour",
        [
            hangs(),
            hangs(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal"),
            drips(b"HTTP/1.1 200 OK\r\n\r\n"),
            answers(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal"),
            resets(b"HTTP/1.1 200 OK\r\n"),
            answers(b""),
        ],
    )
    def test_half_an_answer_is_none(self, behaviour):
        with serving(behaviour) as server:
            assert isinstance(webhook(server.port, limits=SHORT).send(A_ZENDING), Later)

    def test_of_an_endless_answer_the_status_counts(self):
        with serving(drips(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * MAX_ANSWER_BYTES)) as server:
            assert webhook(server.port).send(A_ZENDING) == Afgeleverd()

    def test_an_address_that_is_never_right(self):
        transport = WebhookTransport(
            a_client(443), url="ftp://x.example/?sleutel=geheim", secrets=[OLD], clock=lambda: NOW
        )
        assert transport.send(A_ZENDING) == Nooit("Het adres van de ontvanger is niet toegestaan.")

    def test_an_address_that_points_inside_today(self):
        uitkomst = webhook(8080, networks=[]).send(A_ZENDING)
        reden = "De naam van de ontvanger wijst naar een netwerkadres dat niet is toegestaan."
        assert uitkomst == Later(reden, whole_lane=True)

    @pytest.mark.parametrize(("behaviour", "whole"), [(resets(b""), False), (hangs(), True)])
    def test_half_an_answer_is_about_one_message_and_none_about_all(self, behaviour, whole):
        with serving(behaviour) as server:
            uitkomst = webhook(server.port, limits=SHORT if whole else PATIENT).send(A_ZENDING)
        assert isinstance(uitkomst, Later)
        assert uitkomst.whole_lane is whole

    def test_no_reason_tells_where_or_what(self):
        told: list[object] = []
        for behaviour in (resets(b""), says("500 geheim 999900006"), says("400 geheim 999900006")):
            with serving(behaviour) as server:
                told.append(webhook(server.port).send(A_ZENDING))
        assert "geheim" not in str(told)
        assert "999900006" not in str(told)
        assert NAME not in str(told)

    def test_an_empty_body_is_sent_as_well(self):
        with serving(says("200 OK")) as server:
            assert webhook(server.port).send(replace(A_ZENDING, body=b"")) == Afgeleverd()
