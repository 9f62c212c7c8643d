"""The long-running loop: claims work that is due and has it done; decides nothing itself."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from threading import Event, Lock, Thread
from typing import Final

import structlog

from app.domain.werk import Slotgroep, slotgroep
from app.hands import Hands
from app.processing.logboek_weigeringen import write_counted
from app.processing.logboek_zegels import seal
from app.processing.runtime import Runtime
from app.processing.werk import begin, carry_out, claim_for, renew
from app.storage.jobs import Job

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(seconds=30)
PAUSE: Final = 0.02
"""Seconds between two looks at the work: so long what another process adds waits at most to begin."""

PAUSE_AT_HOME: Final = 0.1
"""The same where this process adds the work, for then it is woken: so late at most begins what was planned."""

BREATH: Final = 0.005
"""Seconds between a look that found work and the next, so that a claim is of what ended meanwhile, not of one job."""

AFTER_FAILURE: Final = 1.0
SEAL_EVERY: Final = 1.0
"""Seconds that what was written in the logboek is at most without its place in the chain."""

SLOTS: Final = {
    Slotgroep.VERZENDEN: 32,  # waiting for others costs nothing
    Slotgroep.MAPPEN: 8,  # a file system that hangs never lets go
    Slotgroep.REKENEN: 2,
    Slotgroep.VERWERKEN: 1,  # one process beside this one
}
PATIENCE: Final = 10.0
"""Seconds that running jobs get to end when the worker stops; what is left another worker takes over."""


class Worker:
    """Does the work of a database until it is told to stop. Several may, on PostgreSQL; `alone` says there is one.

    `pause` is in seconds: how long it looks for no work while nothing in this process wakes it.
    """

    def __init__(self, runtime: Runtime, *, alone: bool, lease: timedelta = LEASE, pause: float = PAUSE) -> None:
        self._runtime = runtime
        self._pause = pause
        self._hands = Hands()
        self._alone = alone
        self._lease = lease
        self._stop = Event()
        self._wake = Event()
        self._lock = Lock()
        self._running: dict[str, Job] = {}
        tasks = (self._claiming, self._renewing, self._sealing)
        self._threads = [Thread(target=task, daemon=True) for task in tasks]

    def start(self) -> None:
        """Begin, on threads of its own."""
        self._runtime.storage.when_work_is_added(self._wake.set)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Claim nothing more, and give what is running a moment to end."""
        try:
            self._end_in_peace()
        finally:
            for process in (self._runtime.aside, self._runtime.skimmer):
                if process is not None:
                    process.close()

    def _end_in_peace(self) -> None:
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        for _ in range(int(PATIENCE / PAUSE)):
            if not self._running:
                return
            self._wake.clear()
            self._wake.wait(PAUSE)
        log.warning("worker_left_work", jobs=len(self._running))

    def _claiming(self) -> None:
        begun = False
        while not self._stop.is_set():
            self._wake.clear()
            try:
                if not begun:
                    begin(self._runtime, alone=self._alone)
                    begun = True
                started = self._start()
            except Exception:
                log.exception("work_unreachable")  # the database is gone for a moment: it will be back
                self._stop.wait(AFTER_FAILURE)
                continue
            if started:
                self._stop.wait(BREATH)
            else:
                self._wake.wait(self._pause)

    def _start(self) -> int:
        with self._lock:
            taken = Counter(slotgroep(job.baan) for job in self._running.values())
        free = {groep: max(0, slots - taken[groep]) for groep, slots in SLOTS.items()}
        jobs = claim_for(self._runtime, lease=self._lease, free=free) if any(free.values()) else []
        for job in jobs:
            self._begin(job)
        return len(jobs)

    def _begin(self, job: Job) -> None:
        with self._lock:
            self._running[job.token] = job  # by token: it may be claimed again while the first attempt hangs
        try:
            self._hands.give(partial(self._carry_out, job))
        except RuntimeError:
            log.exception("job_not_begun", job_id=job.id)  # no more threads: its lease ends, then it is tried again
            self._end(job)

    def _end(self, job: Job) -> None:
        with self._lock:
            del self._running[job.token]
        self._wake.set()

    def _carry_out(self, job: Job) -> None:
        try:
            carry_out(self._runtime, job)
        except Exception:
            log.exception("job_unrecorded", job_id=job.id)  # its lease ends, then it is tried again
        finally:
            self._end(job)

    def _sealing(self) -> None:
        while not self._stop.wait(SEAL_EVERY):
            try:
                write_counted(self._runtime)
                seal(self._runtime)
            except Exception:
                log.exception("logboek_not_sealed")  # what waits, waits until the database is back

    def _renewing(self) -> None:
        while not self._stop.wait(self._lease.total_seconds() / 3):
            with self._lock:
                jobs = list(self._running.values())
            try:
                renew(self._runtime, jobs, lease=self._lease)
            except Exception:
                log.exception("leases_not_renewed")
