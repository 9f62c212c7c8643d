"""The real `iwmo` command with faults built in, told by the environment: for tests only.

`FAULT_AT=name[:nth]:kill|freeze|raise|stall` arms a failpoint, `SABOTEUR=name` breaks the service on purpose.
`kill` and `freeze` are of a whole machine: with the process that settles large 303s beside the service. `crash` is of
the process that passes alone, once for each file `FAULT_ONCE`; `orphan` of the service, after which the other stalls.
`FAULT_LEASE`, `FAULT_WAIT`, `FAULT_TIMEOUT`, `FAULT_IDLE` and `FAULT_STALL` (seconds) make leases, waits and limits
short.
`FAULT_MARKS` is a file that gets the moment of every commit of a bericht that was posted.
`FAULT_POISON` is the identification of a bericht whose work always fails.
`python -m tests.faults.launch serve --port 8000`
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

from app import worker
from app.cli import main
from app.delivery import safe_client
from app.domain import werk as waits
from app.domain.declaratie import Declaratie
from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.processing import failpoints, ggk_foutberichten, ophalen, verwerking
from app.storage import base, engines
from tests.faults.forks import settle_in_forks
from tests.faults.saboteurs import SABOTEURS

STALL_SECONDS = 3.0


class Injected(Exception):
    """The failure that a test asked for"""


def run(argv: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    """Become the command, in a process that was forked with everything imported already."""
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.setpgid(0, 0)
    die_with_parent()
    arm(os.environ)
    settle_in_forks()
    sys.exit(main(list(argv)))


def die_with_parent() -> None:
    """Let the kernel kill this process when the one that started it is gone, however it went."""
    import ctypes

    PR_SET_PDEATHSIG = 1  # noqa: N806 - its name in the kernel
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def arm(environment: Mapping[str, str]) -> None:
    """Put the faults in place that the environment names."""
    if fault := environ_value(environment, "FAULT_AT"):
        failpoints.listen(_listener(fault, float(environment.get("FAULT_STALL", STALL_SECONDS))))
    if marks := environ_value(environment, "FAULT_MARKS"):
        failpoints.listen(_marking(Path(marks)))
    if saboteur := environ_value(environment, "SABOTEUR"):
        SABOTEURS[saboteur]()
    _shorten(environment)
    if poison := environ_value(environment, "FAULT_POISON"):
        _poison(poison)


def _shorten(environment: Mapping[str, str]) -> None:
    """Make waits and limits as short as the environment says."""
    if lease := environ_value(environment, "FAULT_LEASE"):
        _defaults(worker.Worker.__init__)["lease"] = timedelta(seconds=float(lease))
    if wait := environ_value(environment, "FAULT_WAIT"):
        ggk_foutberichten.LOOK_AGAIN = timedelta(seconds=float(wait))  # pyright: ignore[reportAttributeAccessIssue]
        ophalen.EVERY = timedelta(seconds=float(wait))  # pyright: ignore[reportAttributeAccessIssue]
        waits.ONTVANGER_WAITS = (timedelta(seconds=float(wait)),) * 5  # pyright: ignore[reportAttributeAccessIssue]
        waits.BAAN_RUSTEN = (timedelta(seconds=float(wait)),)  # pyright: ignore[reportAttributeAccessIssue]
        waits.ONVERWACHT_WAITS = (timedelta(seconds=float(wait)),) * 4  # pyright: ignore[reportAttributeAccessIssue]
    if timeout := environ_value(environment, "FAULT_TIMEOUT"):
        limits = partial(safe_client.Limits, connect_seconds=float(timeout), total_seconds=float(timeout))
        safe_client.Limits = limits  # pyright: ignore[reportAttributeAccessIssue]
    if idle := environ_value(environment, "FAULT_IDLE"):
        engines.IDLE_IN_TRANSACTION_SECONDS = engines.TRANSACTION_SECONDS = int(idle)


def environ_value(environment: Mapping[str, str], name: str) -> str:
    """The value, empty when it is not set."""
    return environment.get(name, "")


def _listener(fault: str, stall_seconds: float) -> Callable[[str], None]:
    name, *nth, action = fault.split(":")
    wanted = int(nth[0]) if nth else 1
    seen: Counter[str] = Counter()
    lock = Lock()

    def tell(passed: str) -> None:
        if passed != name:
            return
        with lock:
            seen[passed] += 1
            if seen[passed] != wanted:
                return
        ACTIONS[action](stall_seconds)

    return tell


def _crash(_seconds: float) -> None:
    with suppress(FileExistsError):
        Path(os.environ["FAULT_ONCE"]).touch(exist_ok=False)
        os.kill(os.getpid(), signal.SIGKILL)


def _orphan(seconds: float) -> None:
    os.kill(os.getpgid(0), signal.SIGKILL)
    time.sleep(seconds)


def _raise(_seconds: float) -> None:
    raise Injected


ACTIONS: dict[str, Callable[[float], None]] = {
    "kill": lambda _seconds: os.killpg(0, signal.SIGKILL),
    "freeze": lambda _seconds: os.killpg(0, signal.SIGSTOP),
    "raise": _raise,
    "stall": time.sleep,
    "crash": _crash,
    "orphan": _orphan,
}


def _marking(marks: Path) -> Callable[[str], None]:
    def tell(passed: str) -> None:
        if passed == "bericht-bewaard":
            with marks.open("a") as file:
                file.write(f"{time.time()}\n")

    return tell


def _poison(identificatie: str) -> None:
    decide = verwerking.decide

    def poisoned(runtime: Any, arrival: Any, declaratie: Declaratie, feiten: Any) -> Any:
        if declaratie.header.declaratie_factuur_identificatie.declarant_factuur_nummer == identificatie:
            raise Injected("poison")
        return decide(runtime, arrival, declaratie, feiten)

    verwerking.decide = poisoned


def _defaults(function: Any) -> dict[str, Any]:
    return function.__kwdefaults__


def prepare_once() -> None:
    """Let every process that is forked from this one find ready what never differs, so that it starts at once."""
    own = Schemas.load(OWN_SCHEMAS)
    Schemas.load = lambda _folder: own  # pyright: ignore[reportAttributeAccessIssue]
    safe_client.tls_context = cache(safe_client.tls_context)
    base.newest_revisions()


if __name__ == "__main__":
    os.setpgid(0, 0)
    arm(os.environ)
    settle_in_forks()
    sys.exit(main())
