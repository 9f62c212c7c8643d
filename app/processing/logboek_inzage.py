"""Who did or saw something, for who may look in the logboek; looking is written down too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy.orm import Session

from app.domain.logboek import Handeling, LogRecord
from app.domain.principal import Principal, Recht, Rol
from app.domain.refusals import NotFound, RoleNotAllowed
from app.processing.logboek import clients_by_every_key, text_of, viewing
from app.processing.runtime import Runtime
from app.storage.logboek_zoeken import (
    PERSOON,
    Found,
    LogFilters,
    berichten_about,
    gemeenten_of_actors,
    gemeenten_of_objects,
    has_toewijzing,
    is_client_of,
    keys_named,
    names_of_keys,
    rows_about,
    rows_before,
    soorten_of_berichten,
)

MOST_BERICHTEN: Final = 1_000
AT_ONCE: Final = 500
ROUNDS: Final = 4
"""So many rows, so many times, are gone through for one page; then the reader may ask to go on."""

OBJECTEN: Final = ("bericht", "toewijzing", "declaratie", "toekenning")
"""What the logboek may be asked about besides a client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogVraag:
    """The rows about a client or one object, else every row; `wie`: a login name, or the id or name of a key."""

    bsn: str | None = field(default=None, repr=False)
    object: tuple[str, str] | None = None
    wie: str | None = None
    filters: LogFilters = field(default_factory=LogFilters)

    @property
    def has_subject(self) -> bool:
        """Whether it is about a client or an object."""
        return self.bsn is not None or self.object is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Rows, newest first; the next page is what comes `before` the `cursor` (None: there is none).

    `namen`: what the keys are called; `soorten`: of which soort the berichten are.
    """

    records: list[LogRecord]
    cursor: str | None
    namen: Mapping[str, str]
    soorten: Mapping[str, str | None]


def sees_all(principal: Principal) -> bool:
    """Whether somebody sees the logboek of the whole service: an auditor, or who manages it."""
    return principal.rol is Rol.BEHEER or principal.may(Recht.LOGBOEK_LEZEN)


def viewed(
    runtime: Runtime, principal: Principal, vraag: LogVraag, *, before: str | None = None, limit: int = 50
) -> LogPage:
    """What was done with and seen of a client or an object: an auditor and beheer see all of it.

    Others see what has to do with their own gemeente, of a client or an object of that gemeente. Of a client it is also
    what was done with the berichten about it. Raises RoleNotAllowed, NotFound for an object of another gemeente, and
    DatabaseUnavailable when the look itself cannot be written down.
    """
    whole = sees_all(principal)
    if not whole and not (principal.may(Recht.INZAGE_LEZEN) and vraag.has_subject):
        raise RoleNotAllowed("Alleen een auditor of beheerder ziet het hele logboek.")
    about = vraag.object[1] if vraag.object else None
    with viewing(runtime, principal, Handeling.LOGBOEK_BEKEKEN, object_id=about) as inzage:
        looking = _Looking(inzage.session, runtime, principal, vraag, whole)
        found = looking.page(before, limit)
        page = LogPage(
            records=found.records,
            cursor=found.onward,
            namen=names_of_keys(inzage.session, {one.wie for one in found.records}),
            soorten=soorten_of_berichten(
                inzage.session, {one.object_id for one in found.records if one.object_id and _is_bericht(one)}
            ),
        )
        inzage.about(bsns=() if vraag.bsn is None else (vraag.bsn,), aantal=len(found.records))
    return page


@dataclass(frozen=True, slots=True)
class _Looking:
    session: Session
    runtime: Runtime
    principal: Principal
    vraag: LogVraag
    whole: bool

    def page(self, before: str | None, limit: int) -> Found:
        """At most `limit` rows that may be seen, and where the next page begins."""
        fetch, visible = self._source(), self._visible if self._narrowed else _every
        kept: list[LogRecord] = []
        for _ in range(ROUNDS):
            found = fetch(before, AT_ONCE if self._narrowed or self.vraag.has_subject else limit + 1)
            kept += visible(found.records)
            before = found.onward
            if len(kept) > limit:
                return Found(kept[:limit], kept[limit - 1].id)
            if before is None or not (self._narrowed or self.vraag.has_subject):
                break
        return Found(kept, before)

    @property
    def _narrowed(self) -> bool:
        """Whether rows of others are to be taken out."""
        return not self.whole and self.vraag.object is None

    def _source(self) -> Callable[[str | None, int], Found]:
        session, filters = self.session, self._filters()
        texts = (filters.van and text_of(filters.van), filters.tot and text_of(filters.tot))
        if not self.vraag.has_subject:
            return lambda before, limit: rows_before(session, filters, texts=texts, before=before, limit=limit)
        clients, objects = self._subject()
        return lambda before, limit: rows_about(
            session, filters, texts=texts, clients=clients, object_ids=objects, before=before, limit=limit
        )

    def _filters(self) -> LogFilters:
        """With the actor as the logboek has it; a name may be that of a person or of keys."""
        wie = self.vraag.wie
        if wie is None:
            return self.vraag.filters
        keys = keys_named(self.session, wie)
        return replace(self.vraag.filters, wie=frozenset({wie, f"{PERSOON}{wie}", *keys}))

    def _subject(self) -> tuple[list[str], list[str]]:
        """The names that the client has in the logboek, and the objects to look at."""
        gemeenten = None if self.whole else self.principal.gemeenten
        if self.vraag.object is not None:
            if not self.whole:
                self._demand_own(*self.vraag.object)
            return [], [self.vraag.object[1]]
        bsn = self.vraag.bsn or ""
        if gemeenten is not None and not is_client_of(self.session, bsn=bsn, gemeenten=gemeenten):
            return [], []
        berichten = berichten_about(self.session, bsn=bsn, gemeenten=gemeenten, limit=MOST_BERICHTEN)
        return clients_by_every_key(self.runtime, bsn), berichten

    def _demand_own(self, soort: str, id: str) -> None:
        gemeente = gemeenten_of_objects(self.session, [(soort, id)]).get((soort, id))
        there = soort != "toewijzing" or has_toewijzing(
            self.session, gemeente=gemeente or "", sleutel=id.partition("/")[2]
        )
        if gemeente not in self.principal.gemeenten or not there:
            raise NotFound("Dit bestaat niet.")

    def _visible(self, records: list[LogRecord]) -> list[LogRecord]:
        """Those about an object of the own gemeente, and what its own people and keys did without naming one.

        That an auditor or beheer looked in the logboek tells nothing of another gemeente either.
        """
        own = self.principal.gemeenten
        objects = gemeenten_of_objects(
            self.session, [(one.object_soort, one.object_id) for one in records if one.object_id]
        )
        actors = gemeenten_of_actors(self.session, {one.wie for one in records if not one.object_id})

        def is_own(one: LogRecord) -> bool:
            if one.object_id is not None:
                return objects.get((one.object_soort, one.object_id)) in own
            looked = one.object_soort == "logboek" and one.rol in {Rol.AUDITOR, Rol.BEHEER}
            return looked or one.wie == self.principal.key_id or not own.isdisjoint(actors.get(one.wie, frozenset()))

        return [one for one in records if is_own(one)]


def _every(records: list[LogRecord]) -> list[LogRecord]:
    return records


def _is_bericht(record: LogRecord) -> bool:
    return record.object_soort == "bericht"
