"""The service with an adapter before it: what is brought, what is worked off, what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from app.domain.envelop import Foutbericht, Heenbericht, Retour, Systeem
from app.domain.principal import Principal, Rol, aanbieder_partij
from app.iwmo.releases import write
from app.processing.ggk_ontvangen import take_in
from app.processing.keys import create_key, principal_of
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.berichten import BerichtFilters, BerichtRecord, get_bericht, list_berichten
from app.storage.gebeurtenissen import gebeurtenissen_of
from app.storage.ggk_envelopen import sent_of
from app.storage.zicht import Zicht
from tests.builders import (
    AANBIEDER,
    GEMEENTE,
    OTHER_AANBIEDER,
    a_declaratie,
    a_retour_header,
    a_toewijzing_retour,
    an_identificatie,
)
from tests.e2e.notation import BASE
from tests.processing.ggk_adapter import Adapter, work
from tests.processing.ggk_envelopen import XML, soap

AT_AANBIEDER, AT_OTHER = aanbieder_partij(AANBIEDER), aanbieder_partij(OTHER_AANBIEDER)
OTHER = Systeem(organisatie=OTHER_AANBIEDER, applicatie="Zorgpakket")
A_301, ANOTHER_301 = (  # for the aanbieder that makes its own 302
    replace(
        message,
        header=replace(
            message.header,
            ontvanger=OTHER_AANBIEDER,
            bericht_identificatie=an_identificatie(identificatie=number),
        ),
    )
    for message, number in zip(BASE, ("EEN", "TWEE"), strict=True)
)
SEEN_BY_GEMEENTE = Zicht(gemeenten=frozenset({GEMEENTE}))
SEEN_BY_AANBIEDER = Zicht(aanbieders=frozenset({AANBIEDER, OTHER_AANBIEDER}))
BACK_OFFICE = Principal(key_id="bo", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
CLAIM = write(a_declaratie(), "2.3")
SECRET = "999900006"


class Chain:
    """A service with an adapter before it, a clock that tests move, and what came of what was brought."""

    def __init__(self, runtime: Runtime, adapter: Adapter) -> None:
        self.runtime = runtime
        self.adapter = adapter
        self.machine = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
        self.runtime = replace(runtime, now=lambda: self.machine)
        self._keys = {
            Rol.GGK: create_key(self.runtime, rol=Rol.GGK, gemeenten=[GEMEENTE], naam="adapter"),
            Rol.GEMEENTE: create_key(self.runtime, rol=Rol.GEMEENTE, gemeenten=[GEMEENTE], naam="back office"),
        }

    @property
    def key_of_adapter(self) -> str:
        """What the adapter shows."""
        return self._keys[Rol.GGK]

    def bring(self, envelop: Heenbericht | Retour | Foutbericht, *, rol: Rol = Rol.GGK) -> None:
        """An envelope that is acknowledged."""
        reply = take_in(self.runtime, principal_of(self.runtime, self._keys[rol]), soap(envelop), XML)
        assert reply.status is HTTPStatus.OK, reply.body

    def work(self, hours: int = 0) -> int:
        """Do what is due, after so many hours."""
        self.machine += timedelta(hours=hours)
        return work(self.runtime)

    def berichten(self, zicht: Zicht = SEEN_BY_GEMEENTE) -> list[BerichtRecord]:
        """What a party sees, oldest first."""
        with self.runtime.storage.reading() as session:
            return list_berichten(session, zicht=zicht, filters=BerichtFilters(), limit=50, before=None)[::-1]

    def statuses(self, zicht: Zicht = SEEN_BY_GEMEENTE) -> list[tuple[str | None, str]]:
        """What it sees of each, oldest first."""
        return [(record.soort, record.status) for record in self.berichten(zicht)]

    def events(self, bericht_id: str) -> list[tuple[str, str]]:
        """What happened to a bericht."""
        with self.runtime.storage.reading() as session:
            return [(one.soort, one.reden or "") for one in gebeurtenissen_of(session, bericht_id=bericht_id)]

    def posted_301(self) -> tuple[str, str]:
        """The id of a 301 that was sent, and the reference of its envelope."""
        id = receive(self.runtime, BACK_OFFICE, write(A_301, "2.3")).bericht_id
        self.work()
        with self.runtime.storage.reading() as session:
            sent = sent_of(session, bericht_id=id, partij=AT_OTHER)
        assert sent is not None
        return id, sent.referentienummer

    def status(self, bericht_id: str) -> str:
        """How far a bericht is."""
        with self.runtime.storage.reading() as session:
            return get_bericht(session, id=bericht_id, zicht=SEEN_BY_GEMEENTE).status


def a_302(number: str = "EEN") -> bytes:
    """The 302 on the 301 with this number."""
    identificatie = an_identificatie(identificatie=number)
    header = a_retour_header(ontvanger=OTHER_AANBIEDER, bericht_identificatie=identificatie)
    return write(a_toewijzing_retour(header=header), "2.3")
