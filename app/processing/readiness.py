"""Whether the service can do its work."""

from __future__ import annotations

from enum import StrEnum

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.processing.runtime import Runtime
from app.storage.outages import DatabaseUnavailable

log = structlog.get_logger(__name__)


class Readiness(StrEnum):
    """Ready, or what is missing."""

    OK = "ok"
    SCHEMA_OUTDATED = "schema-verouderd"
    DATABASE_UNREACHABLE = "database-onbereikbaar"


def readiness(runtime: Runtime) -> Readiness:
    """Ask the database whether it is there and has the schema of this version."""
    try:
        return Readiness.OK if runtime.storage.schema_is_current() else Readiness.SCHEMA_OUTDATED
    except (DatabaseUnavailable, SQLAlchemyError) as error:
        log.warning("database_unreachable", error=type(error).__name__)
        return Readiness.DATABASE_UNREACHABLE
