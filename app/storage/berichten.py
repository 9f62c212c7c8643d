"""The message log: keep a bericht once, find it again, list what one may see."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, Update, bindparam, select, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningInsert

from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.refusals import NotFound
from app.domain.retour import Finding
from app.storage.accepted import wait_no_longer
from app.storage.bericht_records import PARTY_COLUMNS, BerichtRecord, records_of
from app.storage.bericht_tables import BerichtClientRow, BerichtInhoudRow, BerichtRow
from app.storage.columns import insert_in_dialect, one_of
from app.storage.findings import add_all_findings
from app.storage.inserts import insert_rows
from app.storage.packed import CODERING, Packed, compressed, sha256_hex
from app.storage.prepared import Prepared
from app.storage.zicht import Zicht, newest_ids

__all__ = ["BerichtFilters", "BerichtRecord", "NewBericht"]

DUTCH_TIME = ZoneInfo("Europe/Amsterdam")
ANSWERED_SOORTEN = frozenset({Berichtsoort.WMO301, Berichtsoort.WMO303})
NOT_WAITING = frozenset({BerichtStatus.BEANTWOORD, BerichtStatus.AFGEKEURD})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBericht:
    """A bericht to keep.

    - `id`: a uuid7, so that ids follow the order of arrival.
    - `gemeente`, `aanbieder`, `servicebureau`: who may see it, besides nobody.
    - `key_id`: the key that posted it; None when the service made it.
    - `uniek`: what no second accepted bericht may repeat; None on a bericht that was not accepted.
    - `antwoord_op_id`: the bericht that this one answers; a bericht has at most one answer.
    - `eigen`: the 301 of a decision that was taken here (toekenning, split, change), which stands whatever is answered.
    - `herkomst_id`: the 2.1 301 for several aanbieders that this 301 was made from.
    - `body`: its bytes; packed already when it is large.
    - `bsns`: the clients it is about.
    """

    id: str
    soort: str | None = None
    release: str | None = None
    richting: str
    afzender: str | None = None
    ontvanger: str | None = None
    gemeente: str | None = None
    aanbieder: str | None = None
    servicebureau: str | None = None
    key_id: str | None = None
    identificatie: str | None = None
    dagtekening: date | None = None
    ontvangen_op: datetime
    status: str
    uniek: str | None = None
    antwoord_op_id: str | None = None
    herkomst_id: str | None = None
    eigen: bool = False
    body: bytes | Packed = field(repr=False)
    findings: tuple[Finding, ...] = ()
    bsns: frozenset[str] = field(default=frozenset(), repr=False)


SAME_NAMES = frozenset(NewBericht.__dataclass_fields__).intersection(BerichtRow.__table__.columns.keys())


@dataclass(frozen=True, slots=True, kw_only=True)
class BerichtFilters:
    """What to list; None does not filter. `van` and `tot` are days in the Netherlands, both included."""

    soort: str | None = None
    richting: str | None = None
    status: str | None = None
    afzender: str | None = None
    ontvanger: str | None = None
    van: date | None = None
    tot: date | None = None
    identificatie: str | None = None
    bsn: str | None = field(default=None, repr=False)


def add_bericht(session: Session, *, new: NewBericht) -> None:
    """Keep a bericht. An `uniek` or `antwoord_op_id` that is taken raises IntegrityError."""
    add_berichten(session, new=[new])


def add_berichten(session: Session, *, new: Sequence[NewBericht]) -> None:
    """Keep berichten, one that answers another after that one. What is taken raises IntegrityError."""
    insert_rows(session, BerichtRow, [_columns(one) for one in new])
    _add_content(session, new)


def add_unique_bericht(session: Session, *, new: NewBericht) -> str | None:
    """Keep a bericht unless its `uniek` is taken: then nothing changes and the id of the holder comes back.

    Of any number of simultaneous calls with one `uniek` exactly one gets None.
    """
    if _ADD_UNIQUE.first(session, _columns(new)) is None:
        return session.execute(select(BerichtRow.id).where(BerichtRow.uniek == new.uniek)).scalar_one()
    _add_content(session, [new])
    return None


def find_bericht(session: Session, *, id: str, zicht: Zicht) -> BerichtRecord | None:
    """The bericht, None when it does not exist or may not be seen."""
    row = _BY_ID.first(session, {"bericht": id})
    if row is None or not zicht.shows(row.gemeente, (row.aanbieder, row.servicebureau)):
        return None
    return records_of(session, [row], zicht)[0]


_BY_ID: Final = Prepared(
    lambda _dialect: select(*BerichtRow.__table__.columns).where(BerichtRow.id == bindparam("bericht"))
)


def get_bericht(session: Session, *, id: str, zicht: Zicht) -> BerichtRecord:
    """The bericht; NotFound when it does not exist or may not be seen."""
    found = find_bericht(session, id=id, zicht=zicht)
    if found is None:
        raise not_found()
    return found


def not_found() -> NotFound:
    """What is said of a bericht that does not exist or may not be seen."""
    return NotFound("Er is geen bericht met dit id.")


def berichten_by_id(session: Session, *, ids: Sequence[str], zicht: Zicht) -> list[BerichtRecord]:
    """The berichten with these ids, in that order; one that may not be seen is left out."""
    rows = session.scalars(select(BerichtRow).where(one_of(session, BerichtRow.id, ids)))
    seen = [row for row in rows if zicht.shows(row.gemeente, (row.aanbieder, row.servicebureau))]
    by_id = {record.id: record for record in records_of(session, seen, zicht)}
    return [by_id[id] for id in ids if id in by_id]


def body_of(session: Session, *, id: str) -> bytes:
    """The exact bytes of the bericht; whether the caller may see it was asked before."""
    return zlib.decompress(_inhoud_of(session, id))


def packed_body_of(session: Session, *, id: str) -> Packed:
    """The same, still packed: for what is read in pieces."""
    query = select(BerichtRow.omvang_bytes, BerichtRow.sha256).where(BerichtRow.id == id)
    size, sha256 = session.execute(query).one()
    return Packed(_inhoud_of(session, id), size, sha256)


def _inhoud_of(session: Session, id: str) -> bytes:
    inhoud = session.scalars(select(BerichtInhoudRow.inhoud).where(BerichtInhoudRow.bericht_id == id)).one_or_none()
    if inhoud is None:
        raise not_found()
    return inhoud


def set_status(session: Session, *, id: str, status: str, answered: bool = False) -> None:
    """Give the bericht another status; `answered`: in this transaction it gets its answer too."""
    values = {"bericht": id, "status": status}
    if answered or status in NOT_WAITING:
        _SET_STATUS_ANSWERED.tell(session, [{**values, "wacht_op_antwoord": False}])
    else:
        _SET_STATUS.tell(session, [values])


def _status(_dialect: str) -> Update:
    return update(_TABLE).where(BerichtRow.id == bindparam("bericht"))


_TABLE: Final = cast("Table", BerichtRow.__table__)
_SET_STATUS: Final = Prepared(_status, columns=("status",))
_SET_STATUS_ANSWERED: Final = Prepared(_status, columns=("status", "wacht_op_antwoord"))


def show_to_gemeente(session: Session, *, id: str, gemeente: str) -> None:
    """Let a gemeente see a bericht that none could see yet."""
    session.execute(
        update(BerichtRow).where(BerichtRow.id == id, BerichtRow.gemeente.is_(None)).values(gemeente=gemeente)
    )


def replace_status(session: Session, *, ids: Sequence[str], old: str, new: str) -> None:
    """Give those of the berichten that have the old status the new one."""
    among = (one_of(session, BerichtRow.id, ids), BerichtRow.status == old)
    session.execute(update(BerichtRow).where(*among).values(status=new))


def list_berichten(
    session: Session, *, zicht: Zicht, filters: BerichtFilters, limit: int, before: str | None = None
) -> list[BerichtRecord]:
    """At most `limit` berichten, newest first; the next page is what comes `before` the last id of this one."""
    conditions = _conditions(filters)
    if before is not None:
        conditions.append(BerichtRow.id < before)
    ids = newest_ids(session, BerichtRow.id, zicht.parties(*PARTY_COLUMNS), conditions, limit=limit)
    return berichten_by_id(session, ids=ids, zicht=zicht)


def _insert_unique(dialect: str) -> ReturningInsert[str]:
    statement = insert_in_dialect(dialect, BerichtRow)
    return statement.on_conflict_do_nothing(index_elements=[BerichtRow.uniek]).returning(BerichtRow.id)


_BERICHT_COLUMNS: Final = (*sorted(SAME_NAMES), "omvang_bytes", "sha256", "wacht_op_antwoord")
_ADD_UNIQUE: Final = Prepared(_insert_unique, columns=_BERICHT_COLUMNS)


def _columns(new: NewBericht) -> dict[str, Any]:
    body = new.body
    size, digest = (body.omvang_bytes, body.sha256) if isinstance(body, Packed) else (len(body), sha256_hex(body))
    derived = {"omvang_bytes": size, "sha256": digest, "wacht_op_antwoord": _awaits_answer(new)}
    return {**{name: getattr(new, name) for name in SAME_NAMES}, **derived}


def _awaits_answer(new: NewBericht) -> bool:
    # Without an aanbieder it was divided into a 301 for each.
    accepted = new.uniek is not None and new.aanbieder is not None
    return accepted and new.soort in ANSWERED_SOORTEN and new.status not in NOT_WAITING


def _add_content(session: Session, new: Sequence[NewBericht]) -> None:
    wait_no_longer(session, ids={one.antwoord_op_id for one in new if one.antwoord_op_id is not None})
    insert_rows(session, BerichtInhoudRow, [_inhoud(one) for one in new])
    add_all_findings(session, findings_by_id={one.id: one.findings for one in new})
    clients = [{"bericht_id": one.id, "bsn": bsn} for one in new for bsn in sorted(one.bsns)]
    insert_rows(session, BerichtClientRow, clients)


def _inhoud(new: NewBericht) -> dict[str, Any]:
    inhoud = new.body.inhoud if isinstance(new.body, Packed) else compressed(new.body)
    return {"bericht_id": new.id, "codering": CODERING, "inhoud": inhoud}


def _conditions(filters: BerichtFilters) -> list[ColumnElement[bool]]:
    equal = ("soort", "richting", "status", "afzender", "ontvanger")
    wanted = {name: getattr(filters, name) for name in equal}
    conditions = [getattr(BerichtRow, name) == value for name, value in wanted.items() if value is not None]
    if filters.identificatie is not None:  # as a set of its own: else SQLite reads the log in its order to find it
        named = aliased(BerichtRow)
        conditions.append(BerichtRow.id.in_(select(named.id).where(named.identificatie == filters.identificatie)))
    if filters.van is not None:
        conditions.append(BerichtRow.ontvangen_op >= start_of_day(filters.van))
    if filters.tot is not None and filters.tot < date.max:
        conditions.append(BerichtRow.ontvangen_op < start_of_day(filters.tot + timedelta(days=1)))
    if filters.bsn is not None:
        of_client = select(BerichtClientRow.bericht_id).where(BerichtClientRow.bsn == filters.bsn)
        conditions.append(BerichtRow.id.in_(of_client))
    return conditions


def start_of_day(day: date) -> datetime:
    """The first moment of a day in the Netherlands, in UTC."""
    if day == date.min:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.combine(day, time.min, tzinfo=DUTCH_TIME).astimezone(UTC)
