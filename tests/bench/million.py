"""`python -m tests.bench.million PATH_OR_URL`: a database with a long message log, to measure pages on.

The same numbers give the same rows every time. Of ten messages one is a 301 with two toewijzingen, one its 302, four
are 303s of up to three prestaties on toewijzingen of earlier clients too, and four their 304s. One 303 in twelve has
findings, one in a hundred is refused, and a few messages of every kind wait or failed. The bytes of a message are
those of one example of its kind. What is written is a log and its outcomes: no postbus, no deadlines, no logboek.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any, Final, NamedTuple

from sqlalchemy import create_engine, text
from stdnum.nl import bsn

from app.domain.retourcodes import RETOURCODES
from app.iwmo.xsd import Schemas
from app.processing.inrichtingen import load_files
from app.processing.runtime import Runtime
from app.settings import PROJECT
from app.storage.base import Storage, create_storage
from app.storage.bericht_tables import BerichtClientRow, BerichtInhoudRow, BerichtRow
from app.storage.columns import Base
from app.storage.declaratie_tables import BoekingRow, DeclaratieRow, FactuurnummerRow, PrestatieRow
from app.storage.findings import BevindingRow
from app.storage.inserts import insert_rows
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow, VersieBerichtRow

Rows = dict[type[Base], list[dict[str, Any]]]

MILLION: Final = 1_000_000
BLOCK: Final = 10
"""Messages of one client: a 301, a 302, and four times a 303 and a 304."""
BATCH: Final = 1_000
START: Final = datetime(2018, 1, 1, 8, 0, tzinfo=UTC)
YEARS: Final = timedelta(days=3 * 365)
NAMED: Final = ("42420001", "42420002", "98000001", "98000002")
AANBIEDERS: Final = (*NAMED, *(f"9800{number}" for number in range(1001, 1057)))
SAME: Final = 7 * len(AANBIEDERS)
"""Clients so far apart have the same gemeente and aanbieder."""
SERVICEBUREAU: Final = "98000009"
CODES: Final = tuple(sorted(set(RETOURCODES) - {"0001", "0200", "8001"}))
EXAMPLES: Final = {
    "WMO301": "fixtures/demo/1-toewijzing.xml",
    "WMO302": "fixtures/demo/2-toewijzing-retour.xml",
    "WMO303": "fixtures/demo/3-declaratie.xml",
    "WMO304": "fixtures/iwmo/2.3/WMO304/IV304.3.xml",
}
ORDER: Final = (
    BerichtRow, BerichtInhoudRow, BerichtClientRow, BevindingRow, ToewijzingRow, ToewijzingVersieRow, VersieBerichtRow,
    DeclaratieRow, FactuurnummerRow, PrestatieRow, BoekingRow,
)  # fmt: skip


class Client(NamedTuple):
    """An invented client, by number."""

    number: int
    bsn: str

    @property
    def gemeente(self) -> str:
        """One in seven lives in Dordrecht."""
        return "0505" if self.number % 7 == 0 else "1708"

    @property
    def aanbieder(self) -> str:
        """Who helps the client."""
        return AANBIEDERS[self.number % len(AANBIEDERS)]


class Log:
    """The rows of messages in order of time, for so many messages."""

    def __init__(self, berichten: int) -> None:
        self.berichten = berichten
        self.step = YEARS / berichten
        self.bodies = {soort: (PROJECT / path).read_bytes() for soort, path in EXAMPLES.items()}
        self.kept = {soort: zlib.compress(body, 1) for soort, body in self.bodies.items()}
        self.bsns: list[str] = []
        self.unused = (str(n) for n in range(999_999_999, 0, -1) if bsn.is_valid(str(n)))
        self.rows: Rows = defaultdict(list)

    def batches(self) -> Iterator[Rows]:
        """Rows of so many clients at a time."""
        for number in range(self.berichten // BLOCK):
            self.bsns.append(next(self.unused))
            self._client(Client(number, self.bsns[number]), random.Random(number))
            if len(self.rows[BerichtRow]) >= BATCH * BLOCK:
                yield self._taken()
        yield self._taken()

    def _taken(self) -> Rows:
        taken, self.rows = self.rows, defaultdict(list)
        return taken

    def _client(self, client: Client, chance: random.Random) -> None:
        first = client.number * BLOCK
        heen = self._bericht(first, "WMO301", client, status=_way_out(first, self.berichten, "beantwoord"))
        self._toewijzingen(client, heen, chance)
        self._bericht(first + 1, "WMO302", client, status="verwerkt", antwoord_op_id=heen)
        for turn in range(4):
            self._declaratie(first + 2 + 2 * turn, client, turn, chance)

    def _bericht(self, number: int, soort: str, client: Client, *, clients: Any = None, **more: Any) -> str:
        to_aanbieder = soort in {"WMO301", "WMO304"}
        moment = START + number * self.step
        id, body = _uuid7(moment, number), self.bodies[soort]
        parties = (client.gemeente, client.aanbieder) if to_aanbieder else (client.aanbieder, client.gemeente)
        values: dict[str, Any] = {
            "id": id, "soort": soort, "release": "2.3", "richting": "uitgaand" if to_aanbieder else "inkomend",
            "afzender": parties[0], "ontvanger": parties[1], "gemeente": client.gemeente,
            "aanbieder": client.aanbieder,
            "servicebureau": SERVICEBUREAU if client.aanbieder == NAMED[1] else None,
            "identificatie": f"{soort[-1]}{number:09}", "dagtekening": moment.date(), "ontvangen_op": moment,
            "omvang_bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), "uniek": f"{soort} {number}",
            "eigen": False, "antwoord_op_id": None, "herkomst_id": None, "key_id": None, "wacht_op_antwoord": False,
        }  # fmt: skip
        self.rows[BerichtRow].append(values | more)
        inhoud = {"bericht_id": id, "codering": "zlib", "inhoud": self.kept[soort]}
        self.rows[BerichtInhoudRow].append(inhoud)
        about = [client.bsn] if clients is None else clients
        self.rows[BerichtClientRow] += [{"bericht_id": id, "bsn": one} for one in sorted(set(about))]
        return id

    def _toewijzingen(self, client: Client, bericht_id: str, chance: random.Random) -> None:
        day = (START + client.number * BLOCK * self.step).date()
        for which, code in enumerate(("02A01", "04A01")):
            id = _toewijzing_id(client.number, which)
            versie = {
                "id": id, "toewijzing_id": id, "toewijzingsdatum": day, "toewijzingstijd": clock(12, 0),
                "bsn": client.bsn, "geboortedatum": date(1930 + client.number % 70, 6, 10), "categorie": code[:2],
                "code": code, "ingangsdatum": day, "einddatum": date(day.year + 1, 12, 31), "reden_wijziging": None,
                "volume": chance.randint(4, 990), "eenheid": "82", "frequentie": "3", "bericht_id": bericht_id,
                "gemeente": client.gemeente, "aanbieder": client.aanbieder, "beslist_tot": None,
                "loopt_tot": date(day.year + 1, 12, 31),
                "vervallen": False, "aandeel_vanaf": 0,
            }  # fmt: skip
            self.rows[ToewijzingRow].append(
                {"id": id, "gemeente": client.gemeente, "sleutel": str(id), "nummer": id, "aanbieder": client.aanbieder}
            )
            self.rows[ToewijzingVersieRow].append(versie)
            self.rows[VersieBerichtRow].append({"versie_id": id, "bericht_id": bericht_id, "geweigerd": False})

    def _declaratie(self, number: int, client: Client, turn: int, chance: random.Random) -> None:
        others = [client.number, client.number - SAME * (turn + 1), client.number - 10 * SAME * (turn + 1)]
        about = [Client(other, self.bsns[other]) for other in others if other >= 0]
        refused, found = number % 100 == 2, chance.random() < 1 / 12
        status = "afgekeurd" if refused else "in-verwerking" if number > self.berichten - 40 else "beantwoord"
        bsns = [one.bsn for one in about]
        heen = self._bericht(number, "WMO303", client, clients=bsns, status=status, uniek=f"303 {number}")
        codes = ["0001"] if refused else chance.sample(CODES, chance.randint(1, 2)) if found else []
        self.rows[BevindingRow] += [_bevinding(heen, place, code) for place, code in enumerate(codes)]
        self._bericht(
            number + 1, "WMO304", client, clients=bsns[:1] if codes else [], antwoord_op_id=heen,
            status=_way_out(number + 1, self.berichten, "afgeleverd"),
        )  # fmt: skip
        if not refused:
            self._prestaties(number, heen, about, codes)

    def _prestaties(self, number: int, heen: str, about: list[Client], codes: list[str]) -> None:
        first, moment = about[0], START + number * self.step
        id = _uuid7(moment, number, 0xD)
        begin, eind = moment.date().replace(day=1), moment.date().replace(day=28)
        for place, client in enumerate(about):
            toewijzing_id = _toewijzing_id(client.number, number // 2 % 2)
            rejected = bool(codes) and place == 0
            unknown = rejected and codes[0] == "0551"
            line = {
                "declaratie_id": id, "volgorde": place, "gemeente": first.gemeente, "aanbieder": first.aanbieder,
                "bsn": client.bsn, "referentie_nummer": f"P{number}-{place}", "telt": not rejected,
                "vorig_referentie_nummer": None, "beschikking_nummer": 70_001,
                "toewijzing_nummer": 800_000_000 + number if unknown else toewijzing_id,
                "toewijzing_id": None if unknown else toewijzing_id, "categorie": "02", "code": "02A01",
                "begindatum": begin, "einddatum": eind, "volume": 100, "eenheid": "82", "verrekenpercentage": None,
                "tarief_cents": 100, "berekend_cents": None, "berekend_debet_credit": None, "btw_vrijstelling": None,
                "btw_percentage": None, "btw_cents": None, "btw_debet_credit": None, "bedrag_cents": 10_000,
                "debet_credit": "D", "commentaar": None, "uitkomst": "afgewezen" if rejected else "toegekend",
                "toegekend_cents": 0 if rejected else 10_000, "gemeente_berekend_cents": 10_000,
                "retour_codes": codes if rejected else ["0200"],
                "bevindingen": [_finding(code) for code in codes] if rejected else [],
            }  # fmt: skip
            self.rows[PrestatieRow].append(line)
            if not rejected:
                self.rows[BoekingRow].append(
                    {"declaratie_id": id, "volgorde": place, "periode_begin": begin, "toewijzing_id": toewijzing_id,
                     "volume": 100, "toegekend_cents": 10_000}
                )  # fmt: skip
        granted = 10_000 * (len(about) - bool(codes))
        factuurnummer = f"F{number:08}"
        self.rows[DeclaratieRow].append(
            {
                "id": id, "bericht_id": heen, "gemeente": first.gemeente, "aanbieder": first.aanbieder,
                "servicebureau": SERVICEBUREAU if first.aanbieder == NAMED[1] else None,
                "factuurnummer": factuurnummer, "vorm": "declaratie", "begindatum": begin, "einddatum": eind,
                "factuur_dagtekening": eind, "status": "beoordeeld", "ingediend_cents": 10_000 * len(about),
                "toegekend_cents": granted, "retour_codes": ["0200"] if codes else ["8001"], "ontvangen_op": moment,
                "geboekt": True,
            }
        )  # fmt: skip
        self.rows[FactuurnummerRow].append(
            {"gemeente": first.gemeente, "aanbieder": first.aanbieder, "nummer": factuurnummer, "declaratie_id": id,
             "gebruikt_op": eind}
        )  # fmt: skip


def fill(storage: Storage, berichten: int) -> None:
    """Write the log into a migrated database without rows; the database then knows its own tables."""
    for rows in Log(berichten).batches():
        with storage.writing() as session:
            for row in ORDER:
                insert_rows(session, row, rows[row])
    engine = create_engine(storage.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if storage.dialect == "postgresql":
            for table in ("toewijzing", "toewijzing_versie"):
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
                )
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def _way_out(number: int, berichten: int, done: str) -> str:
    """How far a message that goes out is: nearly all are done, the last ones are under way, and a few failed."""
    if number % 20_000 in {9, 10}:
        return "mislukt"
    if number > berichten - 60:
        return "te-verzenden"
    return "verzonden" if number > berichten - 400 else done


def _toewijzing_id(client: int, which: int) -> int:
    return client * 2 + which + 1


def _uuid7(moment: datetime, number: int, kind: int = 0) -> str:
    value = int(moment.timestamp() * 1000) << 80 | 7 << 76 | kind << 64 | 2 << 62 | number
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _finding(code: str) -> dict[str, Any]:
    return {
        "regel": (RETOURCODES[code].regels or ("TR307",))[0], "retourcode": code,
        "pad": "/Bericht/Clienten/Client[1]/Prestaties/Prestatie[1]", "melding": RETOURCODES[code].betekenis,
        "waarden": {}, "regelnummer": 61, "ernst": "fout",
    }  # fmt: skip


def _bevinding(bericht_id: str, place: int, code: str) -> dict[str, Any]:
    return {"bericht_id": bericht_id, "volgorde": place, **_finding(code)}


def main() -> None:
    """Make the database, with the inrichtingen of the demo in it."""
    parser = argparse.ArgumentParser(prog="tests.bench.million")
    parser.add_argument("where", help="path of a new SQLite file, or a URL of an empty PostgreSQL database")
    parser.add_argument("--berichten", type=int, default=MILLION)
    arguments = parser.parse_args()
    url = arguments.where if "://" in arguments.where else f"sqlite:///{arguments.where}"
    began = time.perf_counter()
    storage = create_storage(url)
    storage.upgrade()
    fill(storage, arguments.berichten)
    folder, schemas = PROJECT / "fixtures" / "inrichting", Schemas.load(PROJECT / "schemas" / "iwmo")
    paths = [folder / "steenwijkerland-2018.yaml", *sorted((folder / "drechtsteden-2016").glob("*.yaml"))]
    runtime = Runtime(storage=storage, schemas=schemas, today=lambda: date(2021, 1, 1), now=lambda: datetime.now(UTC))
    load_files(runtime, paths)
    storage.close()
    print(f"{arguments.berichten} berichten in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
