"""Composition root: settings → database, schemas, routers → one application."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import cache

from fastapi import APIRouter, Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute
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
    security_txt,
    soap,
    toekenningen,
    toewijzingen,
    verloop,
    wijzigingen,
)
from app.api.accept import demand_acceptable
from app.api.admission import Admission, admit
from app.api.cross_origin import CrossOrigin
from app.api.headers import API_VERSION, AnswerHeaders, HeadIsGet
from app.api.origin import BehindProxies
from app.api.policy import rules_of
from app.api.problems import FailuresEndHere, add_problem_handlers
from app.api.security_txt import Disclosure
from app.delivery.exchange import Limits
from app.delivery.safe_client import SafeClient
from app.hands import take_short_turns
from app.observability import configure_logging
from app.parts import OWN_SCHEMAS, create_runtime, destinations
from app.processing.jwks import FetchedKeys, FileKeys, KeySource
from app.processing.key_digests import seal_keys_of_before
from app.processing.keys import by_key, registered
from app.processing.logboek_weigeringen import write_counted
from app.processing.machines import ByCertificate, ByToken
from app.processing.oidc_client import KeyUnusable, OwnKey, Provider, SharedSecret, read_own_key
from app.processing.oidc_discovery import Discovery
from app.processing.pace import Pace
from app.processing.readiness import Readiness, readiness
from app.processing.room import Room
from app.processing.runtime import Runtime
from app.processing.tempo import Tempi, Tempo
from app.processing.toegang import Identify
from app.processing.tokens import TokenIssuer
from app.settings import OAuthIssuer, Settings
from app.storage.alone import NotAlone, nobody_else
from app.web.application import Doors, create_pages
from app.web.house import Contact, House
from app.web.oidc import BACK
from app.worker import PAUSE_AT_HOME, Worker

__all__ = ["OWN_SCHEMAS", "create_app", "create_runtime"]

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
JWKS_LIMITS = Limits(connect_seconds=3, total_seconds=5)
"""Callers wait for it, and the keys of an issuer are a few kilobytes."""


class SchemaOutdated(Exception):
    """The database has another schema than this version of the service needs"""


class SettingsUnsafe(Exception):
    """With these settings somebody might get in who should not"""


class DatabaseUnsafe(Exception):
    """The database may lose what it said it has"""


class DatabaseUnreachable(Exception):
    """The database does not answer, or cannot be opened"""


def ways_in(settings: Settings) -> Sequence[Identify]:
    """How a caller may show who it is, in the order in which they are tried; raises SettingsUnsafe."""
    _demand_narrow(settings)
    believed = settings.client_certificates
    if believed and not settings.trusted_proxies:
        raise SettingsUnsafe(
            "IWMO_CLIENT_CERTIFICATES=true kan alleen achter een proxy die certificaten controleert en Client-Cert "
            "uit vragen van buiten verwijdert; noem diens netwerk in IWMO_TRUSTED_PROXIES."
        )
    issuers = {issuer.issuer: _issuer(issuer, settings) for issuer in settings.oauth_issuers}
    by_token = ByToken(issuers=issuers, register=registered, certificates=believed)
    by_bearer: tuple[Identify, ...] = (by_key, by_token) if issuers else (by_key,)
    return (ByCertificate(believed=believed, register=registered, beside=by_bearer), *by_bearer)


def _demand_narrow(settings: Settings) -> None:
    """Raise SettingsUnsafe when more machines than proxies would be believed."""
    certificates = settings.client_certificates
    most = {4: 29, 6: 125} if certificates else {4: 16, 6: 48}
    told = "wie de beller is" if certificates else "van welk adres een vraag komt"
    for network in settings.trusted_proxies:
        if network.prefixlen < most[network.version]:
            raise SettingsUnsafe(
                f"IWMO_TRUSTED_PROXIES: {network} is te ruim, want elke machine daarin kan zeggen {told}. Noem de "
                f"proxy zelf (10.1.0.4/32), of hoogstens een /{most[4]} (IPv4) of /{most[6]} (IPv6)."
            )


def _issuer(issuer: OAuthIssuer, settings: Settings) -> TokenIssuer:
    return TokenIssuer(
        name=issuer.issuer,
        audience=issuer.audience,
        keys=_keys_of(issuer, settings),
        subject_claim=issuer.subject_claim,
        scope_prefix=issuer.scope_prefix,
    )


def _keys_of(issuer: OAuthIssuer, settings: Settings) -> KeySource:
    if issuer.jwks_url is not None:
        return FetchedKeys(SafeClient(destinations(settings), limits=JWKS_LIMITS), issuer.jwks_url)
    path = issuer.jwks_file
    if path is None or not path.is_file():
        raise SettingsUnsafe(f"IWMO_OAUTH_ISSUERS: het bestand {path} is er niet.")
    return FileKeys(path)


def identity_provider(settings: Settings) -> Provider | None:
    """Through which provider people log in, None for none; SettingsUnsafe when nobody could, or not safely."""
    if settings.oidc_issuer is None:
        if not settings.local_login:
            raise SettingsUnsafe("Met IWMO_LOCAL_LOGIN=uit en zonder IWMO_OIDC_ISSUER kan er niemand inloggen.")
        return None
    if settings.oidc_client_id is None or settings.public_url is None or not settings.oidc_roles:
        raise SettingsUnsafe(
            "Bij IWMO_OIDC_ISSUER horen IWMO_OIDC_CLIENT_ID, IWMO_OIDC_ROLES en IWMO_PUBLIC_URL (docs/toegang.md)."
        )
    return Provider(
        discovery=Discovery(SafeClient(destinations(settings), limits=JWKS_LIMITS), settings.oidc_issuer),
        client_id=settings.oidc_client_id,
        credential=_oidc_credential(settings),
        redirect_uri=settings.public_url + BACK,
        verdeling={word: role.toegekend for word, role in settings.oidc_roles.items()},
        scope=settings.oidc_scope,
        roles_claim=settings.oidc_roles_claim,
        name_claim=settings.oidc_name_claim,
        acr=settings.oidc_acr,
        amr=settings.oidc_amr,
    )


def _oidc_credential(settings: Settings) -> SharedSecret | OwnKey:
    secret, path = settings.oidc_client_secret, settings.oidc_client_key
    if secret is not None and path is None:
        return SharedSecret(secret.get_secret_value())
    if path is None or secret is not None:
        raise SettingsUnsafe(
            "Bij IWMO_OIDC_ISSUER hoort IWMO_OIDC_CLIENT_SECRET of IWMO_OIDC_CLIENT_KEY, één van de twee."
        )
    try:
        return read_own_key(path)
    except KeyUnusable as unusable:
        raise SettingsUnsafe(f"IWMO_OIDC_CLIENT_KEY: {unusable}") from None


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
            runtime.storage.upgrade(seal=lambda session: seal_keys_of_before(session, runtime.geheimen))
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
    take_short_turns()
    prepare_database(parts)
    alone = parts.storage.dialect == "sqlite"  # else another node may work on it too
    worker = Worker(parts, alone=alone, pause=PAUSE_AT_HOME) if works else None
    if worker:
        worker.start()
    yield
    if worker:
        await run_in_threadpool(worker.stop)
    if parts.skimmer is not None:
        await run_in_threadpool(parts.skimmer.close)
    await run_in_threadpool(write_counted, parts, every=True)
    parts.storage.close()


def _tempi(settings: Settings) -> Tempi:
    return Tempi(
        requests_per_second=settings.requests_per_second,
        bsn_searches_per_minute=settings.bsn_searches_per_minute,
        bsn_searches_per_day=settings.bsn_searches_per_day,
        failures_per_minute=settings.failures_per_minute,
    )


@cache
def _routes() -> Sequence[BaseRoute]:
    """Every operation of the API: they know no settings, and take longer to make than all else of an application."""
    router = APIRouter(dependencies=[Depends(admit)])
    for noun in NOUNS:
        router.include_router(noun.router, prefix="/v1", dependencies=[Depends(demand_acceptable)])
    for module in (health, reference, security_txt, soap):
        router.include_router(module.router)
    return router.routes


def _api(settings: Settings, parts: Runtime) -> FastAPI:
    """What software talks to, with all its routes."""
    app = FastAPI(
        title="iWmo-berichtenservice",
        version=API_VERSION,
        description="Toewijzingen, budget per CAK-periode en declaraties volgens iWmo.",
        contact={"name": settings.contact_name, "email": settings.contact_email, "url": settings.contact_url},
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        openapi_url=None,  # app.api.reference serves a better one
        redirect_slashes=False,
        routes=list(_routes()),
        lifespan=lambda _app: _running(parts, works=settings.worker),
    )
    _equip(app, settings, parts)
    app.state.admission = Admission(ways=ways_in(settings), rules=rules_of(app.routes), tempo=parts.tempo)
    add_problem_handlers(app)
    return app


def _equip(app: FastAPI, settings: Settings, parts: Runtime) -> None:
    """Give the routes what they ask for in `app.state`."""
    app.state.settings = settings
    app.state.runtime = parts
    app.state.room = Room(settings.max_bytes_at_once)
    app.state.disclosure = Disclosure(
        contact=settings.security_contact,
        policy=settings.security_policy,
        host=settings.public_url,
        expires=settings.security_expires,
    )
    app.state.pace = Pace(settings.body_seconds, settings.body_bytes_per_second)


def create_app(settings: Settings | None = None, runtime: Runtime | None = None) -> ASGIApp:
    """The application with everything it needs; its database is prepared when it starts."""
    settings = settings or Settings()
    configure_logging(settings.log_format, settings.log_level)
    parts = replace(runtime or create_runtime(settings), tempo=Tempo(_tempi(settings)))
    app = _api(settings, parts)
    house = House(
        runtime=parts,
        public_url=settings.public_url,
        local_login=settings.local_login,
        oidc=identity_provider(settings),
        pace=app.state.pace,
        room=app.state.room,
        contact=Contact(name=settings.contact_name, email=settings.contact_email, url=settings.contact_url),
        huisstijl=settings.huisstijl,
    )
    pages = create_pages(house)
    outside = AnswerHeaders(CrossOrigin(FailuresEndHere(HeadIsGet(Doors(app, pages))), settings.cors_origins))
    return BehindProxies(outside, settings.trusted_proxies)
