"""What who watches the service gets to see: figures without parties or persons, as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.domain.werk import JobSoort, JobStatus
from app.processing.runtime import Runtime
from app.storage.job_banen import oldest_due
from app.storage.measures import berichten_since, jobs_by_soort

DAY: Final = timedelta(days=1)
MEDIA_TYPE: Final = CONTENT_TYPE_LATEST
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

OF_THIS_PROCESS: Final = CollectorRegistry()
POGINGEN: Final = Counter(
    "iwmo_job_attempts",
    "Attempts at a job by this process",
    ["soort", "uitkomst"],
    registry=OF_THIS_PROCESS,
)
AFLEVERINGEN: Final = Counter(
    "iwmo_deliveries",
    "What became of deliveries by this process",
    ["uitkomst"],
    registry=OF_THIS_PROCESS,
)
DUUR: Final = Histogram(
    "iwmo_job_duration_seconds",
    "How long an attempt at a job took, by this process",
    ["soort"],
    buckets=SECONDS,
    registry=OF_THIS_PROCESS,
)
LOG_LINES_LOST: Final = Counter(
    "iwmo_log_lines_lost",
    "Lines of the log that standard error could not take, of this process",
    registry=OF_THIS_PROCESS,
)


def metrics_text(runtime: Runtime) -> bytes:
    """All figures, in the text format of Prometheus."""
    of_database = CollectorRegistry()
    of_database.register(_Database(runtime))
    return generate_latest(of_database) + generate_latest(OF_THIS_PROCESS)


class _Database(Collector):
    """What the database says now, the same for every process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def describe(self) -> Iterator[Metric]:
        return iter(())  # or registering would ask the database

    def collect(self) -> Iterator[Metric]:
        with self._runtime.storage.reading() as session:
            now = self._runtime.moment(session)
            waiting = jobs_by_soort(session, status=JobStatus.OPEN)
            failed = jobs_by_soort(session, status=JobStatus.MISLUKT)
            oldest = oldest_due(session, now=now)
            berichten = berichten_since(session, moment=now - DAY)
        yield _jobs("iwmo_jobs_open", "Jobs that are to be done", waiting)
        yield _jobs("iwmo_jobs_failed", "Jobs that were given up and wait for a person", failed)
        age = (now - oldest).total_seconds() if oldest else 0
        yield GaugeMetricFamily("iwmo_job_oldest_due_seconds", "How long the oldest job is due", value=age)
        family = GaugeMetricFamily("iwmo_messages_day", "Messages of the last 24 hours", labels=["soort", "status"])
        for (soort, status), count in sorted(berichten.items()):
            family.add_metric([soort, status], count)
        yield family


def _jobs(name: str, text: str, counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["soort"])
    for soort in JobSoort:
        family.add_metric([soort.value], counts.get(soort, 0))
    return family
