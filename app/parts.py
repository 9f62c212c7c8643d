"""What the settings make of the service, without its doors: the database, the schemas, the ways out."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from app.delivery.destinations import Destinations
from app.delivery.safe_client import SafeClient, tls_context
from app.delivery.transports import Transports
from app.iwmo.schema_directory import active_directory
from app.iwmo.xsd import Schemas
from app.processing.aside import Aside
from app.processing.geheimen import Geheimen
from app.processing.runtime import Runtime
from app.processing.skimmer import Skimmer, Told
from app.settings import PROJECT, Settings
from app.storage.base import Turn, create_storage

OWN_SCHEMAS = PROJECT / "schemas" / "iwmo"


def create_runtime(settings: Settings, *, beside: Turn | None = None) -> Runtime:
    """Connect to the database and compile the schemas; the database's own schema is not touched.

    `beside`: this process settles for another one, and writes to a SQLite database when it is its turn there.
    """
    directory = settings.schemas_dir or active_directory(settings.schemas_pointer, OWN_SCHEMAS)
    schemas = Schemas.load(directory)
    return Runtime(
        storage=create_storage(settings.database_url, turn=beside),
        schemas=schemas,
        today=settings.business_date,
        now=lambda: datetime.now(UTC),
        shared_clock=True,
        direct_bytes=settings.direct_bytes,
        max_bericht_bytes=settings.max_bericht_bytes,
        ggk_in_order=settings.ggk_in_order,
        bewaartermijnen=settings.bewaartermijnen,
        bewaren_automatisch=settings.bewaren_automatisch,
        logboek_jaren=settings.logboek_jaren,
        transports=_transports(settings),
        geheimen=Geheimen(cache(settings.secret), previous=settings.earlier_secrets()),
        aside=Aside(settings) if beside is None else None,
        skimmer=Skimmer(Told(directory, dict(schemas.digests()))) if beside is None else None,
    )


def destinations(settings: Settings) -> Destinations:
    """Where the settings let us connect to."""
    return Destinations(
        networks=[str(network) for network in settings.internal_networks],
        hosts=settings.internal_hosts,
        ports=settings.delivery_ports,
        plain_http=settings.plain_http,
    )


def _transports(settings: Settings) -> Transports:
    allowed = destinations(settings)
    client = SafeClient(allowed)
    authorization = settings.ggk_authorization
    return Transports(
        client=client,
        ggk_client=_ggk_client(settings, allowed) or client,
        ggk_authorization=authorization.get_secret_value() if authorization else None,
        secret_key=settings.secret,
    )


def _ggk_client(settings: Settings, allowed: Destinations) -> SafeClient | None:
    """A client with the certificate for the adapter of the GGk; None when it needs none."""
    if settings.ggk_certificate is None and settings.ggk_authorities is None:
        return None
    ours = tls_context(
        certificate=settings.ggk_certificate,
        key=settings.ggk_certificate_key,
        authorities=settings.ggk_authorities,
    )
    return SafeClient(allowed, tls=ours)
