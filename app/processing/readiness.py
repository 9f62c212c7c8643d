"""Whether the service can do its work."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.processing.runtime import Runtime
from app.storage.jobs import work_lies
from app.storage.outages import DatabaseUnavailable

TOO_LONG: Final = timedelta(minutes=5)

log = structlog.get_logger(__name__)


class Readiness(StrEnum):
    """Ready, or what is missing."""

    OK = "ok"
    SCHEMA_OUTDATED = "schema-verouderd"
    DATABASE_UNREACHABLE = "database-onbereikbaar"
    WORK_LIES = "werk-blijft-liggen"


def readiness(runtime: Runtime, *, works: bool = False) -> Readiness:
    """Ask the database whether it is there and has the schema of this version.

    A process that `works` itself is not ready when jobs are due for long and nobody does any: its worker hangs. One
    that only serves can, whatever happens to the worker elsewhere.
    """
    try:
        if not runtime.storage.schema_is_current():
            return Readiness.SCHEMA_OUTDATED
        return Readiness.WORK_LIES if works and _work_lies(runtime) else Readiness.OK
    except (DatabaseUnavailable, SQLAlchemyError) as error:
        log.warning("database_unreachable", error=type(error).__name__)
        return Readiness.DATABASE_UNREACHABLE


def _work_lies(runtime: Runtime) -> bool:
    with runtime.storage.reading() as session:
        now = runtime.moment(session)
        return work_lies(session, before=now - TOO_LONG, now=now)
