"""What every endpoint may ask for: the running parts, the caller, what the caller may see."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.admission import principal_in
from app.domain.principal import READERS, Principal
from app.domain.refusals import NotAuthenticated, NotFound
from app.processing.access import demand_reader
from app.processing.runtime import Runtime
from app.processing.toegang import GENERIC
from app.storage.zicht import Zicht

BEARER = HTTPBearer(
    auto_error=False, scheme_name="sleutel", bearerFormat="iwmo_…", description="Een sleutel van `iwmo key create`"
)


# Asynchronous, though they wait for nothing: what is not, FastAPI runs in another thread, each on its own.


async def _runtime(request: Request) -> Runtime:
    return request.app.state.runtime


Parts = Annotated[Runtime, Depends(_runtime)]


async def _caller(
    request: Request, _described: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]
) -> Principal:
    """Who was let in by app.api.admission."""
    principal = principal_in(request)
    if principal is None:
        raise NotAuthenticated(GENERIC)
    return principal


Caller = Annotated[Principal, Depends(_caller)]


def sight_of(caller: Principal) -> Zicht:
    """What a party may see: its own."""
    return Zicht(gemeenten=caller.gemeenten, aanbieders=caller.aanbieders)


async def _zicht(caller: Caller) -> Zicht:
    """What the caller may see of messages and clients; a beheer key sees none of them (404)."""
    if caller.rol not in READERS:
        raise NotFound("Dit bestaat niet.")
    return sight_of(caller)


Sight = Annotated[Zicht, Depends(_zicht)]


async def _receiver(caller: Caller) -> Principal:
    demand_reader(caller)
    return caller


Receiver = Annotated[Principal, Depends(_receiver)]
"""A caller that receives messages; another role gets 403, for what it asks is to change something."""
