"""Whether the service is alive, and whether it is ready."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from app.api.dependencies import Parts
from app.api.problems import RETRY_AFTER_SECONDS
from app.api.shapes import Shape
from app.processing.readiness import Readiness, readiness

router = APIRouter(tags=["Beheer"])


class HealthOut(Shape):
    """`ok`, or what is missing."""

    status: str


@router.get("/healthz", summary="Leeft de dienst?")
def healthz() -> HealthOut:
    """Antwoordt zolang het proces leeft."""
    return HealthOut(status="ok")


@router.get(
    "/readyz",
    summary="Kan de dienst werken?",
    responses={HTTPStatus.SERVICE_UNAVAILABLE: {"model": HealthOut, "description": "Er ontbreekt iets"}},
)
def readyz(runtime: Parts, response: Response) -> HealthOut:
    """Of de database bereikbaar is en het juiste schema heeft."""
    found = readiness(runtime)
    if found is not Readiness.OK:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return HealthOut(status=found.value)
