"""The readers that are fuzzed: for each what must hold, what it starts from and how its inputs are changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from app.ggk.writing import soap_message, write_envelop
from tests.fixtures.messages import FIXTURES
from tests.fuzz.bericht_target import check_bericht
from tests.fuzz.envelop_target import check_soap
from tests.fuzz.json_target import check_json
from tests.fuzz.mutators import Mutator, mutated_lines, mutated_xml
from tests.fuzz.table_targets import check_inrichting, check_overgang
from tests.ggk.builders import a_bevestiging, a_foutbericht, a_heenbericht, a_retour, an_fo03, schemas

LONGEST_SEED = 8_192


@dataclass(frozen=True, slots=True)
class Target:
    """A reader: `check` raises for an input that shows a fault; `prefix` bytes before the input choose a variant."""

    check: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]
    mutate: Mutator
    prefix: int = 0


def _files(*patterns: str) -> Iterator[bytes]:
    paths = {path for pattern in patterns for path in FIXTURES.glob(pattern) if path.is_file()}
    bodies = (path.read_bytes() for path in sorted(paths, key=Path.as_posix))
    return (body for body in bodies if len(body) <= LONGEST_SEED)


def _berichten() -> Iterator[bytes]:
    return _files("iwmo/**/*.xml", "evil/*")


def _envelopes() -> Iterator[bytes]:
    for envelop in (a_heenbericht(), a_retour(), a_foutbericht(), a_bevestiging(), an_fo03()):
        written = soap_message(write_envelop(envelop, schemas()))
        yield from (b"\x00" + written, b"\x01" + written, b"\x03" + written.decode().encode("utf-16"))
    yield from (b"\x00" + body for body in _files("ggk/*.xml", "evil/*"))


def _json() -> Iterator[bytes]:
    for number, document in JSON_SEEDS:
        yield bytes([number]) + json.dumps(document).encode()


def _overgang() -> Iterator[bytes]:
    return _files("overgang/**/*.csv")


def _inrichting() -> Iterator[bytes]:
    slow = (FIXTURES / "inrichting" / "fout" / "veel-verwijzingen.yaml").read_bytes()  # a second for each input like it
    return (body for body in _files("inrichting/**/*.yaml") if body != slow)


CLIENT = {
    "bsn": "999900006",
    "geboortedatum": "1950-02-03",
    "geslacht": "1",
    "naam": {"achternaam": "Testmans", "partnernaam": {"achternaam": "Proef", "voorvoegsel": "van"}},
    "adres": {"huisnummer": 1, "postcode": "1234AB", "plaatsnaam": "Voorbeeld"},
}
JSON_SEEDS: tuple[tuple[int, dict[str, object]], ...] = (
    (0, {"bsn": "999900006", "soort": "WMO301", "status": "geaccepteerd", "limiet": 10}),
    (1, {"gemeente": "1708", "peildatum": "2018-02-01", "indicatie": [
        {"productspecificatie": "OZL1", "aantalPerWeek": "2.5"}, {"productspecificatie": "OZL2", "aantalPerWeek": 1.25},
    ]}),
    (1, {"gemeente": "1708", "peildatum": "2018-02-01", "etmalen": {"product": "04A06", "aantalPerPeriode": 3}}),
    (2, {
        "gemeente": "1708", "client": CLIENT, "beschikking": {"beschikkingNummer": 1, "afgiftedatum": "2018-01-01"},
        "ingangsdatum": "2018-01-01", "arrangement": {"code": "ARR1", "opslag": True}, "aanbieder": "98000001",
        "resultaten": [
            {"domein": "x", "omschrijving": "y", "baseline": 1, "doel": 2, "streefdatum": "2018-06-01"},
        ],
        "tweedeAanbieder": {"agb": "98000002", "percentage": "12.5"},
    }),
    (3, {"aanbieder": "98000002", "percentage": "50", "ingangsdatum": "2018-03-01", "redenWijziging": "01"}),
    (4, {"volume": 5, "ingangsdatum": "2018-03-01", "redenWijziging": "01", "einddatum": None}),
    (5, {"einddatum": "2018-03-01", "redenWijziging": "01", "samenvoegen": True, "samenvoegenMet": 7}),
)  # fmt: skip

TARGETS: Mapping[str, Target] = {
    "bericht": Target(check_bericht, _berichten, mutated_xml),
    "envelop": Target(check_soap, _envelopes, mutated_xml, prefix=1),
    "json": Target(check_json, _json, mutated_lines, prefix=1),
    "overgang": Target(check_overgang, _overgang, mutated_lines),
    "inrichting": Target(check_inrichting, _inrichting, mutated_lines),
}


def changed(target: Target, body: bytes, random: Random, *, most: int = LONGEST_SEED) -> bytes:
    """An input like another, with the bytes that choose a variant left in their place."""
    return body[: target.prefix] + target.mutate(body[target.prefix :], random)[:most]
