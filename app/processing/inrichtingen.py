"""The inrichting of each gemeente, as last loaded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from app.domain.inrichting import Inrichting
from app.domain.inrichting_file import invalid
from app.domain.inrichting_merge import merge
from app.domain.inrichting_verschil import Verschil, verschillen
from app.domain.logboek import OPDRACHTREGEL, Handeling, Logregel, Wie
from app.domain.principal import Principal, Recht
from app.domain.refusals import NotFound, RoleNotAllowed
from app.inrichting.document import from_document, to_document
from app.inrichting.load import load
from app.inrichting.yaml_file import read_content
from app.processing.logboek import note
from app.processing.runtime import Runtime
from app.storage import inrichtingen as stored
from app.storage.logboek_zoeken import moments_of
from app.storage.wire import Answer

NEAR: Final = timedelta(seconds=30)
"""A load and its row in the logboek are of one transaction."""

INVOER: Final = "invoer"
"""What findings call a text that came without a name."""


class StateChanged(Exception):
    """The inrichting is not what it was when the change was looked at"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voorbeeld:
    """What loading a text would do. `versie`: the newest now, to be the newest still when it is loaded."""

    gemeente: str
    naam: str
    versie: int | None
    verschillen: tuple[Verschil, ...]
    namen: Inrichting


@dataclass(frozen=True, slots=True, kw_only=True)
class VersieInzicht:
    """A version: when and by whom it was loaded (None: no longer known), and what it changed."""

    nummer: int
    geladen_op: datetime
    door: str | None
    verschillen: tuple[Verschil, ...]


def find_inrichting(session: Session, runtime: Runtime, gemeente: str) -> Inrichting | None:
    """What the gemeente (CBS code) decided, None for one that the service does not know."""
    return ask_inrichting(session, runtime, gemeente).get()


def ask_inrichting(session: Session, runtime: Runtime, gemeente: str) -> Answer[Inrichting | None]:
    """The same, to be answered along with what is asked next."""
    newest = stored.ask_latest_versie(session, gemeente=gemeente)
    return newest.then(lambda versie: _parsed(session, runtime, gemeente, versie))


def _parsed(session: Session, runtime: Runtime, gemeente: str, versie: int | None) -> Inrichting | None:
    if versie is None:
        return None
    known = runtime.parsed_inrichtingen.get((gemeente, versie))
    if known is None:
        known = from_document(stored.document(session, gemeente=gemeente, versie=versie))
        runtime.parsed_inrichtingen[gemeente, versie] = known
    return known


def namen_of(session: Session, runtime: Runtime, gemeenten: Collection[str]) -> dict[str, str]:
    """The names of these gemeenten and of the aanbieders they know, by code."""
    namen: dict[str, str] = {}
    for gemeente in sorted(gemeenten):
        if inrichting := find_inrichting(session, runtime, gemeente):
            namen |= {one.agb: one.naam for one in inrichting.aanbieders}
            namen[gemeente] = inrichting.naam
    return {code: naam for code, naam in namen.items() if naam}


def all_inrichtingen(session: Session, runtime: Runtime) -> dict[str, Inrichting]:
    """Every gemeente that the service knows."""
    found = {gemeente: find_inrichting(session, runtime, gemeente) for gemeente in stored.gemeenten(session)}
    return {gemeente: inrichting for gemeente, inrichting in found.items() if inrichting is not None}


def load_files(runtime: Runtime, paths: Sequence[Path], *, door: Wie = OPDRACHTREGEL) -> list[str]:
    """Load inrichting files, all or none; the gemeenten of which something changed.

    Raises InrichtingInvalid with every error, by file and line.
    """
    return runtime.storage.run(lambda session: _load(session, runtime, paths, door))


def _load(session: Session, runtime: Runtime, paths: Sequence[Path], door: Wie) -> list[str]:
    current = all_inrichtingen(session, runtime)
    changed = {g: new for g, new in load(paths, current).items() if new != current.get(g)}
    for gemeente, inrichting in changed.items():
        stored.add_versie(session, gemeente=gemeente, document=to_document(inrichting), geladen_op=runtime.now())
    note(session, runtime, door, *(Logregel(handeling=Handeling.INRICHTING_GELADEN, object_id=g) for g in changed))
    return sorted(changed)


def seen_by(runtime: Runtime, principal: Principal) -> dict[str, Inrichting]:
    """The inrichtingen that somebody may look at, by gemeente: who manages the service all, others their own."""
    with runtime.storage.reading() as session:
        known = all_inrichtingen(session, runtime)
    if principal.may(Recht.BEHEER):
        return known
    return {gemeente: inrichting for gemeente, inrichting in known.items() if gemeente in principal.gemeenten}


def preview(runtime: Runtime, content: bytes) -> Voorbeeld:
    """What loading a text would change; nothing is kept. Raises InrichtingInvalid with every error, by line."""
    with runtime.storage.reading() as session:
        current, merged = _merged(session, runtime, content)
        versie = stored.latest_versie(session, gemeente=merged.gemeente)
    return Voorbeeld(
        gemeente=merged.gemeente,
        naam=merged.naam,
        versie=versie,
        verschillen=verschillen(current, merged),
        namen=merged,
    )


def load_previewed(runtime: Runtime, principal: Principal, content: bytes, *, versie: int | None) -> str:
    """Load a text that was looked at when `versie` was the newest; its gemeente.

    Raises StateChanged when another was loaded meanwhile, InrichtingInvalid, and RoleNotAllowed.
    """
    if not principal.may(Recht.BEHEER):
        raise RoleNotAllowed("Alleen beheer laadt een inrichting.")

    def work(session: Session) -> str:
        current, merged = _merged(session, runtime, content)
        gemeente = merged.gemeente
        if stored.latest_versie(session, gemeente=gemeente) != versie:
            raise StateChanged
        if merged != current:
            stored.add_versie(session, gemeente=gemeente, document=to_document(merged), geladen_op=runtime.now())
            note(session, runtime, principal, Logregel(handeling=Handeling.INRICHTING_GELADEN, object_id=gemeente))
        return gemeente

    return runtime.storage.run(work)


def versies_of(runtime: Runtime, gemeente: str, *, before: int | None, limit: int) -> list[VersieInzicht]:
    """The newest versions, each with what it changed in the one before it."""
    with runtime.storage.reading() as session:
        loads = stored.versies(session, gemeente=gemeente, before=before, limit=limit + 1)
        by = moments_of(session, object_id=gemeente, handeling=Handeling.INRICHTING_GELADEN)
        states = {nummer: _state(session, gemeente, nummer) for nummer, _ in loads}
        return [
            VersieInzicht(
                nummer=nummer,
                geladen_op=geladen_op,
                door=_nearest(by, geladen_op),
                verschillen=verschillen(states.get(nummer - 1), states[nummer]),
            )
            for nummer, geladen_op in loads[:limit]
        ]


def between(runtime: Runtime, gemeente: str, van: int, naar: int) -> tuple[tuple[Verschil, ...], Inrichting]:
    """What differs between two versions, and the second of them; raises NotFound."""
    with runtime.storage.reading() as session:
        second = _state(session, gemeente, naar)
        return verschillen(_state(session, gemeente, van), second), second


def version_of(runtime: Runtime, gemeente: str, versie: int | None) -> Inrichting:
    """A version, the newest unless it is said which; raises NotFound."""
    with runtime.storage.reading() as session:
        wanted = versie or stored.latest_versie(session, gemeente=gemeente)
        if wanted is None:
            raise NotFound("Deze gemeente heeft geen inrichting.")
        return _state(session, gemeente, wanted)


def newest_versie(runtime: Runtime, gemeente: str) -> int:
    """The number of the newest version, 0 when there is none."""
    with runtime.storage.reading() as session:
        return stored.latest_versie(session, gemeente=gemeente) or 0


def _merged(session: Session, runtime: Runtime, content: bytes) -> tuple[Inrichting | None, Inrichting]:
    read = read_content(content, INVOER)
    if read.given is None:
        raise invalid(read.findings)
    current = find_inrichting(session, runtime, read.given.gemeente)
    return current, merge(current, read.given)


def _state(session: Session, gemeente: str, versie: int) -> Inrichting:
    """An earlier version is not remembered: few look at it, and it stays what it is."""
    return from_document(stored.document(session, gemeente=gemeente, versie=versie))


def _nearest(loads: Sequence[tuple[datetime, str]], moment: datetime) -> str | None:
    near = [(abs(when - moment), wie) for when, wie in loads if abs(when - moment) <= NEAR]
    return min(near)[1] if near else None
