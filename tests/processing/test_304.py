"""No 304 leaves that breaks the schema or a rule, however large it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.iwmo.reading import read, recognise
from app.iwmo.releases import write
from app.processing.declaratie_besluit import OwnBerichtInvalid, checked_304
from app.processing.runtime import Runtime
from tests import builders as a

SIZES = pytest.mark.parametrize("lines", [2, 90], ids=["small", "large"])


def refused(lines: int):
    prestaties = [a.a_prestatie(referentie_nummer=f"R{n}") for n in range(lines)]
    declaratie = a.a_declaratie(*prestaties)
    total = declaratie.header.declaratie_factuur_totaal_bedrag
    clients = a.a_client_retour(*map(a.a_prestatie_retour, prestaties))
    return declaratie, a.a_declaratie_retour(clients, ingediend_totaal_bedrag=total)


@SIZES
def test_what_holds_is_packed_as_it_is_written(runtime: Runtime, lines: int):
    declaratie, retour = refused(lines)
    packed = checked_304(runtime, declaratie, retour, "2.3")
    assert packed.whole() == b"".join(packed.pieces()) == write(retour, "2.3")
    assert packed.omvang_bytes == len(packed.whole())
    assert read(recognise(packed.whole())) == retour


@SIZES
def test_what_the_schema_refuses_does_not_leave(runtime: Runtime, lines: int):
    declaratie, retour = refused(lines)
    client = retour.clienten[0]
    last = replace(client.prestaties[-1], retour_codes=("te lang voor een code",))
    wrong = replace(retour, clienten=(replace(client, prestaties=(*client.prestaties[:-1], last)),))
    with pytest.raises(OwnBerichtInvalid, match=rf"^XSD /Bericht/.*Prestatie\[{lines}\]"):
        checked_304(runtime, declaratie, wrong, "2.3")


@SIZES
def test_what_breaks_a_rule_does_not_leave(runtime: Runtime, lines: int):
    declaratie, retour = refused(lines)
    with pytest.raises(OwnBerichtInvalid, match=r"^IV304.1 /Bericht/Header"):
        checked_304(runtime, declaratie, replace(retour, header=replace(retour.header, gemeente="0001")), "2.3")
