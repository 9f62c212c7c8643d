"""One compiled schema serves many threads, each with its own verdict."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from lxml import etree

from app.ggk.writing import write_envelop
from tests.ggk.builders import a_heenbericht, schemas

GOOD = write_envelop(a_heenbericht(bestand=bytes(10_000)), schemas())
WRONG = {
    (): GOOD,
    ("berichtcode",): GOOD.replace(b">Di01<", b">999900006<"),
    ("functieVersie",): GOOD.replace(b"functieVersie>0002<", b"functieVersie>2<"),
    ("?",): GOOD.replace(b"StUF:functie", b"StUF:Bsn999900006"),
}


def test_threads_do_not_see_each_others_errors():
    cases = list(WRONG.items()) * 100
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda case: schemas().wrong_elements(etree.fromstring(case[1])), cases))
    assert found == [expected for expected, _ in cases]
