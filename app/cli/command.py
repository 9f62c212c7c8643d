"""`iwmo <command>`: which commands there are, and how their errors reach a person."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.cli import (
    aansluiting,
    audit,
    budget,
    check,
    database,
    demo,
    inrichting,
    keys,
    operator,
    overgang,
    retention,
    schemas,
    serve,
    worker,
)
from app.domain.refusals import Refusal
from app.iwmo.schema_files import SchemasUnusable
from app.main import DatabaseUnreachable, DatabaseUnsafe, SchemaOutdated, SettingsUnsafe
from app.observability import configure_logging
from app.settings import Settings
from app.storage.alone import NotAlone, is_database_url

COMMANDS = (
    serve,
    worker,
    demo,
    check,
    database,
    inrichting,
    keys,
    operator,
    aansluiting,
    schemas,
    budget,
    overgang,
    audit,
    retention,
)
UNUSABLE = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit status. 2 when the command line or the input is unusable."""
    parser = argparse.ArgumentParser(prog="iwmo", description="De iWmo-berichtenservice.")
    commands = parser.add_subparsers(title="commando's", required=True, metavar="commando")
    for module in COMMANDS:
        module.add_to(commands)
    arguments = parser.parse_args(argv)
    try:
        _configure()
        return arguments.run(arguments)
    except (SettingsError, ValidationError) as error:
        return _unusable(*(f"de instelling {name} klopt niet" for name in _wrong_settings(error)))
    except (
        Refusal,
        SchemasUnusable,
        SchemaOutdated,
        SettingsUnsafe,
        DatabaseUnreachable,
        DatabaseUnsafe,
        NotAlone,
    ) as error:
        return _unusable(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on: nothing to say at the exit
        return UNUSABLE
    except OSError as error:
        return _unusable(f"{error.filename}: {error.strerror}")
    except KeyboardInterrupt:
        return INTERRUPTED


def _configure() -> None:
    settings = Settings()
    if not is_database_url(settings.database_url):
        raise SettingsUnsafe("de instelling IWMO_DATABASE_URL klopt niet")
    configure_logging(settings.log_format, settings.log_level)


def _unusable(*texts: str) -> int:
    for text in texts:
        print(f"iwmo: {text}", file=sys.stderr)
    return UNUSABLE


def _wrong_settings(error: SettingsError | ValidationError) -> Sequence[str]:
    """The names of what could not be read; never what it was."""
    if isinstance(error, ValidationError):
        return [_setting(part["loc"]) for part in error.errors()]
    return [_setting((name,)) for name in Settings.model_fields if f'"{name}"' in str(error)]


def _setting(place: tuple[int | str, ...]) -> str:
    return f"IWMO_{'_'.join(map(str, place)).upper()}"
