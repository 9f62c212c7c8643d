"""`iwmo key`: make, list, change and revoke what software comes in with, also while the service runs."""

from __future__ import annotations

import argparse
import sys
from datetime import date, datetime, time, timedelta

from rich.table import Column, Table
from rich.text import Text

from app.cli.console import output
from app.cli.subcommands import Subcommands
from app.cli.who import command_line_user
from app.domain.principal import MACHINES, Recht, Rol, Wijze
from app.main import opened_runtime
from app.processing.key_digests import is_sealed
from app.processing.key_grants import Grant
from app.processing.keys import all_keys, issue_key, register, revoke, rotate_key
from app.processing.runtime import Runtime
from app.settings import AMSTERDAM, Settings
from app.storage.keys import KeyRecord

DAYS_BESIDE = 14
LEAST_WIDTH = 150
"""Characters of the list: narrower, its words would be broken."""


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("key", help="toegang voor software: sleutels, OAuth-clients en certificaten")
    actions = parser.add_subparsers(title="acties", required=True, metavar="actie")
    _add_create(actions)
    actions.add_parser("list", help="tonen wat er is, met einde en laatste gebruik").set_defaults(run=_list)
    rotate = actions.add_parser("rotate", help="een sleutel vervangen; de oude werkt nog even")
    rotate.add_argument("keyid", metavar="KEYID")
    rotate.add_argument(
        "--overlap",
        type=_days,
        default=timedelta(days=DAYS_BESIDE),
        metavar="N",
        help=f"hoeveel dagen de oude nog werkt (standaard {DAYS_BESIDE})",
    )
    _add_end(rotate)
    rotate.set_defaults(run=_rotate)
    revoke_key = actions.add_parser("revoke", help="intrekken; dat werkt meteen")
    revoke_key.add_argument("keyid", metavar="KEYID")
    revoke_key.set_defaults(run=_revoke)


def _add_create(actions: Subcommands) -> None:
    create = actions.add_parser(
        "create", help="een sleutel maken, die alleen op de laatste regel staat; of een client of certificaat toelaten"
    )
    create.add_argument("--role", required=True, choices=sorted(MACHINES), help="waarvoor het is")
    create.add_argument("--gemeente", action="append", default=[], metavar="CODE", help="gemeentecode, herhaalbaar")
    create.add_argument("--agb", action="append", default=[], metavar="AGB", help="AGB-code, herhaalbaar")
    create.add_argument("--name", default="", metavar="NAAM", help="wie of wat het gebruikt")
    create.add_argument(
        "--recht",
        action="append",
        type=Recht,
        choices=sorted(Recht),
        metavar="RECHT",
        help=f"alleen dit recht, herhaalbaar (standaard alle van de rol): {', '.join(sorted(Recht))}",
    )
    create.add_argument(
        "--network", action="append", default=[], metavar="CIDR", help="alleen vanuit dit netwerk, herhaalbaar"
    )
    create.add_argument("--starts", type=_morning, metavar="DATUM", help="werkt vanaf deze dag (standaard meteen)")
    _add_end(create)
    known_by = create.add_mutually_exclusive_group()
    known_by.add_argument(
        "--oauth-client", nargs=2, metavar=("UITGEVER", "SUBJECT"), help="geen sleutel, maar deze OAuth-client"
    )
    known_by.add_argument(
        "--certificate", metavar="VINGERAFDRUK|OIN", help="geen sleutel, maar dit certificaat (SHA-256, of OIN)"
    )
    create.set_defaults(run=_create)


def _add_end(parser: argparse.ArgumentParser) -> None:
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--expires", type=_evening, metavar="DATUM", help="werkt tot en met deze dag, hoogstens een jaar")
    end.add_argument("--days", type=_days, metavar="N", help="werkt zoveel dagen (standaard 365)")


def _create(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        grant = Grant(
            rol=Rol(arguments.role),
            gemeenten=frozenset(arguments.gemeente),
            aanbieders=frozenset(arguments.agb),
            naam=arguments.name,
            rechten=frozenset(arguments.recht) if arguments.recht else None,
            netwerken=tuple(arguments.network),
            vanaf=arguments.starts,
            tot=_end(runtime, arguments),
        )
        door = command_line_user()
        if arguments.oauth_client:
            print(register(runtime, grant, wijze=Wijze.TOKEN, kenmerk="|".join(arguments.oauth_client), door=door))
        elif arguments.certificate:
            print(register(runtime, grant, wijze=Wijze.CERTIFICAAT, kenmerk=arguments.certificate, door=door))
        else:
            _show(issue_key(runtime, grant, door=door))
    return 0


def _rotate(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        tot = _end(runtime, arguments)
        key = rotate_key(runtime, arguments.keyid, tot=tot, overlap=arguments.overlap, door=command_line_user())
        old = next(record for record in all_keys(runtime) if record.keyid == arguments.keyid)
    print(f"De oude sleutel {old.keyid} werkt nog tot {_moment(old.verloopt_op)}.", file=sys.stderr)
    _show(key)
    return 0


def _show(key: str) -> None:
    print("Bewaar deze sleutel; hij wordt maar één keer getoond:", file=sys.stderr)
    print(key)


NOT_OURS = "werkt niet: zegel klopt niet"


def _list(_arguments: argparse.Namespace) -> int:
    table = Table(
        Column("keyid", no_wrap=True, min_width=16),
        *("rol", "voor", "naam", "kenmerk", "rechten", "netwerken", "verloopt", "laatst gebruikt", "stand"),
    )
    with opened_runtime(Settings()) as runtime:
        keys, now = all_keys(runtime), runtime.now()
    for key in keys:
        table.add_row(
            key.keyid,
            key.rol,
            " ".join(sorted(key.gemeenten | key.aanbieders)),
            Text(key.naam),
            Text(key.kenmerk or key.wijze),
            "alle" if key.rechten is None else " ".join(sorted(key.rechten)),
            " ".join(key.netwerken),
            _moment(key.verloopt_op),
            _moment(key.laatst_gebruikt),
            _stand(key, now) if key.ingetrokken_op or is_sealed(runtime.geheimen, key) else NOT_OURS,
        )
    console = output()
    console.print(table, width=max(console.width, LEAST_WIDTH), crop=False)
    return 0


def _stand(key: KeyRecord, now: datetime) -> str:
    if key.ingetrokken_op is not None:
        return f"ingetrokken {_moment(key.ingetrokken_op)}"
    if now >= key.verloopt_op:
        return "verlopen"
    return "werkt" if now >= key.geldig_vanaf else f"werkt vanaf {_moment(key.geldig_vanaf)}"


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}" if moment else ""


def _revoke(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        revoked = revoke(runtime, arguments.keyid, door=command_line_user())
    if not revoked:
        print(f"iwmo: er is geen werkende sleutel {arguments.keyid}.", file=sys.stderr)
        return 1
    print(f"Sleutel {arguments.keyid} is ingetrokken.")
    return 0


def _end(runtime: Runtime, arguments: argparse.Namespace) -> datetime | None:
    begin = getattr(arguments, "starts", None) or runtime.now()
    return begin + arguments.days if arguments.days else arguments.expires


def _morning(text: str) -> datetime:
    """The beginning of a day in Amsterdam."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), AMSTERDAM)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is geen datum, zoals 2027-01-31") from None


def _evening(text: str) -> datetime:
    """The end of a day in Amsterdam."""
    return _morning(text) + timedelta(days=1)


def _days(text: str) -> timedelta:
    if not text.isdecimal() or int(text) not in range(1, 367):
        raise argparse.ArgumentTypeError("een aantal dagen is een getal van 1 tot en met 366")
    return timedelta(days=int(text))
