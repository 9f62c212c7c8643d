"""The beschikking of a toekenning, as it was when it was granted."""

from __future__ import annotations

from app.domain.beschikking import BeschikkingInhoud
from app.domain.beschikking_inhoud import inhoud_of
from app.domain.inrichting import Inrichting
from app.domain.logboek import Handeling
from app.domain.principal import Principal
from app.domain.toekenning import Deel
from app.processing.inrichtingen import find_inrichting
from app.processing.runtime import Runtime
from app.processing.toekenning_view import ToekenningView, view_toekenning
from app.storage.zicht import Zicht


def beschikking_of(runtime: Runtime, principal: Principal, zicht: Zicht, id: str) -> BeschikkingInhoud:
    """What the beschikking says. Raises NotFound unless the toekenning is of a gemeente that the asker stands for."""
    view = view_toekenning(runtime, principal, zicht, id, as_=Handeling.BESCHIKKING_BEKEKEN)
    toekenning = view.record.toekenning
    with runtime.storage.reading() as session:
        inrichting = find_inrichting(session, runtime, toekenning.gemeente)
    known = inrichting or Inrichting(gemeente=toekenning.gemeente)
    return inhoud_of(toekenning, view.record.berekening, _delen(view), known)


def _delen(view: ToekenningView) -> list[Deel]:
    """What each aanbieder got then: the versions that its own 301s gave; later splits and changes do not count."""
    record = view.record
    first = record.toewijzingen[: 1 if record.toekenning.tweede is None or record.onderaannemer else 2]
    by_bericht = {
        versie.bericht_id: Deel(toewijzing.aanbieder, versie.versie.omvang.volume)
        for toewijzing in view.toewijzingen
        for versie in toewijzing.versies
        if versie.versie.omvang is not None
    }
    return [by_bericht[uitgegeven.bericht_id] for uitgegeven in first]
