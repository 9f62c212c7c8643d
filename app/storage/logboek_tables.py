"""The tables of the logboek: rows are added, and go when their time has passed; nothing in them changes."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.columns import Base

_IN_ORDER = {"sqlite_with_rowid": False}  # what is looked up by its key lies in the order of that key
_PRESENT = text("object_id IS NOT NULL")


class LogboekRow(Base):
    """Something that was done; the columns are those of `LogRecord`."""

    __tablename__ = "logboek"
    __table_args__ = (
        Index("ix_logboek_object_id", "object_id", "id", sqlite_where=_PRESENT, postgresql_where=_PRESENT),
        _IN_ORDER,
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    moment: Mapped[str]
    gebeurtenis: Mapped[str]
    actie: Mapped[str]
    wie: Mapped[str]
    rol: Mapped[str]
    wijze: Mapped[str]
    uitkomst: Mapped[str]
    object_soort: Mapped[str]
    object_id: Mapped[str | None]
    aantal: Mapped[int | None]
    reden: Mapped[str | None]
    adres: Mapped[str | None]
    trace_id: Mapped[str]
    span_id: Mapped[str]
    parent_span_id: Mapped[str | None]
    begin_ms: Mapped[int]
    eind_ms: Mapped[int]
    activiteit: Mapped[str]
    bewaren_tot: Mapped[str]
    mac: Mapped[str]


class LogboekClientRow(Base):
    """Whom a row is about, by a keyed hash. Without a foreign key: the mac says which clients a row has."""

    __tablename__ = "logboek_client"
    __table_args__ = (Index(None, "client", "logboek_id"), _IN_ORDER)

    logboek_id: Mapped[str] = mapped_column(primary_key=True)
    client: Mapped[str] = mapped_column(primary_key=True)


class LogboekZegelRow(Base):
    """The place of a row in the chain: `keten` follows from that of the number before it and the mac of the row."""

    __tablename__ = "logboek_zegel"
    __table_args__ = (_IN_ORDER,)

    volgnummer: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    logboek_id: Mapped[str] = mapped_column(unique=True)
    keten: Mapped[str]


class LogboekWachtrijRow(Base):
    """A row that has no place in the chain yet; a trigger on the logboek puts it here."""

    __tablename__ = "logboek_wachtrij"
    __table_args__ = (_IN_ORDER,)

    logboek_id: Mapped[str] = mapped_column(primary_key=True)


class LogboekAnkerRow(Base):
    """Where the chain begins since the rows before it were removed: the last number that went, and its `keten`."""

    __tablename__ = "logboek_anker"
    __table_args__ = (_IN_ORDER,)

    volgnummer: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    keten: Mapped[str]
    moment: Mapped[str]
    mac: Mapped[str]
