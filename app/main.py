"""Composition root: settings → database, schemas, routers → one application."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp

from app.api import (
    aansluitingen,
    berichten,
    beschikkingen,
    budgetberekeningen,
    declaraties,
    health,
    inrichting,
    postbus,
    rapportages,
    reference,
    soap,
    toekenningen,
    toewijzingen,
    verloop,
    wijzigingen,
)
from app.api.headers import API_VERSION, AnswerHeaders, HeadIsGet
from app.api.problems import FailuresEndHere, add_problem_handlers
from app.api.room import Room
from app.delivery.destinations import Destinations
from app.delivery.safe_client import SafeClient, tls_context
from app.delivery.transports import Transports
from app.iwmo.schema_directory import active_directory
from app.iwmo.xsd import Schemas
from app.observability import configure_logging
from app.processing.readiness import Readiness, readiness
from app.processing.runtime import Runtime
from app.settings import PROJECT, Settings
from app.storage.alone import NotAlone, nobody_else
from app.storage.base import create_storage
from app.worker import PAUSE_AT_HOME, Worker

NOUNS = (
    berichten,
    verloop,
    postbus,
    toekenningen,
    toewijzingen,
    wijzigingen,
    declaraties,
    budgetberekeningen,
    beschikkingen,
    rapportages,
    inrichting,
    aansluitingen,
)
OWN_SCHEMAS = PROJECT / "schemas" / "iwmo"


class SchemaOutdated(Exception):
    """The database has another schema than this version of the service needs"""


class DatabaseUnsafe(Exception):
    """The database may lose what it said it has"""


class DatabaseUnreachable(Exception):
    """The database does not answer, or cannot be opened"""


def create_runtime(settings: Settings) -> Runtime:
    """Connect to the database and compile the schemas; the database's own schema is not touched."""
    return Runtime(
        storage=create_storage(settings.database_url),
        schemas=Schemas.load(settings.schemas_dir or active_directory(settings.schemas_pointer, OWN_SCHEMAS)),
        today=settings.business_date,
        now=lambda: datetime.now(UTC),
        shared_clock=True,
        direct_bytes=settings.direct_bytes,
        max_bericht_bytes=settings.max_bericht_bytes,
        ggk_in_order=settings.ggk_in_order,
        transports=_transports(settings),
    )


def _transports(settings: Settings) -> Transports:
    destinations = Destinations(
        networks=[str(network) for network in settings.internal_networks],
        hosts=settings.internal_hosts,
        ports=settings.delivery_ports,
        plain_http=settings.plain_http,
    )
    client = SafeClient(destinations)
    authorization = settings.ggk_authorization
    return Transports(
        client=client,
        ggk_client=_ggk_client(settings, destinations) or client,
        ggk_authorization=authorization.get_secret_value() if authorization else None,
        secret_key=settings.secret,
    )


def _ggk_client(settings: Settings, destinations: Destinations) -> SafeClient | None:
    """A client with the certificate for the adapter of the GGk; None when it needs none."""
    if settings.ggk_certificate is None and settings.ggk_authorities is None:
        return None
    ours = tls_context(
        certificate=settings.ggk_certificate,
        key=settings.ggk_certificate_key,
        authorities=settings.ggk_authorities,
    )
    return SafeClient(destinations, tls=ours)


@contextmanager
def opened_runtime(settings: Settings, *, holding: Collection[str] = ()) -> Generator[Runtime]:
    """The parts of the service on a database that is ready; its connections are closed at the end.

    `holding`: the roles on a SQLite database that this process has.
    """
    runtime = create_runtime(settings)
    try:
        prepare_database(runtime, holding=holding)
        yield runtime
    finally:
        runtime.storage.close()


def prepare_database(runtime: Runtime, *, holding: Collection[str] = ()) -> None:
    """Migrate SQLite; raise SchemaOutdated on another database that is not up to date.

    Raises DatabaseUnreachable when there is no database to work with, DatabaseUnsafe when it may lose commits.
    """
    found = demand_database(runtime)
    if unsafe := runtime.storage.unsafe_settings():
        raise DatabaseUnsafe(f"De database kan bij stroomuitval gegevens verliezen; zet aan: {', '.join(unsafe)}.")
    if found is Readiness.SCHEMA_OUTDATED and runtime.storage.dialect != "sqlite":
        raise SchemaOutdated("Het schema van de database is niet bij. Voer eerst uit: iwmo db upgrade")
    if found is Readiness.SCHEMA_OUTDATED:
        migrate(runtime, holding=holding)


def migrate(runtime: Runtime, *, holding: Collection[str] = ()) -> None:
    """Bring the schema up to date; raises SchemaOutdated when another process still works with that of a SQLite."""
    try:
        with nobody_else(runtime.storage.url, holding=holding):
            runtime.storage.upgrade()
    except NotAlone:
        raise SchemaOutdated(
            "Het schema van de database is niet bij, en een ander proces werkt er nog mee. Stop dat eerst."
        ) from None


def demand_database(runtime: Runtime) -> Readiness:
    """Whether the schema of the database is current; raises DatabaseUnreachable when there is no database."""
    found = readiness(runtime)
    if found is Readiness.DATABASE_UNREACHABLE:
        raise DatabaseUnreachable("De database is niet te bereiken of te openen; zie IWMO_DATABASE_URL.")
    return found


@asynccontextmanager
async def _running(parts: Runtime, *, works: bool) -> AsyncGenerator[None]:
    """From a database that is ready until its connections are closed; meanwhile a worker, when it `works`."""
    prepare_database(parts)
    alone = parts.storage.dialect == "sqlite"  # else another node may work on it too
    worker = Worker(parts, alone=alone, pause=PAUSE_AT_HOME) if works else None
    if worker:
        worker.start()
    yield
    if worker:
        await run_in_threadpool(worker.stop)
    parts.storage.close()


def create_app(settings: Settings | None = None, runtime: Runtime | None = None) -> ASGIApp:
    """The application with everything it needs; its database is prepared when it starts."""
    settings = settings or Settings()
    configure_logging(settings.log_format, settings.log_level)
    parts = runtime or create_runtime(settings)
    app = FastAPI(
        title="iWmo-berichtenservice",
        version=API_VERSION,
        description="Toewijzingen, budget per CAK-periode en declaraties volgens iWmo.",
        contact={"name": "Beheerders van de iWmo-berichtenservice"},
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        openapi_url=None,  # app.api.reference serves a better one
        redirect_slashes=False,
        lifespan=lambda _app: _running(parts, works=settings.worker),
    )
    app.state.settings = settings
    app.state.runtime = parts
    app.state.room = Room(settings.max_bytes_at_once)
    for noun in NOUNS:
        app.include_router(noun.router, prefix="/v1")
    app.include_router(health.router)
    app.include_router(reference.router)
    app.include_router(soap.router)
    add_problem_handlers(app)
    return AnswerHeaders(FailuresEndHere(HeadIsGet(app)))
