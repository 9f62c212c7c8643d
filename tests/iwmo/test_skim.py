"""A 303 that is read from its text says what its tree says, and knows the same lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.declaratie import Declaratie
from app.domain.refusals import RejectedBericht
from app.iwmo import skim
from app.iwmo.reading import read, recognise
from app.iwmo.release_2_3 import wmo303
from app.iwmo.releases import write
from app.iwmo.skim import NotPlain, Patterns, Skim, Way
from tests import builders as a
from tests.iwmo.onderdelen import onderdelen
from tests.iwmo.strategies import WRITTEN

DECLARATIES = next(strategy for kind, strategy in WRITTEN.items() if "303" in str(kind))
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def fresh() -> Way:
    """How a 303 is read, with nothing learned yet."""
    known = wmo303.ADAPTER.skim
    assert known is not None
    return Way(known.header, Patterns(known.client.shape), Patterns(known.prestatie.shape))


def in_pieces(body: bytes, piece: int) -> Iterator[bytes]:
    return (body[start : start + piece] for start in range(0, len(body), piece))


def skimmed(body: bytes, piece: int = 1 << 18, way: Way | None = None) -> Skim:
    reader = Skim(way or fresh())
    for part in in_pieces(body, piece):
        reader.add(part)
    return reader


def same(body: bytes, piece: int = 1 << 18, way: Way | None = None) -> Declaratie:
    """What both ways of reading say, and of every path the same line."""
    plain = recognise(body)
    reader = skimmed(body, piece, way)
    tree, found = reader.finish()
    assert found == read(plain)
    assert isinstance(found, Declaratie)
    assert [part.pad for part in onderdelen(found)] == [part.pad for part in onderdelen(read(plain))]
    assert len(tree.getroot()) == 1
    pads = list(paths(found))
    assert reader.index.lines_of(in_pieces(body, piece), pads) == {pad: plain.line_of(pad) for pad in pads}
    return found


def paths(declaratie: Declaratie) -> Iterator[str]:
    """Paths that are there, and paths of which only the beginning is."""
    yield from (
        "/Bericht",
        "/Bericht/Clienten",
        "/Bericht/Header",
        "/Bericht/Header/Aanbieder",
        "/Anders",
        "/Bericht/X",
    )
    below = (
        "ToewijzingNummer",
        "ProductPeriode/Einddatum",
        "ProductReferentie/VorigReferentieNummer",
        "Prestaties",
        "Bsn",
    )
    for number, client in enumerate(declaratie.clienten, 1):
        assert client.pad == f"/Bericht/Clienten/Client[{number}]"
        yield from (client.pad, f"{client.pad}/Bsn", f"{client.pad}/Naam/Geslachtsnaam", f"{client.pad}/Prestaties")
        yield f"{client.pad}/Prestaties/Prestatie[{len(client.prestaties) + 1}]"
        for prestatie in client.prestaties:
            yield prestatie.pad
            yield from (f"{prestatie.pad}/{step}" for step in below)
    yield f"/Bericht/Clienten/Client[{len(declaratie.clienten) + 1}]/Bsn"
    yield "/Bericht/Clienten/Client[0]/Bsn"


def _prefixed(body: bytes) -> bytes:
    return body.replace(b"wmo303:", b"x-1.y:").replace(b":wmo303=", b":x-1.y=").replace(b"iwmo:", b"_:").replace(
        b":iwmo=", b":_="
    )  # fmt: skip


MORE = b"xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='a>b c' "
OTHERWISE: dict[str, Callable[[bytes], bytes]] = {
    "as we write": lambda body: body,
    "on one line": lambda body: re.sub(rb">\s+<", b"><", body),
    "with carriage returns": lambda body: body.replace(b"\n", b"\r\n"),
    "with more blanks": lambda body: re.sub(rb">\n\s*<", b">\n\t \n<", body),
    "with other prefixes": _prefixed,
    "with entities": lambda body: body.replace(b">Testmans", b">&#84;est&#x6d;&lt;ans &amp;amp; &quot;&apos;"),
    "with > in a text": lambda body: body.replace(b">Testmans", b">Test > mans"),
    "with a root that holds more": lambda body: body.replace(b"<wmo303:Bericht ", b"<wmo303:Bericht\n " + MORE, 1),
    "with attributes in some lines": lambda body: body.replace(
        b"<wmo303:ProductCode>", b"<wmo303:ProductCode xmlns:v='urn:v'\n>", 2
    ),
    "with blanks in some tags": lambda body: body.replace(b"</iwmo:Begindatum>", b"</iwmo:Begindatum\n>", 3),
    "without declaration": lambda body: body.partition(b"?>\n")[2],
}


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(
    declaratie=DECLARATIES,
    otherwise=st.sampled_from(list(OTHERWISE.values())),
    piece=st.one_of(st.just(1 << 18), st.integers(150, 3_000)),
)
def test_says_what_the_tree_says(declaratie: Declaratie, otherwise: Callable[[bytes], bytes], piece: int):
    same(otherwise(write(declaratie, "2.3")), piece)


@pytest.mark.parametrize("otherwise", OTHERWISE.values(), ids=OTHERWISE.keys())
@pytest.mark.parametrize("piece", [400, 1_000, 1 << 18])
def test_many_lines_in_every_way_of_writing(otherwise: Callable[[bytes], bytes], piece: int):
    lines = [a.a_prestatie(referentie_nummer=f"R{n}", commentaar="é\n x" if n % 3 else None) for n in range(20)]
    clients = [a.a_declaratie_client(*lines[:12]), a.a_declaratie_client(*lines[12:], bsn=a.BSN_Y)]
    same(otherwise(write(a.a_declaratie(*clients), "2.3")), piece)


def test_a_line_that_is_written_like_another_is_not_parsed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(skim, "MOST_PARSED", 3 + 2 * skim.LEARNING)
    lines = [a.a_prestatie(referentie_nummer=f"R{n}", commentaar="ja" if n % 2 else None) for n in range(40)]
    body = write(a.a_declaratie(*lines), "2.3")
    way = fresh()
    same(body, way=way)
    monkeypatch.setattr(skim, "MOST_PARSED", 0)
    same(body, way=way)
    with pytest.raises(NotPlain):
        skimmed(body)


def test_what_is_known_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(skim, "MOST_PATTERNS", 2)
    way = fresh()
    for wide in range(1, 8):
        body = write(a.a_declaratie(a.a_prestatie()), "2.3")
        prefix = b"i" * wide
        same(body.replace(b"iwmo:", prefix + b":").replace(b":iwmo=", b":" + prefix + b"="), way=way)
    assert len(way.prestatie._known) <= 2


BODY = write(a.a_declaratie(*[a.a_prestatie(referentie_nummer=f"R{n}", commentaar="ja") for n in range(3)]), "2.3")


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace(b">ja<", b"><!-- c -->ja<", 1),
        BODY.replace(b">ja<", b"><![CDATA[ja]]><", 1),
        BODY.replace(b">ja<", b"><?pi?>ja<", 1),
        BODY.replace(b"<wmo303:Prestaties>", b"<wmo303:Prestaties xmlns:a='b'>", 1),
        BODY.replace(b"<wmo303:Prestaties>", b"<wmo303:Prestaties >", 1),
        BODY.replace(b"</wmo303:Client>", b"</wmo303:Client >", 1),
        BODY.replace(b"<wmo303:Header>", b"<!-- c --><wmo303:Header>", 1),
        BODY[:-10],
        BODY.replace(b">ja<", b">\xff<", 1),
    ],
    ids=range(9),
)
@pytest.mark.parametrize("piece", [7, 300, 1 << 18])
def test_what_takes_a_tree_is_left_to_it(body: bytes, piece: int):
    with pytest.raises(NotPlain):
        skimmed(body, piece).finish()


def test_a_message_with_much_between_its_tags_takes_a_tree(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(skim, "LONGEST", 5_000)
    same(BODY.replace(b"<wmo303:Prestatie>", b" " * 2_000 + b"<wmo303:Prestatie>", 1), piece=500)
    with pytest.raises(NotPlain):
        skimmed(BODY.replace(b"<wmo303:Prestatie>", b" " * 20_000 + b"<wmo303:Prestatie>", 1), piece=500)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_what_cannot_be_meant_is_not_read(at: int):
    parts = BODY.split(b"<wmo303:Prestatie>")
    parts[at] = parts[at].replace(b"2019-05-20", b"0018-05-20")
    body = b"<wmo303:Prestatie>".join(parts)
    reader = skimmed(body, 500)
    assert reader.absurd
    assert reader.finish()[1] is None
    with pytest.raises(RejectedBericht):
        read(recognise(body))
