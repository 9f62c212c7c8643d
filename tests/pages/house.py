"""A service on a port of 127.0.0.1, with people who are logged in already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import text

from app.cli.demo import DEMO_DAY, connect_aanbieder, tell_story
from app.domain.persoon import Fase
from app.domain.principal import Herkomst, Rol
from app.main import create_app, create_runtime, prepare_database
from app.processing.personen import create_persoon
from app.processing.runtime import Runtime
from app.processing.sessies import Vanaf, Wie, begin
from app.settings import Settings
from tests.e2e.instances import listening
from tests.e2e.service import drain

COOKIE = "iwmo-lokaal"
PATIENCE_MS = 60_000
"""How long a browser waits for what a busy machine may do later."""

WACHTWOORD = "een lange zin is goed"
GEMEENTEN = ("0505", "1708")
OF_A_GEMEENTE = frozenset({Rol.BEHANDELAAR, Rol.LEZER})
PEOPLE = {Rol.BEHANDELAAR: "operator", Rol.LEZER: "meekijker", Rol.BEHEER: "beheerder", Rol.AUDITOR: "controleur"}


@dataclass(frozen=True)
class House:
    """A service in this process, and where a browser finds it."""

    runtime: Runtime
    url: str

    def value(self, query: str) -> str:
        """The one value that a query of the database gives."""
        with self.runtime.storage.reading() as session:
            return str(session.execute(text(query)).scalar_one())

    def change(self, statement: str, **values: object) -> int:
        """Change rows behind the back of the service; how many there were."""
        return self.runtime.storage.run(lambda session: session.execute(text(statement), values).rowcount)  # type: ignore[attr-defined]

    def log_in(self, context: BrowserContext, rol: Rol, *, fase: Fase = Fase.INGELOGD) -> None:
        """Give a browser the session of the person with this role."""
        gemeenten = frozenset(GEMEENTEN) if rol in OF_A_GEMEENTE else frozenset[str]()
        self.come_in(context, Wie(PEOPLE[rol], rol.value, gemeenten), fase=fase)

    def come_in(self, context: BrowserContext, wie: Wie, *, fase: Fase = Fase.INGELOGD) -> None:
        """Give a browser a session of somebody."""
        herkomst = Herkomst(adres="127.0.0.1", trace_id="1" * 32, span_id="1" * 16)
        cookie = self.runtime.storage.run(
            lambda session: begin(session, self.runtime, wie, Vanaf("127.0.0.1", "toets", herkomst), fase=fase)
        )
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": self.url}])

    def open(
        self, browser: Browser, rol: Rol | None = None, *, width: int = 1280, script: bool = True
    ) -> BrowserContext:
        """A browser of somebody's own, at this service."""
        viewport = {"width": width, "height": 900}
        context = browser.new_context(base_url=self.url, viewport=viewport, java_script_enabled=script)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        if rol is not None:
            self.log_in(context, rol)
        return context


@contextmanager
def a_house(folder: Path, today: date = DEMO_DAY) -> Iterator[House]:
    """A service without data but with a person of every role, until the end of the block."""
    settings = Settings(
        database_url=f"sqlite:///{folder}/iwmo.db", data_dir=folder, today=today, log_level="error", worker=False
    )
    runtime = create_runtime(settings)
    prepare_database(runtime)
    for rol, naam in PEOPLE.items():
        of = list(GEMEENTEN) if rol in OF_A_GEMEENTE else []
        create_persoon(runtime, naam=naam, rol=rol, gemeenten=of, wachtwoord=WACHTWOORD)
    with listening(create_app(settings, runtime)) as port:
        yield House(runtime, f"http://127.0.0.1:{port}")
    runtime.storage.close()


@contextmanager
def a_demo(folder: Path) -> Iterator[House]:
    """The same with the story of the demo, of which all work is done."""
    with a_house(folder) as house:
        tell_story(house.runtime)
        connect_aanbieder(house.runtime, folder)
        drain(house.runtime)
        yield house
