"""After any session of messages the books are right (domain.md §6), whatever was wrong in between."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest

from app.domain.declaratie import DeclaratieRetour
from app.domain.principal import Principal, Rol
from app.iwmo.reading import read, recognise
from app.iwmo.releases import write
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.berichten import BerichtFilters, body_of, get_bericht, list_berichten
from app.storage.declaraties import Uitkomst, get_declaratie, toegekend_by_period
from app.storage.zicht import Zicht
from tests.builders import AANBIEDER, GEMEENTE
from tests.e2e.notation import BASE
from tests.e2e.service import Clock
from tests.processing.claims import VOLUMES, Model, Sent

BACK_OFFICE = Principal(key_id="bo", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
DECLARANT = Principal(key_id="a", rol=Rol.AANBIEDER, aanbieders=frozenset({AANBIEDER}))
ALL = Zicht(gemeenten=frozenset({GEMEENTE}))
MESSAGES = 40


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_books_are_right_after_every_message(seed: int, runtime: Runtime, clock: Clock):
    clock.today = date(2019, 8, 20)
    for bericht in BASE:
        receive(runtime, BACK_OFFICE, write(bericht, "2.3"))
    model = Model(Random(seed))
    outcomes: Counter[str] = Counter()
    bodies: list[bytes] = []
    for _ in range(MESSAGES):
        sent = model.next()
        bodies.append(write(sent.declaratie, "2.3"))
        receipt = receive(runtime, DECLARANT, bodies[-1])
        assert receipt.is_new
        outcomes[check_answer(runtime, receipt.bericht_id, sent)] += 1
        check_rooms(runtime, model)
        if model.random.random() < 0.2:
            assert not receive(runtime, DECLARANT, model.random.choice(bodies)).is_new
            check_rooms(runtime, model)
    assert set(outcomes) == {"8001", "0200", "0001", "0030"}, "the session is too quiet to prove anything"
    check_one_304_each(runtime, len(bodies))


def check_answer(runtime: Runtime, bericht_id: str, sent: Sent) -> str:
    """The 304 says what the model says, and so do the books; its header codes."""
    with runtime.storage.reading() as session:
        bericht = get_bericht(session, id=bericht_id, zicht=ALL)
        assert bericht.antwoord_id is not None
        assert bericht.declaratie_id is not None
        retour = read(recognise(body_of(session, id=bericht.antwoord_id)))
        declaratie, lines = get_declaratie(session, id=bericht.declaratie_id, zicht=ALL)
    assert isinstance(retour, DeclaratieRetour)
    asked = {
        prestatie.product_referentie.referentie_nummer: prestatie.ingediend.cents
        for client in sent.declaratie.clienten
        for prestatie in client.prestaties
    }
    back = {
        line.prestatie.product_referentie.referentie_nummer: line
        for client in retour.clienten
        for line in client.prestaties
    }
    toegekend = retour.header.toegekend_totaal_bedrag.saldo.cents
    assert (declaratie.toegekend.cents, declaratie.retour_codes) == (toegekend, retour.header.retour_codes)
    if sent.refused_with:
        assert (retour.header.retour_codes, back, lines, toegekend) == ((sent.refused_with,), {}, (), 0)
        return sent.refused_with
    assert asked.keys() - back.keys() == sent.granted
    assert toegekend == sum(cents for referentie, cents in asked.items() if referentie in sent.granted)
    outcomes = {line.prestatie.product_referentie.referentie_nummer: line for line in lines}
    assert len(lines) == len(outcomes) == len(asked)
    for referentie, line in outcomes.items():
        is_granted = referentie in sent.granted
        assert line.uitkomst is (Uitkomst.TOEGEKEND if is_granted else Uitkomst.AFGEWEZEN)
        assert line.toegekend.cents == (asked[referentie] if is_granted else 0)
        assert is_granted is bool(line.boekingen) is (not line.retour_codes)
        assert is_granted or line.retour_codes == back[referentie].retour_codes
    return retour.header.retour_codes[0]


def check_rooms(runtime: Runtime, model: Model) -> None:
    """What is booked on each room is the sum of debits minus credits, and never more than the room."""
    for nummer, volume in VOLUMES.items():
        with runtime.storage.reading() as session:
            booked = toegekend_by_period(session, gemeente=GEMEENTE, toewijzing_sleutel=str(nummer))
        rooms = {room: taken for room, taken in model.taken.items() if room[0] == nummer}
        assert all(0 <= taken <= volume for taken, _ in booked.values())
        expected = {day: (taken, model.cents[nummer, day]) for (_, day), taken in rooms.items()}
        if nummer == 1003:  # one room for the whole validity, whatever day stands for it
            assert list(booked.values()) == list(expected.values())
        else:
            assert booked == {day: both for day, both in expected.items() if day in booked}
            assert all(both == (0, 0) for day, both in expected.items() if day not in booked)


def check_one_304_each(runtime: Runtime, declaraties: int) -> None:
    """Every 303 has exactly one 304, and there is no other."""
    with runtime.storage.reading() as session:
        found = {
            soort: list_berichten(session, zicht=ALL, filters=BerichtFilters(soort=soort), limit=500)
            for soort in ("WMO303", "WMO304")
        }
    assert len(found["WMO303"]) == declaraties
    assert sorted(b.id for b in found["WMO303"]) == sorted(b.antwoord_op_id or "" for b in found["WMO304"])
