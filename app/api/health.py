"""Whether the service is alive, and whether it is ready."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from app.api.dependencies import Parts
from app.api.shapes import Shape
from app.processing.readiness import Readiness, readiness

router = APIRouter(tags=["Beheer"])


class HealthOut(Shape):
    """`ok`, or what is missing."""

    status: str


@router.get("/healthz")
def healthz() -> HealthOut:
    """De dienst leeft."""
    return HealthOut(status="ok")


@router.get("/readyz")
def readyz(runtime: Parts, response: Response) -> HealthOut:
    """De database is bereikbaar en heeft het juiste schema."""
    found = readiness(runtime)
    if found is not Readiness.OK:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return HealthOut(status=found.value)
