"""Texts of others in every field of the database that may hold one, also where an XSD or a form would refuse them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from lxml import etree
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.processing.runtime import Runtime

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "api_key": ("naam",),
    "bericht": ("identificatie",),
    "bevinding": ("melding", "regel"),
    "declaratie": ("factuurnummer",),
    "factuurnummer": ("nummer",),
    "gebeurtenis": ("reden",),
    "job": ("reden",),
    "logboek": ("reden", "adres"),
    "prestatie": ("commentaar",),
    "sessie": ("programma", "adres"),
    "termijn": ("vervallen_reden",),
}
"""Free texts that others send or choose, by table. The rest is codes, numbers, dates and names that we make."""

UNIQUE: Final[Mapping[str, tuple[str, ...]]] = {"prestatie": ("referentie_nummer",)}
"""The same, where rows may not have the same one."""

JSON_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "bevinding": ("waarden",),
    "inrichting_versie": ("document",),
    "prestatie": ("bevindingen",),
    "toekenning": ("aanvraag", "waarschuwingen"),
}
FREE: Final = frozenset({"naam", "omschrijving", "melding", "straatnaam", "plaatsnaam", "voorletters", "toegewezen"})
"""Names in JSON whose texts somebody chose; `toegewezen` is one of the values that a rule compared."""

FREE_IN_XML: Final = frozenset(
    {
        "Achternaam", "Commentaar", "DeclarantFactuurNummer", "Identificatie", "Naam", "Plaatsnaam",
        "ReferentieNummer", "Straatnaam", "Voorletters", "Voornamen",
    }
)  # fmt: skip

LOOKED: Final = "SELECT id FROM logboek WHERE actie = 'R'"


def taint(runtime: Runtime, words: str) -> None:
    """Put the words in every free text, in the XML of every bericht and in the name of who wrote in the logboek.

    Who looked since the last time is forgotten, so that every page is as it was then.
    """

    def work(session: Session) -> None:
        _forget(session)
        _rename(session, words)
        for table, names in JSON_TEXTS.items():
            for name in names:
                _change(session, table, name, lambda kept: json.dumps(_json(json.loads(kept), words)))
        _change(session, "bericht_inhoud", "inhoud", lambda kept: zlib.compress(_xml(zlib.decompress(kept), words)))

    runtime.storage.run(work)
    runtime.parsed_inrichtingen.clear()


def _forget(session: Session) -> None:
    for trigger in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        session.execute(text(f"DROP TRIGGER {trigger}"))
    for table in ("logboek_client", "logboek_wachtrij"):
        session.execute(text(f"DELETE FROM {table} WHERE logboek_id IN ({LOOKED})"))  # noqa: S608
    session.execute(text(f"DELETE FROM logboek WHERE id IN ({LOOKED})"))  # noqa: S608


def _rename(session: Session, words: str) -> None:
    changes = [(table, name, ":words") for table, names in COLUMNS.items() for name in names]
    changes += [(table, name, ":words || rowid") for table, names in UNIQUE.items() for name in names]
    for table, name, value in [*changes, ("logboek", "wie", "'persoon:' || :words")]:
        session.execute(text(f"UPDATE {table} SET {name} = {value}"), {"words": words})  # noqa: S608


def _change(session: Session, table: str, name: str, change: Callable[[Any], Any]) -> None:
    rows = session.execute(text(f"SELECT rowid, {name} FROM {table} WHERE {name} IS NOT NULL")).all()  # noqa: S608
    for rowid, kept in rows:
        statement = text(f"UPDATE {table} SET {name} = :new WHERE rowid = :rowid")  # noqa: S608
        session.execute(statement, {"new": change(kept), "rowid": rowid})


def _json(value: Any, words: str, name: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _json(inner, words, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_json(inner, words, name) for inner in value]
    return words if name in FREE else value


def _xml(body: bytes, words: str) -> bytes:
    root = etree.fromstring(body)
    for element in root.iter():
        if not len(element) and etree.QName(element).localname in FREE_IN_XML:
            element.text = words
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
