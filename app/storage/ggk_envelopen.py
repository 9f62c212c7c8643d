"""StUF-GGk envelopes: each kept once with its exact bytes, found again by its references."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app.domain.envelop import Stuurgegevens, Systeem
from app.storage.columns import insert_or_conflict, one_of
from app.storage.ggk_tables import GgkEnvelopRow, GgkTijdstipRow

COMPRESSION_LEVEL: Final = 1


class EnvelopRichting(StrEnum):
    """Whether we received an envelope or sent it."""

    IN = "in"
    UIT = "uit"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEnvelop:
    """An envelope to keep. `digest` is of its canonical body, `antwoord` what an incoming one is answered at once."""

    id: str
    richting: EnvelopRichting
    stuurgegevens: Stuurgegevens
    berichtcode: str
    digest: str
    inhoud: bytes = field(repr=False)
    antwoord: bytes | None = field(default=None, repr=False)
    bericht_id: str | None = None
    partij: str | None = None
    key_id: str | None = None
    gemaakt_op: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopRecord:
    """An envelope that was kept; `fout` is why the other side, or a link in the chain, refused it."""

    id: str
    richting: EnvelopRichting
    organisatie: str
    ontvanger: str
    referentienummer: str
    cross_ref: str | None
    berichtcode: str
    functie: str | None
    tijdstip: str
    digest: str
    bericht_id: str | None
    partij: str | None
    key_id: str | None
    aangeboden_op: datetime | None
    fout: str | None
    antwoord: bytes | None = field(repr=False)


def add_envelop(session: Session, *, new: NewEnvelop) -> bool:
    """Keep an envelope; False when its sender used the referentienummer before: then nothing changes."""
    gegevens = new.stuurgegevens
    added = session.execute(
        insert_or_conflict(session, GgkEnvelopRow)
        .values(
            id=new.id,
            richting=new.richting,
            organisatie=gegevens.zender.organisatie,
            applicatie=gegevens.zender.applicatie,
            administratie=gegevens.zender.administratie or "",
            referentienummer=gegevens.referentienummer,
            ontvanger=gegevens.ontvanger.organisatie,
            berichtcode=new.berichtcode,
            functie=gegevens.functie,
            cross_ref=gegevens.cross_ref,
            tijdstip=gegevens.tijdstip,
            digest=new.digest,
            inhoud=zlib.compress(new.inhoud, COMPRESSION_LEVEL),
            antwoord=new.antwoord,
            bericht_id=new.bericht_id,
            partij=new.partij,
            key_id=new.key_id,
            gemaakt_op=new.gemaakt_op,
        )
        .on_conflict_do_nothing()
        .returning(GgkEnvelopRow.id)
    ).scalar_one_or_none()
    return added is not None


def find_received(session: Session, *, zender: Systeem, referentienummer: str) -> EnvelopRecord | None:
    """The envelope that a sender sent us under this referentienummer."""
    return _one(
        session,
        GgkEnvelopRow.richting == EnvelopRichting.IN,
        GgkEnvelopRow.organisatie == zender.organisatie,
        GgkEnvelopRow.applicatie == zender.applicatie,
        GgkEnvelopRow.administratie == (zender.administratie or ""),
        GgkEnvelopRow.referentienummer == referentienummer,
    )


def find_sent(session: Session, *, referentienummer: str, organisatie: str | None = None) -> EnvelopRecord | None:
    """The envelope that we sent under this referentienummer, for one of our senders when it is named."""
    conditions = [
        GgkEnvelopRow.richting == EnvelopRichting.UIT,
        GgkEnvelopRow.referentienummer == referentienummer,
    ]
    if organisatie is not None:
        conditions.append(GgkEnvelopRow.organisatie == organisatie)
    return _one(session, *conditions)


def sent_of(session: Session, *, bericht_id: str, partij: str) -> EnvelopRecord | None:
    """The newest envelope in which we sent a bericht to a partij."""
    return _newest(session, EnvelopRichting.UIT, bericht_id, GgkEnvelopRow.partij == partij)


def envelop_around(session: Session, *, bericht_id: str) -> EnvelopRecord | None:
    """The envelope in which a bericht came in; None: it came another way."""
    return _newest(session, EnvelopRichting.IN, bericht_id)


def newest_envelop(session: Session, *, bericht_id: str) -> EnvelopRecord | None:
    """The newest envelope that a bericht came or went in; None: it was in none."""
    query = select(GgkEnvelopRow).where(GgkEnvelopRow.bericht_id == bericht_id)
    row = session.scalars(query.order_by(GgkEnvelopRow.id.desc()).limit(1)).one_or_none()
    return _record(row) if row else None


def get_envelop(session: Session, *, id: str) -> EnvelopRecord:
    """The envelope with this id, which must be there."""
    return _record(session.get_one(GgkEnvelopRow, id))


def bytes_of(session: Session, *, id: str) -> bytes:
    """The exact bytes of an envelope."""
    inhoud = session.execute(select(GgkEnvelopRow.inhoud).where(GgkEnvelopRow.id == id)).scalar_one()
    return zlib.decompress(inhoud)


def zenders_of(session: Session, *, ids: Collection[str]) -> list[tuple[str, str, str, str]]:
    """Of those of the envelopes that came in: organisatie, applicatie, administratie and referentienummer."""
    row = GgkEnvelopRow
    query = select(row.organisatie, row.applicatie, row.administratie, row.referentienummer).where(
        one_of(session, row.id, ids), row.richting == EnvelopRichting.IN
    )
    return [(found[0], found[1], found[2], found[3]) for found in session.execute(query)]


def link_bericht(session: Session, *, id: str, bericht_id: str) -> None:
    """Say which bericht came out of an envelope."""
    session.execute(update(GgkEnvelopRow).where(GgkEnvelopRow.id == id).values(bericht_id=bericht_id))


def set_aangeboden(session: Session, *, id: str, moment: datetime, antwoord: bytes) -> None:
    """The other side took over what we sent."""
    session.execute(update(GgkEnvelopRow).where(GgkEnvelopRow.id == id).values(aangeboden_op=moment, antwoord=antwoord))


def set_fout(session: Session, *, id: str, fout: str) -> None:
    """Why an envelope was refused, by the other side or later in the chain."""
    session.execute(update(GgkEnvelopRow).where(GgkEnvelopRow.id == id).values(fout=fout))


def last_tijdstip(session: Session, *, zender: str) -> str | None:
    """The last tijdstipBericht of a sender, as it is now."""
    return session.scalars(select(GgkTijdstipRow.laatste).where(GgkTijdstipRow.zender == zender)).one_or_none() or None


def locked_tijdstip(session: Session, *, zender: str) -> str | None:
    """The last tijdstipBericht of a sender; nobody else gives out one until the end of the transaction."""
    session.execute(
        insert_or_conflict(session, GgkTijdstipRow)
        .values(zender=zender, laatste="")
        .on_conflict_do_nothing(index_elements=["zender"])
    )
    query = select(GgkTijdstipRow.laatste).where(GgkTijdstipRow.zender == zender).with_for_update()
    return session.scalars(query).one() or None


def set_tijdstip(session: Session, *, zender: str, tijdstip: str) -> None:
    """Remember the moment that a sender used."""
    session.execute(update(GgkTijdstipRow).where(GgkTijdstipRow.zender == zender).values(laatste=tijdstip))


def _newest(
    session: Session, richting: EnvelopRichting, bericht_id: str, *conditions: ColumnElement[bool]
) -> EnvelopRecord | None:
    query = (
        select(GgkEnvelopRow)
        .where(GgkEnvelopRow.bericht_id == bericht_id, GgkEnvelopRow.richting == richting, *conditions)
        .order_by(GgkEnvelopRow.id.desc())
        .limit(1)
    )
    row = session.scalars(query).one_or_none()
    return _record(row) if row else None


def _one(session: Session, *conditions: ColumnElement[bool]) -> EnvelopRecord | None:
    row = session.scalars(select(GgkEnvelopRow).where(*conditions)).one_or_none()
    return _record(row) if row else None


def _record(row: GgkEnvelopRow) -> EnvelopRecord:
    return EnvelopRecord(
        id=row.id,
        richting=EnvelopRichting(row.richting),
        organisatie=row.organisatie,
        ontvanger=row.ontvanger,
        referentienummer=row.referentienummer,
        cross_ref=row.cross_ref,
        berichtcode=row.berichtcode,
        functie=row.functie,
        tijdstip=row.tijdstip,
        digest=row.digest,
        bericht_id=row.bericht_id,
        partij=row.partij,
        key_id=row.key_id,
        aangeboden_op=row.aangeboden_op,
        fout=row.fout,
        antwoord=row.antwoord,
    )
