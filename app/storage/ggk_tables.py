"""The tables of StUF-GGk envelopes: what came in, what went out, and the last moment each sender used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.columns import Base


class GgkEnvelopRow(Base):
    """An envelope. `inhoud` holds its exact bytes, `antwoord` what was or has been answered to it at once.

    `bericht_id` is the message inside; `partij` whom an outgoing one is for.
    """

    __tablename__ = "ggk_envelop"
    __table_args__ = (
        UniqueConstraint(
            "richting", "organisatie", "applicatie", "administratie", "referentienummer", name="uq_ggk_envelop_zender"
        ),
        Index(None, "referentienummer"),
        Index(None, "bericht_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    richting: Mapped[str]
    organisatie: Mapped[str]
    applicatie: Mapped[str]
    administratie: Mapped[str]
    referentienummer: Mapped[str]
    ontvanger: Mapped[str]
    berichtcode: Mapped[str]
    functie: Mapped[str | None]
    cross_ref: Mapped[str | None]
    tijdstip: Mapped[str]
    digest: Mapped[str]
    inhoud: Mapped[bytes] = mapped_column(LargeBinary)
    antwoord: Mapped[bytes | None] = mapped_column(LargeBinary)
    bericht_id: Mapped[str | None] = mapped_column(ForeignKey("bericht.id"))
    partij: Mapped[str | None]
    key_id: Mapped[str | None]
    gemaakt_op: Mapped[datetime]
    aangeboden_op: Mapped[datetime | None]
    fout: Mapped[str | None]


class GgkTijdstipRow(Base):
    """The last tijdstipBericht of one of our senders, or, under `in:…`, of one that sends to us."""

    __tablename__ = "ggk_tijdstip"

    zender: Mapped[str] = mapped_column(primary_key=True)
    laatste: Mapped[str]
