"""`iwmo demo`: a fresh service with a story in it, to look around in."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import socket
import sys
import tempfile
from datetime import date
from pathlib import Path

from app.api.toekenningen import ToekenningIn
from app.cli.listening import listen
from app.cli.stopping import leave_on_sigterm
from app.cli.subcommands import Subcommands, port
from app.domain.aflevering import AansluitingSoort
from app.domain.overgang import WEKEN, Omzetting
from app.domain.principal import Principal, Rol, aanbieder_partij
from app.main import create_app, create_runtime, prepare_database
from app.observability import configure_logging
from app.overgang.clients import open_clients
from app.processing.aansluitingen import connect
from app.processing.inrichtingen import load_files
from app.processing.keys import create_key, principal_of
from app.processing.overgang import convert_clients
from app.processing.personen import create_persoon
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.processing.toekenningen import create
from app.settings import PROJECT, Settings

DEMO_DAY = date(2018, 3, 1)
STORY = PROJECT / "fixtures" / "demo"
INRICHTINGEN = PROJECT / "fixtures" / "inrichting"
OVERGANG = PROJECT / "fixtures" / "overgang" / "drechtsteden-awbz.csv"

OPERATOR, AANBIEDER = "operator", "aanbieder"
AGB_B = "42420002"
BACK_OFFICE, AANBIEDER_A, AANBIEDER_B, BEHEER = "backoffice", "aanbieder-42420001", "aanbieder-42420002", "beheer"
STEPS = (
    (BACK_OFFICE, "1-toewijzing.xml"),
    (AANBIEDER_B, "2-toewijzing-retour.xml"),
    (AANBIEDER_B, "3-declaratie.xml"),
    (BACK_OFFICE, "4-toewijzing-twee-aanbieders.xml"),
)


TOLD = """\
Het verhaal: een consulent van Steenwijkerland (1708) kent 5 uur, 2 dagdelen en vervoer per week toe: € 990 per vier
weken, waarvan € 300 voor een tweede aanbieder; er gaan twee 301's uit. Een andere client krijgt 990 eenheden van € 1 en
4 etmalen kortdurend verblijf bij aanbieder 42420002. Die antwoordt met een 302 en declareert januari: 690 is toegekend,
400 past niet meer (er was 300 over) en staat met de reden in de 304. Dordrecht (0505) stuurt een 301 van release 2.1
voor twee aanbieders: elk krijgt een eigen 301 met alleen zijn deel. Vier clienten van Dordrecht zijn omgezet van
AWBZ-klasse naar arrangement. Wat voor aanbieder 42420001 is, komt ook als bestand in een map."""


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("demo", help="een verse dienst met voorbeelden, om in rond te kijken")
    parser.add_argument("--port", type=port, default=8000, help="poort (standaard 8000)")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    if not _is_free(arguments.port):
        print(f"iwmo: poort {arguments.port} is bezet; kies een andere met --port.", file=sys.stderr)
        return 2
    leaving = leave_on_sigterm()
    with tempfile.TemporaryDirectory(prefix="iwmo-demo-") as folder:
        settings = Settings(
            database_url=f"sqlite:///{folder}/demo.db",
            data_dir=Path(folder),
            today=Settings().today or DEMO_DAY,
            log_level="warning",
        )
        configure_logging(settings.log_format, settings.log_level)
        runtime = create_runtime(settings)
        prepare_database(runtime)
        keys = tell_story(runtime)
        people = {OPERATOR: let_operator_in(runtime), AANBIEDER: let_aanbieder_in(runtime)}
        connect_aanbieder(runtime, Path(folder))
        print(_welcome(arguments.port, settings, keys, people), flush=True)
        leaving.demand_not_told()
        with contextlib.suppress(KeyboardInterrupt):
            listen(create_app(settings, runtime), host="127.0.0.1", port=arguments.port, log_level=settings.log_level)
    return 0


def tell_story(runtime: Runtime) -> dict[str, str]:
    """Load both inrichtingen, make the keys, and let the parties send their messages; the keys by name."""
    paths = [INRICHTINGEN / "steenwijkerland-2018.yaml", *sorted((INRICHTINGEN / "drechtsteden-2016").glob("*.yaml"))]
    load_files(runtime, paths)
    keys = {
        BACK_OFFICE: create_key(runtime, rol=Rol.GEMEENTE, gemeenten=["1708", "0505"], naam=BACK_OFFICE),
        AANBIEDER_A: create_key(runtime, rol=Rol.AANBIEDER, aanbieders=["42420001"], naam=AANBIEDER_A),
        AANBIEDER_B: create_key(runtime, rol=Rol.AANBIEDER, aanbieders=["42420002"], naam=AANBIEDER_B),
        BEHEER: create_key(runtime, rol=Rol.BEHEER, naam=BEHEER),
    }
    principals: dict[str, Principal] = {name: principal_of(runtime, key) for name, key in keys.items()}
    for sender, file in STEPS:
        receive(runtime, principals[sender], (STORY / file).read_bytes())
    _decide(runtime, principals[BACK_OFFICE])
    return keys


def connect_aanbieder(runtime: Runtime, folder: Path) -> None:
    """Bring what is for the first aanbieder to a folder too: what was delivered there can be sent once more."""
    own = folder / AANBIEDER_A
    own.mkdir()
    connect(runtime, partij=aanbieder_partij("42420001"), soort=AansluitingSoort.MAP, adres=str(own))


def let_operator_in(runtime: Runtime) -> str:
    """Make a behandelaar of both gemeenten, who may log in on the pages; the password, made up for this demo."""
    wachtwoord = secrets.token_urlsafe(12)
    create_persoon(runtime, naam=OPERATOR, rol=Rol.BEHANDELAAR, gemeenten=["1708", "0505"], wachtwoord=wachtwoord)
    return wachtwoord


def let_aanbieder_in(runtime: Runtime) -> str:
    """Make a person of an aanbieder, who sees what is its own; the password, made up for this demo."""
    wachtwoord = secrets.token_urlsafe(12)
    create_persoon(runtime, naam=AANBIEDER, rol=Rol.AANBIEDER, aanbieders=[AGB_B], wachtwoord=wachtwoord)
    return wachtwoord


def _decide(runtime: Runtime, back_office: Principal) -> None:
    """A toekenning of Steenwijkerland, and the clients of Dordrecht converted from their AWBZ-klassen."""
    asked = ToekenningIn.model_validate_json((STORY / "0-toekenning.json").read_bytes())
    create(runtime, back_office, asked.toekenning, answer=lambda view: view.record.id)
    omzetting = Omzetting(gemeente="0505", vanaf=date(2016, 1, 1), weken=WEKEN)
    for _ in convert_clients(runtime, omzetting, open_clients(OVERGANG).clients(), proef=False):
        pass  # each outcome stands in the database now


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def _welcome(port: int, settings: Settings, keys: dict[str, str], people: dict[str, str]) -> str:
    base = f"http://127.0.0.1:{port}"
    shown = "\n".join(f"  {name:20} {key}" for name, key in keys.items())
    return f"""
De demo draait op {base}, met {settings.today} als vandaag. Stoppen: Ctrl-C; daarna is alles weg.

Log in op {base} als `{OPERATOR}` (behandelaar van beide gemeenten) met wachtwoord {people[OPERATOR]}
of als `{AANBIEDER}` (iemand van aanbieder {AGB_B}, die alleen het eigene ziet) met wachtwoord {people[AANBIEDER]}

Sleutels:
{shown}

{TOLD}

{_to_try(base, keys)}

De beschrijving van de API: {base}/docs
"""


def _to_try(base: str, keys: dict[str, str]) -> str:
    return f"""\
Kijk rond (in een ander venster):
  B={base}
  SLEUTEL={keys[BACK_OFFICE]}
  curl -H "Authorization: Bearer $SLEUTEL" $B/v1/berichten
  curl -H "Authorization: Bearer $SLEUTEL" $B/v1/toewijzingen/1708/1001/budget
  curl -H "Authorization: Bearer $SLEUTEL" $B/v1/declaraties
  curl -H "Authorization: Bearer $SLEUTEL" "$B/v1/toewijzingen?aanbieder=42420001"
  curl -H "Authorization: Bearer $SLEUTEL" $B/v1/rapportages/termijnen

Reken zelf een budget uit:
  curl -H "Authorization: Bearer $SLEUTEL" -H "Content-Type: application/json" $B/v1/budgetberekeningen \\
    --data '{{"gemeente": "1708", "peildatum": "2018-01-01", "etmalen": {{"product": "04A01", "aantalPerPeriode": 4}}}}'

Declareer zelf, als aanbieder: een credit, een lagere debetregel en een regel die één euro te hoog is.
  AANBIEDER={keys[AANBIEDER_B]}
  curl -H "Authorization: Bearer $AANBIEDER" -H "Content-Type: application/xml" \\
       --data-binary @{os.path.relpath(STORY)}/5-declaratie-volgende-periode.xml $B/v1/berichten
  curl -H "Authorization: Bearer $AANBIEDER" $B/v1/postbus"""
