"""What every endpoint may ask for: the running parts, the caller, what the caller may see."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.domain.principal import READERS, Principal, Rol
from app.domain.refusals import NotAuthenticated, NotFound, RoleNotAllowed
from app.processing.access import demand_reader
from app.processing.keys import principal_of
from app.processing.runtime import Runtime
from app.storage.zicht import Zicht

BEARER = HTTPBearer(
    auto_error=False, scheme_name="sleutel", bearerFormat="iwmo_…", description="Een sleutel van `iwmo key create`"
)


def _runtime(request: Request) -> Runtime:
    return request.app.state.runtime


Parts = Annotated[Runtime, Depends(_runtime)]


Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]


def key_holder(runtime: Runtime, bearer: HTTPAuthorizationCredentials | None) -> Principal:
    """Who holds the key of a request, whatever its role; raises NotAuthenticated."""
    if bearer is None:
        raise NotAuthenticated("Stuur een sleutel mee: Authorization: Bearer iwmo_…")
    return principal_of(runtime, bearer.credentials)


def _caller(runtime: Parts, bearer: Credentials) -> Principal:
    """Anyone but the adapter of the GGk, which brings envelopes and does nothing else."""
    found = key_holder(runtime, bearer)
    if found.rol is Rol.GGK:
        raise RoleNotAllowed("Een sleutel voor het GGk brengt alleen enveloppen.")
    return found


Caller = Annotated[Principal, Depends(_caller)]


def sight_of(caller: Principal) -> Zicht:
    """What a party may see: its own."""
    return Zicht(gemeenten=caller.gemeenten, aanbieders=caller.aanbieders)


def _zicht(caller: Caller) -> Zicht:
    """What the caller may see of messages and clients; a beheer key sees none of them (404)."""
    if caller.rol not in READERS:
        raise NotFound("Dit bestaat niet.")
    return sight_of(caller)


Sight = Annotated[Zicht, Depends(_zicht)]


def _receiver(caller: Caller) -> Principal:
    demand_reader(caller)
    return caller


Receiver = Annotated[Principal, Depends(_receiver)]
"""A caller that receives messages; another role gets 403, for what it asks is to change something."""
