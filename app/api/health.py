"""Whether the service is alive, and whether it is ready."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Depends, Request, Response

from app.api.aansluitingen import demand_beheer
from app.api.dependencies import Parts
from app.api.openapi import problems
from app.api.problems import NOT_READY, RETRY_AFTER_SECONDS, problem
from app.api.shapes import Shape
from app.processing.metingen import MEDIA_TYPE, metrics_text
from app.processing.readiness import Readiness, readiness

router = APIRouter(tags=["Beheer"])


class HealthOut(Shape):
    """`ok`."""

    status: str


@router.get("/healthz", summary="Leeft de dienst?")
def healthz() -> HealthOut:
    """Antwoordt zolang het proces leeft."""
    return HealthOut(status="ok")


@router.get(
    "/readyz",
    summary="Kan de dienst werken?",
    responses=problems(HTTPStatus.SERVICE_UNAVAILABLE),
    response_model=HealthOut,
)
def readyz(request: Request, runtime: Parts) -> HealthOut | Response:
    """Of de database bereikbaar is, het juiste schema heeft, en of het werk op de achtergrond wordt gedaan."""
    found = readiness(runtime, works=request.app.state.settings.worker)
    if found is Readiness.OK:
        return HealthOut(status=found.value)
    answer = problem(request, NOT_READY, f"Wat ontbreekt: {found.value}.")
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


class MetricsResponse(Response):
    """Figures in the text format of Prometheus."""

    media_type = MEDIA_TYPE


@router.get(
    "/metrics",
    summary="Cijfers voor bewaking",
    response_class=MetricsResponse,
    dependencies=[Depends(demand_beheer)],
)
def metrics(runtime: Parts) -> Response:
    """Werk dat wacht of mislukte, berichten van het laatste etmaal, pogingen en duur. Alleen voor een beheersleutel."""
    return MetricsResponse(metrics_text(runtime))
