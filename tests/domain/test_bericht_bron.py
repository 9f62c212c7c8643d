"""The source of a message is shown within bounds, with the lines that matter and whom they may name."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from app.domain.bericht_bron import (
    LONGEST,
    MOST_CODES,
    MOST_LINES,
    Regel,
    codes_in,
    source_of,
    toewijzing_nummers_in,
)

CLIENT = b"<Client>\n<Naam>N</Naam>\n<Bsn>%09d</Bsn>\n<Prestatie>\n<Bedrag>1</Bedrag>\n</Prestatie>\n</Client>\n"


def clients(count: int) -> bytes:
    return b"".join(CLIENT % number for number in range(count))


class TestWhatIsShown:
    def test_all_of_a_small_message(self):
        bron = source_of(b"<a>\n<b/>\r\n</a>", [2])
        assert [(regel.nummer, regel.tekst) for blok in bron.blokken for regel in blok] == [
            (1, "<a>"), (2, "<b/>"), (3, "</a>"),
        ]  # fmt: skip
        assert (bron.aantal, bron.weggelaten) == (3, 0)

    @pytest.mark.parametrize("body", [b"", b"\n", b"a", b"a\n"], ids=["empty", "newline", "one", "ended"])
    def test_odd_ends(self, body: bytes):
        assert source_of(body, []).weggelaten == 0

    def test_of_a_large_one_the_lines_that_matter(self):
        bron = source_of(clients(1000), [3500, 6000])
        assert [blok[0].nummer for blok in bron.blokken] == [1, 3496, 5996]
        assert bron.has(3500)
        assert bron.has(6004)
        assert not bron.has(5000)
        assert bron.weggelaten == 7000 - bron.getoond

    def test_never_more_than_the_bound(self):
        bron = source_of(clients(5000), range(100, 30_000, 10))
        assert bron.getoond <= MOST_LINES

    def test_a_line_that_never_ends_is_cut(self):
        (regel,) = source_of(b"<a>" + "é".encode() * 1_000_000, []).blokken[0]
        assert len(regel.tekst) == LONGEST
        assert regel.weg > 900_000

    def test_what_cannot_be_seen_is_marked(self):
        (regel,) = source_of("a\u202eb\x00c\x1b[31m\xadd\t.".encode(), []).blokken[0]
        assert regel.tekst == "a\ufffdb\ufffdc\ufffd[31m\ufffdd ."

    def test_what_is_no_text_is_marked(self):
        (regel,) = source_of(b"\xff\xfe<a>", []).blokken[0]
        assert regel.tekst.endswith("<a>")

    def test_a_line_falls_apart_in_tags_and_text_and_loses_nothing(self):
        for tekst in ("<a>b</a>", "a < b > c", "<<a>>", "<open", "&lt;x&gt;", ""):
            assert "".join(piece for _, piece in Regel(nummer=1, tekst=tekst).stukken) == tekst

    def test_25_megabytes_take_little_time_and_room(self):
        body = clients(270_000)
        assert len(body) > 24_000_000
        began = time.process_time()
        bron = source_of(body, [1_800_000])
        assert time.process_time() - began < 1
        assert bron.has(1_800_000)
        tracemalloc.start()
        source_of(body, [1_800_000])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 500_000


class TestWhoIsShown:
    def test_the_client_around_the_lines(self):
        bron = source_of(clients(1000), [7 * 500 + 6])
        assert "000000500" in bron.bsns
        assert "000000700" not in bron.bsns

    def test_a_name_above_its_bsn_counts(self):
        body = b"<x/>\n" * 500 + b"<Naam>N</Naam>\n" + b"<x/>\n" * 30 + b"<Bsn>000000001</Bsn>\n"
        assert source_of(body, [501]).bsns == {"000000001"}


class TestCodes:
    def test_with_their_line_and_what_they_are_about(self):
        body = (
            b"<Header><RetourCode>0200</RetourCode></Header>\n<Prestatie>\n<ToewijzingNummer>7</ToewijzingNummer>\n"
            b"<n:ReferentieNummer>P1</n:ReferentieNummer>\n<n:RetourCode>9322</n:RetourCode>\n</Prestatie>\n"
            b"<RetourCode>8004</RetourCode>\n"
        )
        found = [(one.code, one.regelnummer, one.betreft) for one in codes_in(body)]
        assert found == [("9322", 5, "P1"), ("8004", 7, None)]

    def test_are_bounded(self):
        assert len(codes_in(b"<RetourCode>9322</RetourCode>\n" * 100_000)) == MOST_CODES

    def test_numbers_of_toewijzingen(self):
        body = b"<a:ToewijzingNummer> 12 </a:ToewijzingNummer><ToewijzingNummer>7</ToewijzingNummer>" * 3
        assert toewijzing_nummers_in(body, most=5) == (12, 7)
        assert toewijzing_nummers_in(body, most=1) == (12,)
