"""What every endpoint may ask for: the running parts, the caller, what the caller may see."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app.domain.principal import Principal, Rol
from app.domain.refusals import NotAuthenticated, NotFound
from app.processing.keys import principal_of
from app.processing.runtime import Runtime
from app.storage.zicht import Zicht


def _runtime(request: Request) -> Runtime:
    return request.app.state.runtime


Parts = Annotated[Runtime, Depends(_runtime)]


def _caller(request: Request, runtime: Parts) -> Principal:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated("Stuur een sleutel mee: Authorization: Bearer iwmo_…")
    return principal_of(runtime, key.strip())


Caller = Annotated[Principal, Depends(_caller)]


def _zicht(caller: Caller) -> Zicht:
    """What the caller may see of messages and clients; a beheer key sees none of them (404)."""
    if caller.rol is Rol.BEHEER:
        raise NotFound("Dit bestaat niet.")
    return Zicht(gemeenten=caller.gemeenten, aanbieders=caller.aanbieders)


Sight = Annotated[Zicht, Depends(_zicht)]
