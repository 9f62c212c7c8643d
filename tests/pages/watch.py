"""What a browser had to say on a page, besides showing it."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Dialog, Page, Request

_CSP = """
document.addEventListener("securitypolicyviolation",
  event => console.error(`CSP ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""


@dataclass
class Watch:
    """Complaints: errors and warnings in the console, scripts that fail, dialogs, requests to elsewhere."""

    home: str
    heard: list[str] = field(default_factory=list)
    expected: str = ""
    """The address whose own status, from 400 up, is no complaint."""

    def follow(self, page: Page) -> None:
        """Listen to a page from now on, and to every document that it will show."""
        page.add_init_script(_CSP)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            where = message.location.get("url", "")
            if not (self.expected and where.startswith(self.expected) and "Failed to load resource" in message.text):
                self.heard.append(f"{message.type}: {message.text} ({where})")

    def _dialog(self, dialog: Dialog) -> None:
        self.heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith(self.home):
            self.heard.append(f"request: {request.url}")


def watch(page: Page, home: str) -> Watch:
    """Listen to a page that is about to open."""
    watching = Watch(home)
    watching.follow(page)
    return watching
