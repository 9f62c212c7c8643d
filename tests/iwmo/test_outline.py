"""A prestatie that is read by the plan of an earlier one is what its shape reads."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.declaratie import Declaratie, ProductReferentie
from app.domain.refusals import RejectedBericht
from app.iwmo import outline
from app.iwmo.node import NUMMER, TEXT, Listing, group, lone, maybe, one, record
from app.iwmo.outline import Outlines, is_flat
from app.iwmo.reading import read, recognise
from app.iwmo.release_2_3 import wmo303
from app.iwmo.releases import write
from app.iwmo.text import Text
from tests import builders as a
from tests.iwmo.strategies import WRITTEN

NS = "urn:example"
INNER = record(NS, ProductReferentie, one("ReferentieNummer", TEXT), maybe("VorigReferentieNummer", TEXT))
KINDS = {kind: strategy for kind, strategy in WRITTEN.items() if "303" in str(kind)}


def by_shape(body: bytes) -> Declaratie:
    """The 303 with each prestatie read by its own."""
    elements = recognise(body).tree.getroot().iter(f"{{{wmo303.NAMESPACE}}}Prestatie")
    shape = wmo303.PRESTATIE.shape
    inhoud = read(recognise(body))
    assert isinstance(inhoud, Declaratie)
    pads = [line.pad for client in inhoud.clienten for line in client.prestaties]
    lines = [shape.read(element, pad, []) for element, pad in zip(elements, pads, strict=True)]
    assert [line for client in inhoud.clienten for line in client.prestaties] == lines
    assert [line.pad for line in lines] == pads
    return inhoud


def test_there_is_a_303_to_try():
    assert KINDS


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=60)
@given(declaratie=next(iter(KINDS.values())))
def test_reads_what_the_shape_reads(declaratie):
    assert by_shape(write(declaratie, "2.3")) == declaratie


def test_equal_parts_are_one_object_and_others_are_not():
    lines = [a.a_prestatie(referentie_nummer=f"R{n}", geleverd_volume=1 + n % 2) for n in range(4)]
    inhoud = by_shape(write(a.a_declaratie(*lines), "2.3"))
    first, second, third, _ = inhoud.clienten[0].prestaties
    assert first.ingediende_bedrag_prestatie is third.ingediende_bedrag_prestatie
    assert first.ingediende_bedrag_prestatie != second.ingediende_bedrag_prestatie
    assert [line.product_referentie.referentie_nummer for line in inhoud.clienten[0].prestaties] == [
        "R0", "R1", "R2", "R3"
    ]  # fmt: skip


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(outline, "MOST_PLANS", 1)
    wmo303.PRESTATIE._plans.clear()
    monkeypatch.setattr(outline, "MOST_VALUES", 2)
    lines = [
        a.a_prestatie(referentie_nummer=f"R{n}", geleverd_volume=n, commentaar="ja" if n % 3 else None)
        for n in range(1, 12)
    ]
    by_shape(write(a.a_declaratie(*lines), "2.3"))
    assert len(wmo303.PRESTATIE._plans) == 1
    (plan,) = wmo303.PRESTATIE._plans.values()
    assert all(len(made.__self__.made_before) <= 2 for _, made, _ in plan.records)


def test_an_absurd_value_is_told_with_its_place_and_line():
    lines = [a.a_prestatie(referentie_nummer=f"R{n}") for n in range(3)]
    body = write(a.a_declaratie(*lines), "2.3").decode()
    at = body.rindex("2019-05-20")
    body = f"{body[:at]}0018-05-20{body[at + 10 :]}"
    with pytest.raises(RejectedBericht) as refused:
        read(recognise(body.encode()))
    (finding,) = refused.value.findings
    assert finding.pad == "/Bericht/Clienten/Client[1]/Prestaties/Prestatie[3]/ProductPeriode/Begindatum"
    assert finding.regelnummer == body[:at].count("\n") + 1


class TestIsFlat:
    def test_with_parts_of_parts(self):
        assert is_flat(record(NS, dict, one("A", TEXT), group("B", NS, one("C", NUMMER)), maybe("D", INNER)))

    def test_not_with_a_list(self):
        assert not is_flat(record(NS, dict, one("A", Listing(NS, "B", TEXT))))

    def test_not_where_the_domain_has_a_tuple(self):
        assert not is_flat(record(NS, dict, lone("A", TEXT, "a", required=True)))

    def test_not_when_a_child_has_the_name_of_one_that_stands_deeper(self):
        assert not is_flat(record(NS, dict, one("A", INNER), maybe("ReferentieNummer", TEXT)))
        assert is_flat(record("urn:other", dict, one("A", INNER), maybe("ReferentieNummer", TEXT)))

    def test_what_is_not_flat_has_no_outline(self):
        with pytest.raises(ValueError, match="which stands in which"):
            Outlines(record(NS, dict, one("A", Listing(NS, "B", TEXT))))


def test_writes_as_its_shape():
    pieces: list[bytes] = []
    out = Text({NS: "ex"}, pieces.append)
    out.begin_root("ex:Root")
    Outlines(INNER).write(out, "ex:P", ProductReferentie(referentie_nummer="R1"))
    out.end()
    assert b"  <ex:P>\n    <ex:ReferentieNummer>R1</ex:ReferentieNummer>\n  </ex:P>\n" in b"".join(pieces)
