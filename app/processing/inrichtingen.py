"""The inrichting of each gemeente, as last loaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from app.domain.inrichting import Inrichting
from app.domain.logboek import OPDRACHTREGEL, Handeling, Logregel, Wie
from app.inrichting.document import from_document, to_document
from app.inrichting.load import load
from app.processing.logboek import note
from app.processing.runtime import Runtime
from app.storage import inrichtingen as stored


def find_inrichting(session: Session, runtime: Runtime, gemeente: str) -> Inrichting | None:
    """What the gemeente (CBS code) decided, None for one that the service does not know."""
    versie = stored.latest_versie(session, gemeente=gemeente)
    if versie is None:
        return None
    known = runtime.parsed_inrichtingen.get((gemeente, versie))
    if known is None:
        known = from_document(stored.document(session, gemeente=gemeente, versie=versie))
        runtime.parsed_inrichtingen[gemeente, versie] = known
    return known


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
