"""What a caller adds to the transaction that keeps a message, stays or goes with it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy.orm import Session

from app.domain.principal import Principal, Rol
from app.domain.refusals import Refusal
from app.iwmo.releases import write
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.berichten import BerichtFilters, list_berichten
from app.storage.zicht import Zicht
from tests.builders import GEMEENTE
from tests.e2e.notation import BASE

BACK_OFFICE = Principal(key_id="bo", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
A_301 = write(BASE[0], "2.3")


class Stop(Exception):
    """What the caller raises."""


def _kept(runtime: Runtime) -> dict[str, str]:
    with runtime.storage.reading() as session:
        zicht = Zicht(gemeenten=frozenset({GEMEENTE}))
        found = list_berichten(session, zicht=zicht, filters=BerichtFilters(), limit=100)
        return {record.id: record.status for record in found}


def _stop(_session: Session, _bericht_id: str) -> None:
    raise Stop


@pytest.mark.parametrize("body", [A_301, b"<geen-bericht/>"], ids=["accepted", "refused"])
class TestAlso:
    def test_gets_the_id_of_the_bericht_that_is_kept(self, runtime, body):
        told: list[str] = []
        with suppress(Refusal):
            receive(runtime, BACK_OFFICE, body, also=lambda _session, id: told.append(id))
        assert told == [min(_kept(runtime))]  # the first one; what else there is was made from it

    def test_what_it_raises_leaves_nothing_behind(self, runtime, body):
        with pytest.raises(Stop):
            receive(runtime, BACK_OFFICE, body, also=_stop)
        assert _kept(runtime) == {}


def test_also_gets_the_first_bericht_when_it_comes_again(runtime):
    first = receive(runtime, BACK_OFFICE, A_301)
    told: list[str] = []
    receive(runtime, BACK_OFFICE, A_301, also=lambda _session, id: told.append(id))
    assert told == [first.bericht_id]
