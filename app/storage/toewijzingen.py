"""Toewijzingen: book what the 301s grant, and load it for a decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Table,
    bindparam,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from app.domain.versies import Toewijzing, ToewijzingVersie
from app.storage.columns import insert_in_dialect, insert_or_conflict, is_postgresql, one_of
from app.storage.inserts import insert_rows
from app.storage.prepared import Prepared, Target, among
from app.storage.toewijzing_dagen import days_of_first, settle_days
from app.storage.toewijzing_records import ToewijzingRecord, VersieRecord, find_toewijzing_record, list_toewijzingen
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow, VersieBerichtRow
from app.storage.toewijzing_versies import VERSIE_COLUMNS, values_of, versie_from, versie_of
from app.storage.wire import Answer, known

__all__ = ["ToewijzingRecord", "VersieRecord", "find_toewijzing_record", "list_toewijzingen"]


def lock_toewijzingen(session: Session, *, gemeente: str, nummers: Collection[int], bsns: Collection[str] = ()) -> None:
    """Let nobody else settle on these toewijzingen until the transaction ends: what is read of them from here on holds.

    `bsns` are the clients who have a line without ToewijzingNummer. On SQLite there is one writer already. Rows are
    locked in order of id, so that two transactions cannot wait for each other.
    """
    if not is_postgresql(session):
        return
    _LOCK.tell(session, [{"van": gemeente, "nummers": list(nummers), "bsns": list(bsns)}])


def _lock(dialect: Target) -> Select[int]:
    named = select(ToewijzingRow.id).where(
        ToewijzingRow.gemeente == bindparam("van"), among(dialect, ToewijzingRow.nummer, "nummers")
    )
    # Of clients at any gemeente: asked for its own alone, or with "or", every toewijzing of a gemeente is looked at.
    of_clients = select(ToewijzingVersieRow.toewijzing_id).where(among(dialect, ToewijzingVersieRow.bsn, "bsns"))
    query = select(ToewijzingRow.id).where(ToewijzingRow.id.in_(union(named, of_clients)))
    # New versions and bookings may still refer to the row.
    return query.order_by(ToewijzingRow.id).with_for_update(key_share=True)


_LOCK: Final = Prepared(_lock)


def toewijzingen_by_nummer(session: Session, *, gemeente: str, nummers: Collection[int]) -> dict[int, Toewijzing]:
    """The toewijzingen with these numbers and a version that counts."""
    return ask_by_nummer(session, gemeente=gemeente, nummers=nummers).get()


def ask_by_nummer(session: Session, *, gemeente: str, nummers: Collection[int]) -> Answer[dict[int, Toewijzing]]:
    """The same, to be answered along with what is asked next."""
    asked = _BY_NUMMER.ask(session, {"van": gemeente, "nummers": list(nummers)})
    return asked.then(lambda rows: {one.nummer: one for one in _grouped(gemeente, rows) if one.nummer is not None})


def toewijzingen_by_sleutel(session: Session, *, gemeente: str, sleutels: Collection[str]) -> dict[str, Toewijzing]:
    """The toewijzingen with these names and a version that counts."""
    found = _toewijzingen(session, gemeente, one_of(session, ToewijzingRow.sleutel, sleutels))
    return {toewijzing.sleutel: toewijzing for toewijzing in found}


def toewijzingen_by_bsn(session: Session, *, gemeente: str, bsns: Collection[str]) -> dict[str, tuple[Toewijzing, ...]]:
    """The toewijzingen of each client: those of which some version that counts names the bsn."""
    return ask_by_bsn(session, gemeente=gemeente, bsns=bsns).get()


def ask_by_bsn(session: Session, *, gemeente: str, bsns: Collection[str]) -> Answer[dict[str, tuple[Toewijzing, ...]]]:
    """The same, to be answered along with what is asked next."""
    if not bsns:
        return known({})

    def by_client(rows: Iterable[Any]) -> dict[str, tuple[Toewijzing, ...]]:
        found: defaultdict[str, list[Toewijzing]] = defaultdict(list)
        for toewijzing in _grouped(gemeente, rows):
            for bsn in {versie.bsn for versie in toewijzing.versies}.intersection(bsns):
                found[bsn].append(toewijzing)
        return {bsn: tuple(toewijzingen) for bsn, toewijzingen in found.items()}

    return _BY_BSN.ask(session, {"van": gemeente, "bsns": list(bsns)}).then(by_client)


def geboortedata(session: Session, *, gemeente: str, bsns: Collection[str]) -> dict[str, date]:
    """The birth date of each client in the newest version that counts at the gemeente."""
    return ask_geboortedata(session, gemeente=gemeente, bsns=bsns).get()


def ask_geboortedata(session: Session, *, gemeente: str, bsns: Collection[str]) -> Answer[dict[str, date]]:
    """The same, to be answered along with what is asked next."""
    # The gemeente is asked in Python: as a condition it tempts SQLite to read every toewijzing of it.
    return _GEBOORTEDATA.ask(session, {"bsns": list(bsns)}).then(
        lambda rows: {row.bsn: row.geboortedatum for row in rows if row.gemeente == gemeente}  # the newest comes last
    )


def known_bsns(session: Session, *, gemeente: str, aanbieder: str, bsns: Collection[str]) -> frozenset[str]:
    """Those of the clients who have a toewijzing, of any time, of the gemeente to the aanbieder."""
    rows = _KNOWN_BSNS.rows(session, {"van": gemeente, "aan": aanbieder, "bsns": list(bsns)})
    return frozenset(row.bsn for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersie:
    """A version that a 301 gives to the toewijzing `sleutel` of a gemeente."""

    gemeente: str
    sleutel: str
    nummer: int | None
    aanbieder: str
    versie: ToewijzingVersie
    bericht_id: str


def book_versies(session: Session, *, new: Sequence[NewVersie]) -> None:
    """Add versions to toewijzingen, which come into being with their first.

    One without `aandeel_vanaf` (0) keeps that of the newest version that counts: its 301 does not tell.
    A full picture repeats versions: an identical one is not booked again, but counts as long as one of its 301s
    stands. A different one of the same date and time, or one of another aanbieder, raises IntegrityError:
    `Storage.run` then lets the rules judge it again with the other visible. When all toewijzingen are new it takes
    three statements, however many there are.
    """
    rows = [
        {"gemeente": one.gemeente, "sleutel": one.sleutel, "nummer": one.nummer, "aanbieder": one.aanbieder}
        for one in new
    ]
    _ADD_TOEWIJZING.tell(session, rows)
    added = _ADD_FIRST.each(session, [{"sleutel": one.sleutel, **_values(one)} for one in new])
    if len(added) < len(new):  # one is there already, or stands here twice
        for one in new:
            _book_versie(session, one)
        return
    links = [{"versie_id": id, "bericht_id": bericht_id, "geweigerd": False} for id, bericht_id in added]
    insert_rows(session, VersieBerichtRow, links)


def _insert_toewijzing(dialect: str) -> postgresql.Insert | sqlite.Insert:
    return insert_in_dialect(dialect, ToewijzingRow).on_conflict_do_nothing(index_elements=["gemeente", "sleutel"])


def _insert_first(_dialect: str) -> ReturningInsert[int, str]:
    """Add a version to the toewijzing that its aanbieder has under this sleutel, unless that has one of any kind."""
    table = cast("Table", ToewijzingVersieRow.__table__)
    given = {name: bindparam(name, type_=table.c[name].type) for name in FIRST_COLUMNS}
    other = exists().where(ToewijzingVersieRow.toewijzing_id == ToewijzingRow.id)
    own = select(ToewijzingRow.id, *given.values()).where(
        ToewijzingRow.gemeente == given["gemeente"],
        ToewijzingRow.sleutel == bindparam("sleutel"),
        ToewijzingRow.aanbieder == given["aanbieder"],
        ~other,
    )
    return insert(table).from_select(["toewijzing_id", *given], own).returning(table.c.id, table.c.bericht_id)


OF_BOOKING: Final = ("bericht_id", "gemeente", "aanbieder", "vervallen", "beslist_tot", "loopt_tot")
FIRST_COLUMNS: Final = (*(column.key for column in VERSIE_COLUMNS), *OF_BOOKING)
_ADD_TOEWIJZING: Final = Prepared(_insert_toewijzing, columns=("gemeente", "sleutel", "nummer", "aanbieder"))
_ADD_FIRST: Final = Prepared(_insert_first)


def _values(new: NewVersie) -> dict[str, Any]:
    return {
        "bericht_id": new.bericht_id,
        "gemeente": new.gemeente,
        "aanbieder": new.aanbieder,
        "vervallen": False,
        **days_of_first(new.versie),
        **values_of(new.versie),
    }


def _book_versie(session: Session, new: NewVersie) -> None:
    versie_id = _versie_id(session, _toewijzing_id(session, new), new)
    link = {"versie_id": versie_id, "bericht_id": new.bericht_id, "geweigerd": False}
    session.execute(insert_or_conflict(session, VersieBerichtRow).values(link).on_conflict_do_nothing())


def _versie_id(session: Session, toewijzing_id: int, new: NewVersie) -> int:
    values = {"toewijzing_id": toewijzing_id, **_values(new)}
    if not new.versie.aandeel_vanaf:
        values["aandeel_vanaf"] = func.coalesce(_aandeel_vanaf(toewijzing_id), 0)
    added = session.execute(
        insert_or_conflict(session, ToewijzingVersieRow)
        .values(values)
        .on_conflict_do_nothing(
            index_elements=["toewijzing_id", "toewijzingsdatum", "toewijzingstijd"],
            index_where=ToewijzingVersieRow.vervallen == false(),
        )
        .returning(ToewijzingVersieRow.id)
    ).scalar_one_or_none()
    versie_id = added if added is not None else _booked_id(session, toewijzing_id, new.versie)
    if versie_id is None:
        session.execute(insert(ToewijzingVersieRow).values(values))  # raises: another version of the same moment
        raise AssertionError
    if added is not None:
        settle_days(session, toewijzing_ids=[toewijzing_id])
    return versie_id


def _aandeel_vanaf(toewijzing_id: int) -> ScalarSelect[int]:
    """Of the newest version that counts."""
    return (
        select(ToewijzingVersieRow.aandeel_vanaf)
        .where(ToewijzingVersieRow.toewijzing_id == toewijzing_id, ToewijzingVersieRow.vervallen == false())
        .order_by(ToewijzingVersieRow.toewijzingsdatum.desc(), ToewijzingVersieRow.toewijzingstijd.desc())
        .limit(1)
        .scalar_subquery()
    )


def reject_versies(session: Session, *, bericht_id: str) -> None:
    """Let the versions that this 301 gave count no longer, unless another 301 gave them too: a 302 refused it."""
    session.execute(update(VersieBerichtRow).where(VersieBerichtRow.bericht_id == bericht_id).values(geweigerd=True))
    given = select(VersieBerichtRow.versie_id).where(VersieBerichtRow.bericht_id == bericht_id)
    standing = (
        select(func.min(VersieBerichtRow.bericht_id))
        .where(VersieBerichtRow.versie_id == ToewijzingVersieRow.id, VersieBerichtRow.geweigerd == false())
        .scalar_subquery()
    )
    session.execute(
        update(ToewijzingVersieRow)
        .where(ToewijzingVersieRow.id.in_(given))
        .values(
            vervallen=standing.is_(None),
            bericht_id=func.coalesce(standing, ToewijzingVersieRow.bericht_id),
            loopt_tot=None,
        )
        .execution_options(synchronize_session=False)
    )
    refused = session.scalars(select(ToewijzingVersieRow.toewijzing_id).where(ToewijzingVersieRow.id.in_(given)))
    settle_days(session, toewijzing_ids=set(refused))


def ids_by_sleutel(session: Session, *, gemeente: str, sleutels: Collection[str]) -> dict[str, int]:
    """The id in this database of each toewijzing, as far as they exist."""
    rows = _IDS.rows(session, {"van": gemeente, "sleutels": list(sleutels)})
    return {row.sleutel: row.id for row in rows}


def _toewijzingen(session: Session, gemeente: str, condition: ColumnElement[bool]) -> list[Toewijzing]:
    return _grouped(gemeente, session.execute(_counting(condition), {"van": gemeente}))


def _counting(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The versions that count of the toewijzingen of the gemeente `van` that meet the condition."""
    columns = (ToewijzingRow.id, ToewijzingRow.sleutel, ToewijzingRow.nummer, ToewijzingRow.aanbieder)
    return (
        select(*columns, *VERSIE_COLUMNS)
        .join(ToewijzingVersieRow, ToewijzingVersieRow.toewijzing_id == ToewijzingRow.id)
        .where(ToewijzingRow.gemeente == bindparam("van"), ToewijzingVersieRow.vervallen == false(), condition)
        .order_by(ToewijzingRow.id, ToewijzingVersieRow.toewijzingsdatum, ToewijzingVersieRow.toewijzingstijd)
    )


def _by_bsn(dialect: Target) -> Select[*tuple[Any, ...]]:
    counts = (among(dialect, ToewijzingVersieRow.bsn, "bsns"), ToewijzingVersieRow.vervallen == false())
    return _counting(ToewijzingRow.id.in_(select(ToewijzingVersieRow.toewijzing_id).where(*counts)))


_BY_BSN: Final = Prepared(_by_bsn)
_GEBOORTEDATA: Final = Prepared(
    lambda dialect: (
        select(ToewijzingVersieRow.bsn, ToewijzingVersieRow.geboortedatum, ToewijzingVersieRow.gemeente)
        .where(among(dialect, ToewijzingVersieRow.bsn, "bsns"), ToewijzingVersieRow.vervallen == false())
        .order_by(ToewijzingVersieRow.toewijzingsdatum, ToewijzingVersieRow.toewijzingstijd, ToewijzingVersieRow.id)
    )
)
_KNOWN_BSNS: Final = Prepared(
    lambda dialect: (
        select(ToewijzingVersieRow.bsn)
        .distinct()
        .where(
            ToewijzingVersieRow.gemeente == bindparam("van"),
            ToewijzingVersieRow.aanbieder == bindparam("aan"),
            among(dialect, ToewijzingVersieRow.bsn, "bsns"),
        )
    )
)
_IDS: Final = Prepared(
    lambda dialect: select(ToewijzingRow.sleutel, ToewijzingRow.id).where(
        ToewijzingRow.gemeente == bindparam("van"), among(dialect, ToewijzingRow.sleutel, "sleutels")
    )
)
_BY_NUMMER: Final = Prepared(lambda dialect: _counting(among(dialect, ToewijzingRow.nummer, "nummers")))


def _grouped(gemeente: str, rows: Iterable[Any]) -> list[Toewijzing]:
    names: dict[int, tuple[str, int | None, str]] = {}
    versies: defaultdict[int, list[ToewijzingVersie]] = defaultdict(list)
    for id, sleutel, nummer, aanbieder, *values in rows:
        names[id] = sleutel, nummer, aanbieder
        versies[id].append(versie_from(values))
    return [
        Toewijzing(sleutel=sleutel, gemeente=gemeente, nummer=nummer, aanbieder=aanbieder, versies=tuple(versies[id]))
        for id, (sleutel, nummer, aanbieder) in names.items()
    ]


def _toewijzing_id(session: Session, new: NewVersie) -> int:
    nummer, aanbieder = new.nummer, new.aanbieder
    values = {"gemeente": new.gemeente, "sleutel": new.sleutel, "nummer": nummer, "aanbieder": aanbieder}
    counting = exists().where(
        ToewijzingVersieRow.toewijzing_id == ToewijzingRow.id, ToewijzingVersieRow.vervallen == false()
    )
    # Without a version that counts the toewijzing is anyone's again: a refused 301 may go to another aanbieder.
    id = session.execute(
        insert_or_conflict(session, ToewijzingRow)
        .values(values)
        .on_conflict_do_update(
            index_elements=["gemeente", "sleutel"],
            set_={"nummer": nummer, "aanbieder": aanbieder},
            where=or_(ToewijzingRow.aanbieder == aanbieder, ~counting),
        )
        .returning(ToewijzingRow.id)
    ).scalar_one_or_none()
    if id is None:
        session.execute(insert(ToewijzingRow).values(values))  # raises: the toewijzing is another aanbieder's
        raise AssertionError
    return id


def _booked_id(session: Session, toewijzing_id: int, versie: ToewijzingVersie) -> int | None:
    row = session.execute(
        select(ToewijzingVersieRow.id, *VERSIE_COLUMNS).where(
            ToewijzingVersieRow.toewijzing_id == toewijzing_id,
            ToewijzingVersieRow.toewijzingsdatum == versie.toewijzingsdatum,
            ToewijzingVersieRow.toewijzingstijd == versie.toewijzingstijd,
            ToewijzingVersieRow.vervallen == false(),
        )
    ).one_or_none()
    return row.id if row is not None and versie_of(row) == versie else None
