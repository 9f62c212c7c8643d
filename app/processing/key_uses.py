"""When a credential was last used, known to the minute: written at most once a minute, after the answer went out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

import structlog

from app.domain.principal import Principal, Wijze
from app.processing.runtime import Runtime
from app.storage.keys import set_used
from app.storage.outages import DatabaseUnavailable

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(minutes=1)


@dataclass(slots=True)
class KeyUses:
    """Which uses this process wrote down; safe for threads."""

    _noted: dict[str, datetime] = field(default_factory=dict[str, datetime])
    _lock: Lock = field(default_factory=Lock)

    def is_due(self, principal: Principal, now: datetime) -> bool:
        """Whether a use is to be written down; for a person, who has no credential, never."""
        noted = self._noted.get(principal.key_id)
        return principal.wijze is not Wijze.SESSIE and (noted is None or now - noted >= EVERY)

    def note(self, runtime: Runtime, principal: Principal) -> None:
        """Write down that a credential was used, unless that was done a moment ago; a person has none."""
        now = runtime.now()
        if not self._takes_its_turn(principal, now):
            return
        before = now - EVERY
        try:
            runtime.storage.run(lambda session: set_used(session, keyid=principal.key_id, now=now, before=before))
        except DatabaseUnavailable:
            log.warning("key_use_not_written", key_id=principal.key_id)  # the next minute tries again

    def _takes_its_turn(self, principal: Principal, now: datetime) -> bool:
        with self._lock:
            due = self.is_due(principal, now)
            if due:
                self._noted[principal.key_id] = now
            return due
