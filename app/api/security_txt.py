"""Where to report a weakness: security.txt (RFC 9116)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

router = APIRouter(include_in_schema=False)

PATH: Final = "/.well-known/security.txt"
RELEASED: Final = date(2026, 11, 22)
"""When somebody last saw that this is right; a release sets it anew."""

HOLDS: Final = timedelta(days=300)
EXAMPLE_HOST: Final = "https://iwmo.gemeente.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Whom to tell about a weakness and by which rules; `host` is where the service is found, `expires` a last day."""

    contact: str
    policy: str
    host: str | None = None
    expires: date | None = None

    @property
    def text(self) -> str:
        """The lines of the file; it says so itself when nobody filled in whom to tell."""
        until = self.expires or RELEASED + HOLDS
        lines = [
            f"Contact: {self.contact}",
            f"Expires: {until.isoformat()}T00:00:00Z",
            f"Canonical: {self.host or EXAMPLE_HOST}{PATH}",
            "Preferred-Languages: nl, en",
            f"Policy: {self.policy}",
        ]
        if ".example" in self.contact:
            lines.insert(0, "# Voorbeeld: stel IWMO_SECURITY_CONTACT, IWMO_SECURITY_POLICY en IWMO_PUBLIC_URL in.")
        return "\n".join(lines) + "\n"


@router.get(PATH)
def security_txt(request: Request) -> PlainTextResponse:
    """The file, for everybody."""
    disclosure: Disclosure = request.app.state.disclosure
    return PlainTextResponse(disclosure.text)
