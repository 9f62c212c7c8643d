"""What every use case works with: the database, the schemas, the clock."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

import uuid_utils
from sqlalchemy.orm import Session

import app
from app.delivery.transports import Transports, public_transports
from app.domain.bericht import Berichtsoort
from app.domain.bewaren import Bewaartermijnen
from app.domain.inrichting import Inrichting
from app.domain.retour import Finding
from app.ggk.schemas import EnvelopSchemas
from app.iwmo.reading import recognise
from app.iwmo.xsd import Schemas
from app.processing.aside import Aside
from app.processing.geheimen import Geheimen
from app.processing.skimmer import Skimmer
from app.processing.tempo import Tempo
from app.processing.weigeringen import Weigeringen
from app.storage.base import Storage, moment_of
from app.storage.columns import is_postgresql


@cache
def _own_envelop_schemas() -> EnvelopSchemas:
    return EnvelopSchemas.load(Path(app.__path__[0]).resolve().parent / "schemas" / "ggk")


def _made_up() -> Geheimen:
    secret = secrets.token_bytes(32)  # a runtime of its own, as in a test: what it signs nobody else has to know
    return Geheimen(lambda: secret)


DIRECT_BYTES: Final = 2_000_000
"""Of a 303: about two thousand prestaties, settled in about a second (0.9 to 1.2 on two cores with SQLite)."""

MAX_BERICHT_BYTES: Final = 25_000_000

LOGBOEK_JAREN: Final = 5
"""What NEN 7513 asks at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The parts of a running service. `today` is the business date, `now` the moment in UTC.

    A 303 of more than `direct_bytes` is settled by the worker, after it was accepted; a file of more than
    `max_bericht_bytes` is not read. `ggk_in_order`: an envelope whose time is not after the last one of its
    sender is refused. `parsed_inrichtingen` remembers versions by (gemeente, versie); a version never changes, so it
    never goes stale. `shared_clock`: nodes with clocks of their own work on one database, so it says what the time is
    where they have to agree. What is written in the logboek is kept for `logboek_jaren`; `weigeringen` are those that
    are counted and not written down yet. `aside` settles large 303s in a process of its own; None: the worker does.
    `skimmer` reads them in another, as they come in; None: who receives them does.
    """

    storage: Storage
    schemas: Schemas
    today: Callable[[], date]
    now: Callable[[], datetime]
    direct_bytes: int = DIRECT_BYTES
    max_bericht_bytes: int = MAX_BERICHT_BYTES
    ggk_in_order: bool = False
    bewaartermijnen: Bewaartermijnen = field(default_factory=Bewaartermijnen)
    bewaren_automatisch: bool = False
    shared_clock: bool = False
    logboek_jaren: int = LOGBOEK_JAREN
    envelop_schemas: EnvelopSchemas = field(default_factory=_own_envelop_schemas)
    transports: Transports = field(default_factory=public_transports)
    geheimen: Geheimen = field(default_factory=_made_up)
    weigeringen: Weigeringen = field(default_factory=Weigeringen)
    tempo: Tempo = field(default_factory=Tempo)
    aside: Aside | None = None
    skimmer: Skimmer | None = None
    parsed_inrichtingen: dict[tuple[str, int], Inrichting] = field(default_factory=dict[tuple[str, int], Inrichting])

    def moment(self, session: Session) -> datetime:
        """Now, in UTC, as all who work on the database agree on it: for leases and when work is due."""
        return moment_of(session) if self.shared_clock and is_postgresql(session) else self.now()

    def xsd_findings(self, release: str, soort: Berichtsoort, body: bytes) -> tuple[Finding, ...]:
        """What the XSD finds on a message that we wrote ourselves."""
        recognised = recognise(body, self.schemas)
        if recognised.accepted:
            return ()
        return self.schemas.findings(release, soort, recognised.tree, size=len(body))


def new_id() -> str:
    """A new identifier that sorts by the moment it was made (UUID version 7)."""
    return str(uuid_utils.uuid7())


def new_identificatie() -> str:
    """A number for a message of our own: twelve letters and digits (LDT_IdentificatieBericht), 60 random bits."""
    return base64.b32encode(secrets.token_bytes(8)).decode()[:12]


def new_gemeente_referentie() -> str:
    """A number of the gemeente for a 304 (LDT_GemeenteReferentieNummer)."""
    return base64.b32encode(secrets.token_bytes(10)).decode()
