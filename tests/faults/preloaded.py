"""Imported once by the process that the services of the tests are forked from, so that each starts at once."""

from importlib import import_module

from tests.faults.launch import prepare_once

for name in (
    "app.settling",
    "uvicorn.loops.auto",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.auto",
    "sqlalchemy.dialects.sqlite",
):
    import_module(name)
prepare_once()
