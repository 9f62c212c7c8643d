"""A house with every kind of work in it, so that each failpoint of the service is passed."""

from __future__ import annotations

import http.client
import os
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from app.domain.aflevering import Aansluiting, AansluitingSoort
from app.domain.werk import JobSoort
from app.processing.receive import receive
from app.storage.job_tables import JobRow
from app.storage.jobs import NewJob, add_jobs, claim_jobs, finish_job
from tests.builders import OTHER_AANBIEDER
from tests.faults.client import INSIST_SECONDS
from tests.faults.ggk_steps import GGK_PLACES
from tests.faults.house import BACK_OFFICE, PARTIJEN, House
from tests.faults.messages import accepted_302, afwijzing, chain, toewijzing
from tests.faults.node import ask
from tests.faults.places import places

BEWAREN_PLACES = frozenset(name for name in places() if name.startswith("bewaren-"))
"""What only a dossier of fifteen years ago passes: tests/processing/test_bewaren.py stops the retention there."""

DIRECT_PLACES = frozenset(places()) - GGK_PLACES - BEWAREN_PLACES

OVERDUE_NUMMERS, CHAIN_NUMMERS = 50_000, 60_000


def prepare_every_kind_of_work(house: House, turn: int) -> None:
    """Leave behind what the periodic work finds: an answer that is overdue, old work, a file in a folder."""
    receive(house.runtime(), BACK_OFFICE, toewijzing(OVERDUE_NUMMERS + turn, OTHER_AANBIEDER).body)
    _old_work(house)
    folder = house.folder / "map"
    for name in ("in", "uit"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    house.connect(Aansluiting(partij=PARTIJEN["other"], soort=AansluitingSoort.MAP, adres=str(folder)))
    _dropped(folder / "in" / f"{turn}.xml", accepted_302(OVERDUE_NUMMERS + turn).body)
    periodic = update(JobRow).where(JobRow.soort.in_([JobSoort.TERMIJNEN, JobSoort.OPRUIMEN, JobSoort.LOGBOEK]))
    house.storage.run(lambda session: session.execute(periodic.values(gepland_op=datetime.now(UTC))))


def do_everything(house: House, turn: int) -> None:
    """Post a whole chain, and a message that is refused; a kill makes the parties ask again."""
    house.post(*chain(CHAIN_NUMMERS + turn))
    house.acknowledged.chains.append(CHAIN_NUMMERS + turn)
    refused, deadline = None, time.monotonic() + INSIST_SECONDS
    while refused is None and time.monotonic() < deadline:
        with suppress(OSError, http.client.HTTPException):
            refused, _ = ask(house.port, "POST", "/v1/berichten", house.keys["gemeente"], afwijzing().body)
        time.sleep(0.02)
    assert refused == 400


def _old_work(house: House) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=400)
    job = NewJob(soort=JobSoort.VERWERKING, gepland_op=long_ago)

    def work(session) -> None:
        add_jobs(session, [job], now=long_ago)
        claimed = claim_jobs(session, soorten=[JobSoort.VERWERKING], now=long_ago, lease=timedelta(1), limit=1)
        finish_job(session, claimed[0], now=long_ago)

    house.storage.run(work)


def _dropped(path: Path, body: bytes) -> None:
    """A file that has been there for a while."""
    path.write_bytes(body)
    while_ago = time.time() - 60
    os.utime(path, (while_ago, while_ago))
