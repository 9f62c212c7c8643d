"""The postbus: what each party has to fetch, numbered so that a cursor never skips or repeats."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Insert,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    exists,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from app.domain.refusals import InvalidInput
from app.storage.bericht_tables import BerichtRow
from app.storage.columns import Base, insert_in_dialect
from app.storage.prepared import Prepared

MAX_NUMMER = 2**63 - 1


class PostbusItemRow(Base):
    """A bericht for a party, as its `nummer`-th."""

    __tablename__ = "postbus_item"
    __table_args__ = (UniqueConstraint("bericht_id", "partij"),)

    partij: Mapped[str] = mapped_column(primary_key=True)
    nummer: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"))


class PostbusTellerRow(Base):
    """The last number that a party was given."""

    __tablename__ = "postbus_teller"

    partij: Mapped[str] = mapped_column(primary_key=True)
    laatste: Mapped[int]


class _Item(NamedTuple):
    bericht_id: str
    partij: str
    nummer: int


def put_in_postbus(session: Session, *, partij: str, bericht_id: str) -> None:
    """Give the bericht to a party (`gemeente:1708`, `aanbieder:98000001`), once.

    Its number is taken by raising a counter, whose row stays locked until the commit: numbers become visible in
    their order, without gaps. Who puts in several in one transaction does so in order of party: two that go the
    other way round would wait for each other.
    """
    put_all_in_postbus(session, [(partij, bericht_id)])


def put_all_in_postbus(session: Session, items: Iterable[tuple[str, str]]) -> None:
    """Give (party, bericht id) pairs, in the order of the parties: then no two transactions wait for each other."""
    raised: list[dict[str, Any]] = []
    numbered: list[dict[str, Any]] = []
    for partij, given in groupby(sorted(items, key=itemgetter(0)), key=itemgetter(0)):
        ids = [bericht_id for _, bericht_id in given]
        raised.append({"partij": partij, "laatste": len(ids)})
        later = reversed(range(len(ids)))
        numbered += ({"to": partij, "later": count, "bericht": id} for id, count in zip(ids, later, strict=True))
    _RAISE.tell(session, raised)
    _PUT.tell(session, numbered)


def _raise_statement(dialect: str) -> postgresql.Insert | sqlite.Insert:
    statement = insert_in_dialect(dialect, PostbusTellerRow)
    raised = PostbusTellerRow.laatste + statement.excluded.laatste
    return statement.on_conflict_do_update(index_elements=["partij"], set_={"laatste": raised})


def _put_statement(_dialect: str) -> Insert:
    """Give the bericht the last number but `later` of the party, which nobody else raises meanwhile."""
    number = PostbusTellerRow.laatste - bindparam("later", type_=BigInteger())
    bericht_id = bindparam("bericht", type_=Text())
    numbered = select(PostbusTellerRow.partij, number, bericht_id).where(PostbusTellerRow.partij == bindparam("to"))
    return insert(cast("Table", PostbusItemRow.__table__)).from_select(["partij", "nummer", "bericht_id"], numbered)


_RAISE: Final = Prepared(_raise_statement, columns=("partij", "laatste"))
_PUT: Final = Prepared(_put_statement)


def partijen_with(session: Session, *, bericht_id: str) -> list[str]:
    """The parties that a bericht was given to, in order."""
    query = select(PostbusItemRow.partij).where(PostbusItemRow.bericht_id == bericht_id)
    return sorted(session.scalars(query))


def lock_postbus(session: Session, *, partij: str) -> None:
    """Wait for whoever is giving something to the party, and let nobody else do so until the transaction ends."""
    _RAISE.tell(session, [{"partij": partij, "laatste": 0}])


def items_with_status(
    session: Session, *, partij: str, statussen: Collection[str], after: int, limit: int
) -> list[tuple[int, str]]:
    """At most `limit` berichten of a party with such a status as (number, id), in order of number after `after`."""
    rows = session.execute(
        select(PostbusItemRow.nummer, PostbusItemRow.bericht_id)
        .join(BerichtRow, BerichtRow.id == PostbusItemRow.bericht_id)
        .where(PostbusItemRow.partij == partij, PostbusItemRow.nummer > after, BerichtRow.status.in_(sorted(statussen)))
        .order_by(PostbusItemRow.nummer)
        .limit(limit)
    )
    return [(nummer, bericht_id) for nummer, bericht_id in rows]


def postbus_after(
    session: Session, *, partijen: Collection[str], cursor: str | None, limit: int
) -> tuple[list[str], str]:
    """The ids of at most `limit` berichten after the cursor, oldest first, and the next cursor.

    The cursor holds a position for each party; a bericht for two of them comes once. An invalid cursor raises
    InvalidInput.
    """
    positions = dict.fromkeys(sorted(partijen), 0) | _positions(cursor, partijen)
    queues = [_queue(session, partij, nummer, partijen, limit) for partij, nummer in positions.items()]
    taken = list(islice(merge(*queues), limit))  # always from the front of each queue, so nothing is passed over
    for item in taken:
        positions[item.partij] = item.nummer
    return [item.bericht_id for item in taken], _cursor(positions)


def _queue(session: Session, partij: str, after: int, partijen: Collection[str], limit: int) -> list[_Item]:
    earlier = aliased(PostbusItemRow)
    also_elsewhere = exists().where(
        earlier.bericht_id == PostbusItemRow.bericht_id,
        earlier.partij.in_(sorted(other for other in partijen if other < partij)),
    )
    rows = session.execute(
        select(PostbusItemRow.bericht_id, PostbusItemRow.nummer)
        .where(PostbusItemRow.partij == partij, PostbusItemRow.nummer > after, ~also_elsewhere)
        .order_by(PostbusItemRow.nummer)
        .limit(limit)
    )
    return [_Item(bericht_id, partij, nummer) for bericht_id, nummer in rows]


def _cursor(positions: dict[str, int]) -> str:
    return urlsafe_b64encode(json.dumps(positions, separators=(",", ":")).encode()).decode().rstrip("=")


def _positions(cursor: str | None, partijen: Collection[str]) -> dict[str, int]:
    if cursor is None:
        return {}
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = json.loads(binascii.a2b_base64(padded.translate(bytes.maketrans(b"-_", b"+/")), strict_mode=True))
    except (ValueError, RecursionError):
        raise InvalidInput("De cursor is ongeldig.") from None
    if not isinstance(found, dict) or not all(map(_is_position, cast("dict[str, object]", found).values())):
        raise InvalidInput("De cursor is ongeldig.")
    return {partij: nummer for partij, nummer in cast("dict[str, int]", found).items() if partij in partijen}


def _is_position(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_NUMMER
