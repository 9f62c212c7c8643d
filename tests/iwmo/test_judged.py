"""A large message that is judged while it is parsed is what it is when that is done apart."""

from __future__ import annotations

from multiprocessing import Pipe
from pathlib import Path

import pytest

from app.domain.declaratie import AangebodenDeclaratie, Declaratie
from app.domain.refusals import RejectedBericht, UnreadableBericht
from app.iwmo import reading
from app.iwmo.parsing import in_pieces
from app.iwmo.reading import Inhoud, declared, read, recognise, recognise_again, skim
from app.iwmo.releases import write
from app.iwmo.xsd import LARGEST_WHOLE, Schemas
from tests import builders as a

SCHEMAS = Schemas.load(Path(__file__).parents[2] / "schemas" / "iwmo")
LINES = [a.a_prestatie(referentie_nummer=f"R{n}", commentaar=" x\n ") for n in range(90)]
BODY = write(a.a_declaratie(*LINES), "2.3")
TAG = b"<wmo303:Commentaar>"
LAST = "/Bericht/Clienten/Client[1]/Prestaties/Prestatie[90]"


def again(body: bytes) -> Inhoud:
    return read(recognise_again(lambda: in_pieces(body)))


def judged(body: bytes) -> bool:
    return recognise(body, SCHEMAS).accepted


def test_a_large_one_is_judged_and_a_small_one_not():
    assert len(BODY) > LARGEST_WHOLE
    assert judged(BODY)
    assert not judged(write(a.a_declaratie(), "2.3"))


def test_it_says_the_same():
    assert read(recognise(BODY, SCHEMAS)) == read(recognise(BODY)) == again(BODY)


def test_a_303_is_read_without_a_tree_unless_it_takes_one():
    assert recognise(BODY, SCHEMAS).skimmed is not None
    assert recognise_again(lambda: in_pieces(BODY)).skimmed is not None
    assert recognise(BODY.replace(TAG, TAG + b"<!-- c -->", 1), SCHEMAS).skimmed is None


def test_its_lines_are_those_of_the_source():
    apart, at_once = recognise(BODY), recognise(BODY, SCHEMAS)
    for pad in (LAST, f"{LAST}/ProductPeriode", "/Bericht/Header"):
        assert at_once.line_of(pad) == apart.line_of(pad) is not None


@pytest.mark.parametrize("of", [1, 30, 90])
def test_what_the_schema_refuses_is_left_to_be_judged_apart(of):
    parts = BODY.split(b">82<")
    body = b">82<".join(parts[:of]) + b">99<" + b">82<".join(parts[of:])
    recognised = recognise(body, SCHEMAS)
    assert not recognised.accepted
    assert len(SCHEMAS.findings("2.3", recognised.soort, recognised.tree, size=len(body))) == 1


def test_an_error_at_the_start_ends_it(monkeypatch):
    monkeypatch.setattr("app.iwmo.parsing.JUDGED_BYTES", 10_000)
    fed = []
    parser = SCHEMAS.judging_parser("http://www.istandaarden.nl/iwmo/2_3/wmo303/schema")
    assert parser is not None
    feed = parser.feed

    class Counting:
        def feed(self, data: bytes) -> None:
            fed.append(data)
            feed(data)

        def __getattr__(self, name: str) -> object:
            return getattr(parser, name)

    body = BODY.replace(b">82<", b">99<", 1)
    assert reading.parse_judged(body, lambda _namespace: Counting()) is None  # pyright: ignore[reportArgumentType]
    assert len(fed) == 1


@pytest.mark.parametrize(
    "inside",
    [b"<![CDATA[x]]>", b" <![CDATA[x]]>", b" <!-- c -->x", b" <?pi?>x", b"&#32;x", b" &amp;x", b" x ", b"  "],
    ids=str,
)
def test_text_is_whole(inside):
    body = BODY.replace(TAG, TAG + inside, 1)
    assert read(recognise(body, SCHEMAS)) == read(recognise(body)) == again(body)


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace(b"<wmo303:Bericht", b"<!DOCTYPE x><wmo303:Bericht", 1),
        b"\xef\xbb\xbf" + BODY,
        BODY + b"<meer/>",
        BODY[:-2],
        BODY[:-20],
        BODY.replace(b"</wmo303:Prestatie>", b"", 1),
        BODY.replace(b"Testmans", b"&onbekend;"),
        BODY.replace(b"Testmans", b"a & b"),
        BODY.replace(b">Testmans", b" b='<'>Testmans"),
        BODY.replace(b"version='1.0'", b"version='1.1'"),
        BODY.replace(b"Testmans", b"\xff"),
        BODY.replace(b"Testmans", b"\0"),
        BODY.replace(b"/2_3/wmo303/", b"/9_9/wmo303/"),
    ],
    ids=range(13),
)
def test_what_cannot_be_read_is_refused_in_the_same_words(body):
    refusals = []
    for schemas in (None, SCHEMAS):
        with pytest.raises(UnreadableBericht) as refused:
            recognise(body, schemas)
        refusals.append(refused.value.findings)
    assert refusals[0] == refusals[1]


def test_an_absurd_value_has_its_line():
    at = BODY.rindex(b"2019-05-20")
    body = BODY[:at] + b"0018-05-20" + BODY[at + 10 :]
    recognised = recognise(body, SCHEMAS)
    assert recognised.accepted
    with pytest.raises(RejectedBericht) as refused:
        read(recognised)
    (finding,) = refused.value.findings
    assert finding.regelnummer == body[:at].count(b"\n") + 1


def test_what_another_process_read_is_what_is_read_here():
    skimmed = skim(in_pieces(BODY), SCHEMAS)
    assert skimmed is not None
    one, other = Pipe()
    with one, other:
        one.send(skimmed)
        told, here = other.recv().of(BODY), recognise(BODY, SCHEMAS)
    pads = [f"/Bericht/Clienten/Client[1]/Prestaties/Prestatie[{n}]/ProductPeriode" for n in (1, 45, 90)]
    assert (told.release, told.soort, told.accepted, declared(told)) == (here.release, here.soort, True, declared(here))
    assert told.lines_of(pads) == here.lines_of(pads)
    assert told.line_of(pads[1]) == here.line_of(pads[1])
    declaratie = read(told)  # though only what is `aangeboden` was told
    assert isinstance(declaratie, Declaratie)
    assert told.aangeboden == AangebodenDeclaratie(header=declaratie.header, bsns=declaratie.bsns)
    assert declaratie == read(here)


@pytest.mark.parametrize(
    "body",
    [BODY.replace(b">82<", b">99<", 1), BODY[:-9], write(a.a_toewijzingsbericht(), "2.3"), b""],
    ids=["not valid", "cut off", "a 301", "nothing"],
)
def test_another_process_tells_nothing_of_what_is_no_valid_303(body: bytes):
    assert skim(in_pieces(body), SCHEMAS) is None
