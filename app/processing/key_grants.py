"""What may be granted to software: a role with its parties, at most the rights of that role, and not for ever."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Final, Self

from app.domain.principal import MACHINES, RECHTEN, Recht, Rol, Wijze
from app.domain.refusals import InvalidInput
from app.storage.keys import KeyRecord

GEMEENTE_CODE: Final = re.compile(r"[0-9]{4}")
AGB_CODE: Final = re.compile(r"[0-9]{8}")
FINGERPRINT_OR_OIN: Final = re.compile(r"[0-9a-f]{64}|[0-9]{20}")
ISSUER_AND_SUBJECT: Final = re.compile(r"[^|]+\|[^|]+")
LIFE: Final = timedelta(days=365)
LONGEST_LIFE: Final = timedelta(days=366)
"""A year, also when it holds a 29th of February."""

_CODES: Final = {
    Rol.GEMEENTE: (True, False),
    Rol.AANBIEDER: (False, True),
    Rol.SERVICEBUREAU: (False, True),
    Rol.BEHEER: (False, False),
    Rol.GGK: (True, False),
}
"""Whether a credential names gemeenten, and AGB-codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a credential is for. `rechten` None: all those of the role; `netwerken` (CIDR) empty: from everywhere.

    It works from `vanaf` (None: now) until `tot` (None: a year later).
    """

    rol: Rol
    gemeenten: frozenset[str] = frozenset()
    aanbieders: frozenset[str] = frozenset()
    naam: str = ""
    rechten: frozenset[Recht] | None = None
    netwerken: tuple[str, ...] = ()
    vanaf: datetime | None = None
    tot: datetime | None = None

    @classmethod
    def of(cls, record: KeyRecord, *, tot: datetime | None = None) -> Self:
        """What was granted to a credential, now until another moment."""
        return cls(
            rol=Rol(record.rol),
            gemeenten=record.gemeenten,
            aanbieders=record.aanbieders,
            naam=record.naam,
            rechten=None if record.rechten is None else frozenset(map(Recht, record.rechten)),
            netwerken=record.netwerken,
            tot=tot,
        )

    def record(
        self,
        *,
        keyid: str,
        now: datetime,
        wijze: Wijze = Wijze.SLEUTEL,
        kenmerk: str | None = None,
        opvolger_van: str | None = None,
    ) -> KeyRecord:
        """The credential to keep; a key still lacks the digest of its secret."""
        vanaf = self.vanaf or now
        return KeyRecord(
            keyid=keyid,
            wijze=wijze.value,
            kenmerk=kenmerk,
            rol=self.rol.value,
            gemeenten=self.gemeenten,
            aanbieders=self.aanbieders,
            rechten=None if self.rechten is None else frozenset(recht.value for recht in self.rechten),
            netwerken=self.netwerken,
            naam=self.naam,
            gemaakt_op=now,
            geldig_vanaf=vanaf,
            verloopt_op=self.tot or vanaf + LIFE,
            opvolger_van=opvolger_van,
        )


def demand_fitting(grant: Grant, now: datetime) -> None:
    """Raise InvalidInput unless the parties, rights and networks fit the role, and it ends within a year from now."""
    _demand_codes(grant)
    _demand_rights(grant)
    _demand_networks(grant)
    begin = grant.vanaf or now
    end = grant.tot or begin + LIFE
    if not begin < end <= now + LONGEST_LIFE or end <= now:
        raise InvalidInput("Een toegangsmiddel werkt hoogstens een jaar vanaf nu, en loopt na zijn begin af.")


def demand_kenmerk(wijze: Wijze, kenmerk: str) -> str:
    """The kenmerk as it is kept; raises InvalidInput when a client or certificate cannot be known by it."""
    if wijze is Wijze.TOKEN and ISSUER_AND_SUBJECT.fullmatch(kenmerk):
        return kenmerk
    found = kenmerk.replace(":", "").replace(" ", "").lower()
    if wijze is Wijze.CERTIFICAAT and FINGERPRINT_OR_OIN.fullmatch(found):
        return found
    raise InvalidInput(
        "Een OAuth-client is bekend aan uitgever en subject; een certificaat aan zijn SHA-256-vingerafdruk (64 "
        "hexadecimale cijfers) of een OIN (20 cijfers)."
    )


def _demand_codes(grant: Grant) -> None:
    if grant.rol not in MACHINES or (bool(grant.gemeenten), bool(grant.aanbieders)) != _CODES[grant.rol]:
        raise InvalidInput(
            "Een gemeente of het GGk noemt gemeenten, een aanbieder of servicebureau AGB-codes, beheer geen van beide."
        )
    if not all(map(GEMEENTE_CODE.fullmatch, grant.gemeenten)) or not all(map(AGB_CODE.fullmatch, grant.aanbieders)):
        raise InvalidInput("Een gemeentecode heeft vier cijfers, een AGB-code acht.")


def _demand_rights(grant: Grant) -> None:
    may = RECHTEN[grant.rol]
    if grant.rechten is not None and not (grant.rechten and grant.rechten <= may):
        raise InvalidInput(f"De rol {grant.rol} kan deze rechten hebben: {', '.join(sorted(may))}.")


def _demand_networks(grant: Grant) -> None:
    for network in grant.netwerken:
        try:
            ip_network(network)
        except ValueError:
            raise InvalidInput(f"{network!r} is geen netwerk, zoals 192.0.2.0/24 of 2001:db8::/32.") from None
