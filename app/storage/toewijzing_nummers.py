"""The ToewijzingNummers that the service gives out itself."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, TypeAlias

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from app.domain.refusals import InvalidInput
from app.storage.columns import Base, insert_or_conflict
from app.storage.toewijzing_tables import ToewijzingRow

FIRST_NUMMER: Final = 500_000_001  # far from where a back office begins, so that the two do not meet
LAST_NUMMER: Final = 999_999_999  # LDT_Nummer

Which: TypeAlias = Callable[[Collection[int]], Collection[int]]


def _none(_nummers: Collection[int]) -> Collection[int]:
    return ()


class ToewijzingNummerTellerRow(Base):
    """The last number that a gemeente was given."""

    __tablename__ = "toewijzing_nummer_teller"

    gemeente: Mapped[str] = mapped_column(primary_key=True)
    laatste: Mapped[int]


def lock_nummers(session: Session, *, gemeente: str) -> int:
    """Let nobody else give out numbers of the gemeente until the end of the transaction; the last one given out.

    Who decides whether something new may be assigned does this first: then two that overlap see each other.
    """
    return _raise_teller(session, gemeente, 0)


def last_nummer(session: Session, *, gemeente: str) -> int:
    """The last number that the gemeente was given; it is given none up to this one any more."""
    row = session.get(ToewijzingNummerTellerRow, gemeente)
    return row.laatste if row else FIRST_NUMMER - 1


def free_nummers(session: Session, *, gemeente: str, after: int, count: int, deleted: Which = _none) -> list[int]:
    """The first numbers above `after` that no toewijzing of the gemeente has or had; fewer where they run out.

    `deleted` says which of some numbers a toewijzing had that is gone.

    They stay free while the caller holds the lock of `lock_nummers`; it tells with `set_last_nummer` what it used.
    """
    free: list[int] = []
    while len(free) < count and after < LAST_NUMMER:
        first = _first_free(session, gemeente, after + 1)
        after = min(first + count - 1, LAST_NUMMER)
        between = select(ToewijzingRow.nummer).where(
            ToewijzingRow.gemeente == gemeente, ToewijzingRow.nummer.between(first, after)
        )
        used = {*session.scalars(between), *deleted(range(first, after + 1))}
        free += (nummer for nummer in range(first, after + 1) if nummer not in used)
    return free[:count]


def set_last_nummer(session: Session, *, gemeente: str, laatste: int) -> None:
    """Give out no number up to and including this one any more."""
    of_gemeente = ToewijzingNummerTellerRow.gemeente == gemeente
    session.execute(update(ToewijzingNummerTellerRow).where(of_gemeente).values(laatste=laatste))


def next_nummer(session: Session, *, gemeente: str, deleted: Which = _none) -> int:
    """A number that no toewijzing of the gemeente has or had; its counter stays locked until the transaction ends.

    Raises InvalidInput when there is none left.
    """
    nummer = _raise_teller(session, gemeente, 1)
    free = _first_free(session, gemeente, nummer)
    while deleted([free]):
        free = _first_free(session, gemeente, free + 1)
    if free > LAST_NUMMER:
        raise InvalidInput("Er is geen ToewijzingNummer meer vrij.")
    if free != nummer:
        set_last_nummer(session, gemeente=gemeente, laatste=free)
    return free


def _raise_teller(session: Session, gemeente: str, by: int) -> int:
    return session.execute(
        insert_or_conflict(session, ToewijzingNummerTellerRow)
        .values(gemeente=gemeente, laatste=FIRST_NUMMER - 1 + by)
        .on_conflict_do_update(index_elements=["gemeente"], set_={"laatste": ToewijzingNummerTellerRow.laatste + by})
        .returning(ToewijzingNummerTellerRow.laatste)
    ).scalar_one()


def _first_free(session: Session, gemeente: str, nummer: int) -> int:
    """The number itself, else the first one after it that is not in use."""
    used, following = aliased(ToewijzingRow), aliased(ToewijzingRow)
    taken = select(exists().where(used.gemeente == gemeente, used.nummer == nummer))
    if not session.scalars(taken).one():
        return nummer
    last_of_a_row = ~exists().where(following.gemeente == gemeente, following.nummer == used.nummer + 1)
    query = select(func.min(used.nummer)).where(used.gemeente == gemeente, used.nummer >= nummer, last_of_a_row)
    return (session.scalars(query).one() or nummer) + 1
