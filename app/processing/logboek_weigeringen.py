"""What was refused at the door is written down, once a minute for what is alike."""

from __future__ import annotations

from dataclasses import replace

import structlog

from app.domain.logboek import NIEMAND, Handeling, Logregel, Uitkomst, wie_of
from app.domain.principal import Herkomst, Principal
from app.processing.logboek import note_now
from app.processing.runtime import Runtime
from app.processing.weigeringen import Weigering
from app.storage.outages import DatabaseUnavailable

log = structlog.get_logger(__name__)


def note_refusal(
    runtime: Runtime, principal: Principal | None, herkomst: Herkomst | None, route: str, why: str
) -> None:
    """Write down that a request was refused, or count it with those like it of the last minute.

    `route` is the path as it is described, with no value of the request. When nothing can be written now it is counted
    too: a refusal shows nothing, so it need not wait.
    """
    wie = wie_of(principal) if principal is not None else replace(NIEMAND, herkomst=herkomst)
    weigering = Weigering(wie=wie, route=route, reden=why)
    if runtime.weigeringen.is_first(weigering, runtime.now()):
        _write(runtime, weigering, 1)
    write_counted(runtime)


def write_counted(runtime: Runtime, *, every: bool = False) -> None:
    """Write down what was counted and whose minute is over; `every` one when the service stops."""
    for weigering, count in runtime.weigeringen.due(runtime.now(), every=every):
        _write(runtime, weigering, count)


def _write(runtime: Runtime, weigering: Weigering, count: int) -> None:
    regel = Logregel(
        handeling=Handeling.TOEGANG_GEWEIGERD,
        object_id=weigering.route,
        aantal=count,
        uitkomst=Uitkomst.GEWEIGERD,
        reden=weigering.reden,
    )
    try:
        note_now(runtime, weigering.wie, regel)
    except DatabaseUnavailable:
        log.warning("refusal_not_written", aantal=count)
        runtime.weigeringen.again(weigering, count, runtime.now())
