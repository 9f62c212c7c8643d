"""The story of the demo with more declaraties in it, and what their pages say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import text

from app.cli.demo import STORY
from app.domain.bedrag import NUL, BedragMetDC
from app.domain.declaratie import Declaratie, Prestatie
from app.domain.principal import Principal, Rol
from app.iwmo.reading import read, recognise
from app.iwmo.releases import write
from app.processing.receive import receive
from app.processing.runtime import Runtime
from tests.builders.pads import numbered

DECLARANT = Principal(key_id="b", rol=Rol.AANBIEDER, aanbieders=frozenset({"42420002"}))
FIRST, NEXT = "3-declaratie.xml", "5-declaratie-volgende-periode.xml"


class Named(NamedTuple):
    """A declaratie and its 303."""

    id: str
    bericht_id: str
    factuurnummer: str

    @property
    def pad(self) -> str:
        """Where its page is."""
        return f"/declaraties/{self.id}"


def declaraties(runtime: Runtime) -> list[Named]:
    """All of them, oldest first."""
    with runtime.storage.reading() as session:
        rows = session.execute(text("SELECT id, bericht_id, factuurnummer FROM declaratie ORDER BY id"))
        return [Named(*row) for row in rows]


def claim(runtime: Runtime, name: str = NEXT) -> str:
    """The aanbieder sends a 303 of the story; its id."""
    return receive(runtime, DECLARANT, (STORY / name).read_bytes()).bericht_id


def claim_lines(runtime: Runtime, nummer: str, lines: Sequence[Prestatie], **header: object) -> Named:
    """The aanbieder sends a 303 with these lines in the place of those of the story; the declaratie it became."""
    declaratie = read(recognise((STORY / FIRST).read_bytes()))
    assert isinstance(declaratie, Declaratie)
    (client,) = declaratie.clienten
    identificatie = declaratie.header.declaratie_factuur_identificatie
    totaal = sum((line.ingediend for line in lines), NUL)
    sent = Declaratie(
        header=replace(
            declaratie.header,
            declaratie_factuur_identificatie=replace(identificatie, declarant_factuur_nummer=nummer, **header),
            declaratie_factuur_totaal_bedrag=BedragMetDC.of(totaal),
        ),
        clienten=(replace(client, prestaties=numbered(tuple(lines), f"{client.pad}/Prestaties/Prestatie")),),
    )
    receive(runtime, DECLARANT, write(sent, "2.3"))
    return declaraties(runtime)[-1]


def claim_number_again(runtime: Runtime, times: int = 1) -> Named:
    """The aanbieder uses the first factuurnummer again, so that all of its 303 is refused; the last of them."""
    line, found = first_lines()[0], declaraties(runtime)[-1]
    for number in range(times):
        commentaar = f"opnieuw {number}"  # other bytes than before
        found = claim_lines(runtime, "D20180001", [replace(line, commentaar=commentaar)])
    return found


def change(runtime: Runtime, statement: str, **values: object) -> None:
    """Make something so that takes long to bring about."""
    runtime.storage.run(lambda session: session.execute(text(statement), values))


def first_lines() -> tuple[Prestatie, ...]:
    """The lines of the first 303 of the story."""
    declaratie = read(recognise((STORY / FIRST).read_bytes()))
    assert isinstance(declaratie, Declaratie)
    return declaratie.clienten[0].prestaties


def plain(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub("<[^>]*>", " ", page).replace("\u00a0", " ").split())


def rows(page: str, heading: str) -> list[str]:
    """The rows of a table, as text."""
    table = page.partition(f'id="{heading}-kop"')[2].partition("</table>")[0]
    return [plain(row) for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)][1:]


def links(page: str) -> dict[str, str]:
    """The addresses on a page by what their links say."""
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return {plain(words): path.replace("&amp;", "&") for path, words in found}


def noted(runtime: Runtime) -> list[tuple[str, str | None, int | None]]:
    """What the logboek says of declaraties: the kind, the object, how many."""
    with runtime.storage.reading() as session:
        query = "SELECT gebeurtenis, object_id, aantal FROM logboek WHERE gebeurtenis LIKE 'declaratie%' ORDER BY id"
        return [tuple(row) for row in session.execute(text(query))]  # type: ignore[misc]
