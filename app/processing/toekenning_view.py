"""A toekenning as the gemeente looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.logboek import Handeling
from app.domain.principal import Principal
from app.domain.refusals import NotFound
from app.processing.logboek import viewing
from app.processing.runtime import Runtime
from app.storage.berichten import BerichtRecord, berichten_by_id
from app.storage.toekenningen import ToekenningRecord, find_toekenning
from app.storage.toewijzingen import ToewijzingRecord, find_toewijzing_record
from app.storage.zicht import Zicht


@dataclass(frozen=True, slots=True, kw_only=True)
class ToekenningView:
    """A toekenning as the gemeente looks at it, with its toewijzingen and 301s as they are now."""

    record: ToekenningRecord
    toewijzingen: tuple[ToewijzingRecord, ...]
    berichten: tuple[BerichtRecord, ...]


def view_toekenning(
    runtime: Runtime,
    principal: Principal,
    zicht: Zicht,
    id: str,
    *,
    as_: Handeling = Handeling.TOEKENNING_BEKEKEN,
) -> ToekenningView:
    """A toekenning of one of the gemeenten that may be seen, `as_` what; NotFound when there is none with this id."""
    with viewing(runtime, principal, as_, object_id=id) as inzage:
        found = find_toekenning(inzage.session, id=id, gemeenten=zicht.gemeenten)
        if found is None:
            raise NotFound("Er is geen toekenning met dit id.")
        inzage.about(bsns=(found.toekenning.client.bsn,))
        view = view_of(inzage.session, found)
    return view


def view_of(session: Session, record: ToekenningRecord) -> ToekenningView:
    """The toekenning with what became of it."""
    gemeente = record.toekenning.gemeente
    zicht = Zicht(gemeenten=frozenset({gemeente}))
    toewijzingen = (
        find_toewijzing_record(session, zicht=zicht, gemeente=gemeente, nummer_or_sleutel=uitgegeven.sleutel)
        for uitgegeven in record.toewijzingen
    )
    ids = [uitgegeven.bericht_id for uitgegeven in record.toewijzingen]
    return ToekenningView(
        record=record,
        toewijzingen=tuple(toewijzing for toewijzing in toewijzingen if toewijzing is not None),
        berichten=tuple(berichten_by_id(session, ids=ids, zicht=zicht)),
    )
