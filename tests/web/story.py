"""The story of the demo, and people who are logged in to look around in it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from app.cli.demo import DEMO_DAY, tell_story
from app.domain.persoon import Fase
from app.domain.principal import Herkomst, Rol
from app.iwmo.xsd import Schemas
from app.processing.geheimen import Geheimen
from app.processing.personen import create_persoon
from app.processing.runtime import Runtime
from app.processing.sessies import Vanaf, Wie, begin
from app.storage.base import create_storage
from tests.web.browser import WACHTWOORD, Browser

BOTH = ("0505", "1708")
BSN_1708, BSN_0505 = "999900006", "999900018"
"""A client of Steenwijkerland, and one of Dordrecht."""


@dataclass(frozen=True)
class Story:
    """A database with the story, to be copied, and the secrets that it was written with."""

    path: Path
    geheimen: Geheimen

    def told(self, folder: Path, schemas: Schemas, today: date = DEMO_DAY) -> Runtime:
        """A service in which it was told."""
        copy = folder / "story.db"
        shutil.copy(self.path, copy)
        return _runtime(copy, schemas, self.geheimen, today)


def tell(folder: Path, empty: Path, schemas: Schemas) -> Story:
    """Tell the story once, in a copy of an empty database."""
    path = folder / "told.db"
    shutil.copy(empty, path)
    secret = b"k" * 32
    geheimen = Geheimen(lambda: secret)
    runtime = _runtime(path, schemas, geheimen, DEMO_DAY)
    tell_story(runtime)
    runtime.storage.close()
    return Story(path, geheimen)


def visitor(
    runtime: Runtime, rol: Rol = Rol.BEHANDELAAR, gemeenten: Sequence[str] = (), naam: str = "operator"
) -> Browser:
    """The browser of a person of the role who is logged in; of both gemeenten unless told otherwise."""
    of = list(gemeenten or BOTH) if rol in {Rol.BEHANDELAAR, Rol.LEZER} else []
    create_persoon(runtime, naam=naam, rol=rol, gemeenten=of, wachtwoord=WACHTWOORD)
    herkomst = Herkomst(adres="192.0.2.7", trace_id="1" * 32, span_id="1" * 16)
    wie = Wie(naam, rol.value, frozenset(of))
    cookie = runtime.storage.run(
        lambda session: begin(session, runtime, wie, Vanaf("192.0.2.7", "toets", herkomst), fase=Fase.INGELOGD)
    )
    browser = Browser(runtime)
    browser.client.cookies.set("__Host-iwmo", cookie)
    return browser


def of_aanbieder(runtime: Runtime, *codes: str, rol: Rol = Rol.AANBIEDER, naam: str = "zorg") -> Browser:
    """The browser of a person of aanbieders, or of a servicebureau, who is logged in."""
    create_persoon(runtime, naam=naam, rol=rol, aanbieders=codes, wachtwoord=WACHTWOORD)
    browser = Browser(runtime)
    browser.log_in(naam)
    return browser


def _runtime(path: Path, schemas: Schemas, geheimen: Geheimen, today: date) -> Runtime:
    runtime = Runtime(
        storage=create_storage(f"sqlite:///{path}"),
        schemas=schemas,
        today=lambda: today,
        now=lambda: datetime.now(UTC),
    )
    return replace(runtime, geheimen=geheimen)
