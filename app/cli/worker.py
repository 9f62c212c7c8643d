"""`iwmo worker`: the background work alone, beside `iwmo serve --no-worker`."""

from __future__ import annotations

import argparse
from contextlib import suppress
from typing import Final

from app.cli.stopping import leave_on_sigterm
from app.cli.subcommands import Subcommands
from app.hands import take_short_turns
from app.main import opened_runtime
from app.settings import Settings
from app.storage.alone import alone
from app.worker import Worker

WERKER: Final = "werker"


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("worker", help="alleen het achtergrondwerk, naast `iwmo serve --no-worker`")
    parser.set_defaults(run=_run)


def _run(_arguments: argparse.Namespace) -> int:
    settings = Settings()
    leaving = leave_on_sigterm()
    take_short_turns()
    with alone(settings.database_url, WERKER), opened_runtime(settings, holding=[WERKER]) as runtime:
        worker = Worker(runtime, alone=runtime.storage.dialect == "sqlite")
        worker.start()
        try:
            with suppress(KeyboardInterrupt):
                leaving.wait()
        finally:
            worker.stop()
    return 0
