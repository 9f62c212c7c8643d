"""The findings on a bericht: their table, and their form as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.retour import Ernst, Finding, Waarde
from app.storage.columns import Base
from app.storage.inserts import insert_rows
from app.storage.prepared import Prepared, among
from app.storage.wire import Answer


class BevindingRow(Base):
    """One finding on a bericht, in the order in which they were found."""

    __tablename__ = "bevinding"
    __table_args__ = (
        Index(
            "ix_bevinding_retourcode_bericht_id",
            "retourcode",
            "bericht_id",
            sqlite_where=text("retourcode IS NOT NULL"),
            postgresql_where=text("retourcode IS NOT NULL"),
        ),
    )

    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"), primary_key=True)
    volgorde: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    regel: Mapped[str]
    retourcode: Mapped[str | None]
    pad: Mapped[str]
    melding: Mapped[str]
    waarden: Mapped[dict[str, Waarde]] = mapped_column(JSON)
    regelnummer: Mapped[int | None]
    ernst: Mapped[str]


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """The finding as a JSON object; `finding_from_json` is its mirror."""
    return {
        "regel": finding.regel,
        "retourcode": finding.retourcode,
        "pad": finding.pad,
        "melding": finding.melding,
        "waarden": finding.waarden,
        "regelnummer": finding.regelnummer,
        "ernst": finding.ernst.value,
    }


def finding_from_json(value: Mapping[str, Any]) -> Finding:
    """The finding that `finding_to_json` wrote."""
    return Finding(
        regel=value["regel"],
        retourcode=value["retourcode"],
        pad=value["pad"],
        melding=value["melding"],
        waarden=value["waarden"],
        regelnummer=value["regelnummer"],
        ernst=Ernst(value["ernst"]),
    )


def add_findings(session: Session, *, bericht_id: str, findings: Sequence[Finding]) -> None:
    """Keep the findings on a bericht that has none yet."""
    add_all_findings(session, findings_by_id={bericht_id: findings})


def add_all_findings(session: Session, *, findings_by_id: Mapping[str, Sequence[Finding]]) -> None:
    """Keep the findings on berichten (by id) that have none yet."""
    rows = [
        {"bericht_id": bericht_id, "volgorde": volgorde, **finding_to_json(finding)}
        for bericht_id, findings in findings_by_id.items()
        for volgorde, finding in enumerate(findings)
    ]
    insert_rows(session, BevindingRow, rows)


_OF_BERICHTEN: Final = Prepared(
    lambda dialect: (
        select(*BevindingRow.__table__.columns)
        .where(among(dialect, BevindingRow.bericht_id, "ids"))
        .order_by(BevindingRow.bericht_id, BevindingRow.volgorde)
    )
)


def findings_by_bericht(session: Session, *, bericht_ids: Collection[str]) -> Answer[dict[str, tuple[Finding, ...]]]:
    """The findings of each bericht, in order; a bericht without findings is absent."""
    return _OF_BERICHTEN.ask(session, {"ids": list(bericht_ids)}).then(_by_bericht)


def _by_bericht(rows: Iterable[Any]) -> dict[str, tuple[Finding, ...]]:
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for row in rows:
        found[row.bericht_id].append(finding_from_json(row._asdict()))
    return {bericht_id: tuple(findings) for bericht_id, findings in found.items()}
