"""`iwmo operator`: people who log in, also while the service runs."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass

from rich.table import Column, Table
from rich.text import Text

from app.cli.console import output
from app.cli.subcommands import Subcommands
from app.cli.who import command_line_user
from app.domain.persoon import naam_of
from app.domain.principal import PERSONEN, VAN_AANBIEDER, Rol
from app.domain.refusals import InvalidInput
from app.main import opened_runtime
from app.processing.oidc import PREFIX
from app.processing.personen import Persoon, all_personen, create_link, create_persoon, let_in, log_out, unlock
from app.processing.runtime import Runtime
from app.settings import AMSTERDAM, Settings

FIRST = "Er kan nog niemand inloggen. De eerste beheerder: iwmo operator create NAAM --rol beheer --link"
"""What a service without people says when it starts."""

OFF = "let op: IWMO_LOCAL_LOGIN staat uit; deze persoon kan pas inloggen als het weer aan staat."

LOCAL = "http://127.0.0.1:8000"


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("operator", help="mensen die inloggen")
    actions = parser.add_subparsers(title="acties", required=True, metavar="actie")
    create = actions.add_parser("create", help="iemand laten inloggen; zijn wachtwoord wordt gevraagd")
    create.add_argument("naam", metavar="NAAM", help="de inlognaam")
    create.add_argument("--rol", choices=sorted(PERSONEN), help="(behandelaar)")
    create.add_argument("--gemeente", action="append", default=[], metavar="CODE", help="gemeentecode, herhaalbaar")
    for rol in sorted(VAN_AANBIEDER):
        text = f"AGB-code van de {rol} waar hij werkt, herhaalbaar; zijn rol is dan {rol}"
        create.add_argument(f"--{rol}", action="append", default=[], metavar="CODE", help=text)
    ways = create.add_mutually_exclusive_group()
    ways.add_argument("--password-stdin", action="store_true", help="het wachtwoord staat op de standaardinvoer")
    ways.add_argument("--link", action="store_true", help="een link tonen waarmee hij het zelf kiest")
    _add_url(create)
    create.set_defaults(run=_create)
    actions.add_parser("list", help="iedereen tonen").set_defaults(run=_list)
    _add_one(actions, "disable", "niet meer laten inloggen; zijn sessies eindigen meteen").set_defaults(run=_disable)
    _add_one(actions, "enable", "weer laten inloggen").set_defaults(run=_enable)
    _add_one(actions, "unlock", "na te veel mislukte pogingen weer laten inloggen").set_defaults(run=_unlock)
    _add_one(actions, "logout", "zijn sessies meteen beëindigen, ook van wie met het werkaccount inlogde").set_defaults(
        run=_logout
    )
    link = _add_one(actions, "link", "een link om een wachtwoord te kiezen: een half uur, één keer")
    link.add_argument("--reset-totp", action="store_true", help="de link wist ook de tweede factor")
    _add_url(link)
    link.set_defaults(run=_link)


def _add_one(actions: Subcommands, name: str, text: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text)
    parser.add_argument("naam", metavar="NAAM", help="de inlognaam")
    return parser


def _add_url(parser: argparse.ArgumentParser) -> None:
    text = f"waar de dienst te vinden is (IWMO_PUBLIC_URL, anders {LOCAL})"
    parser.add_argument("--url", metavar="URL", help=text)


def _create(arguments: argparse.Namespace) -> int:
    wachtwoord = None if arguments.link else _asked_wachtwoord(from_stdin=arguments.password_stdin)
    rol = _rol_of(arguments)
    with opened_runtime(Settings()) as runtime:
        naam = create_persoon(
            runtime,
            naam=arguments.naam,
            rol=rol,
            gemeenten=arguments.gemeente,
            aanbieders=arguments.aanbieder + arguments.servicebureau,
            wachtwoord=wachtwoord,
            door=command_line_user(),
        )
        print(f"{naam} kan inloggen ({rol}).", file=sys.stderr)
        _warn()
        if arguments.link:
            _print_link(runtime, naam, arguments.url, wist_totp=False)
    return 0


def _rol_of(arguments: argparse.Namespace) -> Rol:
    """The role that is named, or that follows from where somebody works."""
    works_at = [rol for rol in sorted(VAN_AANBIEDER) if getattr(arguments, rol)]
    named = {*works_at, *([Rol(arguments.rol)] if arguments.rol else [])}
    if len(named) > 1:
        raise InvalidInput(f"Een persoon heeft één rol, en hier staan er meer: {', '.join(sorted(named))}.")
    return named.pop() if named else Rol.BEHANDELAAR


def _list(_arguments: argparse.Namespace) -> int:
    table = Table(Column("naam", no_wrap=True), "rol", "voor", "stand", "tweede factor", "laatst ingelogd")
    with opened_runtime(Settings()) as runtime:
        for persoon in all_personen(runtime):
            record = persoon.record
            table.add_row(
                Text(record.naam),
                record.rol,
                " ".join(sorted(record.gemeenten | record.aanbieders)),
                _state(persoon),
                "ja" if record.totp_geheim is not None else "nee",
                f"{record.ingelogd_op.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}" if record.ingelogd_op else "",
            )
    output().print(table)
    return 0


def _state(persoon: Persoon) -> str:
    if not persoon.record.actief:
        return "uitgezet"
    if persoon.op_slot_tot is not None:
        return f"op slot tot {persoon.op_slot_tot.astimezone(AMSTERDAM):%H:%M}"
    return "actief" if persoon.record.wachtwoord_hash is not None else "zonder wachtwoord"


def _disable(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        done = let_in(runtime, naam_of(arguments.naam), actief=False, door=command_line_user())
    return _told(arguments.naam, "kan niet meer inloggen.", done=done)


def _enable(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        done = let_in(runtime, naam_of(arguments.naam), actief=True, door=command_line_user())
    return _told(arguments.naam, "kan weer inloggen.", done=done)


def _unlock(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        done = unlock(runtime, naam_of(arguments.naam), door=command_line_user())
    return _told(arguments.naam, "is van het slot.", done=done)


def _logout(arguments: argparse.Namespace) -> int:
    naam: str = arguments.naam if arguments.naam.startswith(PREFIX) else naam_of(arguments.naam)
    with opened_runtime(Settings()) as runtime:
        ended = log_out(runtime, naam, door=command_line_user())
    print(f"{ended} {'sessie' if ended == 1 else 'sessies'} van {naam} beëindigd.")
    return 0


def _link(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        _print_link(runtime, naam_of(arguments.naam), arguments.url, wist_totp=arguments.reset_totp)
    return 0


def _told(naam: str, what: str, *, done: bool) -> int:
    if not done:
        print(f"iwmo: er is geen persoon {naam}.", file=sys.stderr)
        return 1
    print(f"{naam_of(naam)} {what}")
    return 0


def _print_link(runtime: Runtime, naam: str, url: str | None, *, wist_totp: bool) -> None:
    token = create_link(runtime, naam, wist_totp=wist_totp, door=command_line_user())
    _warn()
    base = url or Settings().public_url or LOCAL
    print("Geef deze link aan de persoon zelf; hij werkt een half uur, één keer:", file=sys.stderr)
    print(f"{base.rstrip('/')}/instellen/{token}")


def _warn() -> None:
    """Say it when nobody can log in with a password as the service is set up."""
    if not Settings().local_login:
        print(f"iwmo: {OFF}", file=sys.stderr)


def _asked_wachtwoord(*, from_stdin: bool) -> str:
    """The password from the first line of standard input, or typed twice."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidInput("Er is geen toetsenbord om een wachtwoord te vragen: gebruik --password-stdin of --link.")
    first = getpass("Wachtwoord (ten minste 12 tekens): ")
    if first != getpass("Nog een keer: "):
        raise InvalidInput("Dat was niet twee keer hetzelfde wachtwoord.")
    return first
