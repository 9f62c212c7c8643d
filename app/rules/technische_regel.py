"""How a rule of the standard is declared, collected and applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from types import ModuleType
from typing import Any

from app.domain.bedrag import Bedrag
from app.domain.bericht import Onderdeel
from app.domain.retour import Ernst, Finding, Waarde


class Niveau(StrEnum):
    """How far a rule looks: in the message, over messages, or at data outside the standard."""

    BERICHT = "message"
    BERICHTOVERSTIJGEND = "cross-message"
    EXTERN = "external"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A place where a rule does not hold: `element` is the path below the class, `waarden` what was compared."""

    onderdeel: Onderdeel
    element: str
    waarden: Mapping[str, Waarde]

    @property
    def pad(self) -> str:
        """The place in the message."""
        return f"{self.onderdeel.pad}/{self.element}" if self.element else self.onderdeel.pad


Check = Callable[[Any, Any], Iterable[Mismatch]]


def mismatch(onderdeel: Onderdeel, element: str, **compared: date | time | Bedrag | Waarde) -> Mismatch:
    """A mismatch with its values in the form that people and JSON read: ISO dates, whole cents.

    Never pass a bsn, a name or a birth date.
    """
    return Mismatch(onderdeel, element, {name: _readable(value) for name, value in compared.items()})


def _readable(value: date | time | Bedrag | Waarde) -> Waarde:
    match value:
        case Bedrag():
            return value.cents
        case date() | time():
            return value.isoformat()
        case StrEnum():
            return value.value
        case _:
            return value


@dataclass(frozen=True, slots=True)
class TechnischeRegel:
    """A rule: its id and retourcode in the standard, what it looks at, and its check.

    `on` is the class it is asked about. The check gets that class and, at `Niveau.BERICHT`, the whole message; at
    the other levels the dossier. `melding` is what an operator reads: the rule in one Dutch sentence.
    """

    id: str
    retourcode: str | None
    niveau: Niveau
    on: type
    check: Check
    melding: str
    ernst: Ernst

    def findings(self, subject: object, context: object) -> list[Finding]:
        """What the rule finds on one subject."""
        return [self.finding(wrong) for wrong in self.check(subject, context)]

    def finding(self, wrong: Mismatch) -> Finding:
        """What an operator reads of a mismatch that the check gave."""
        return Finding(
            regel=self.id,
            retourcode=self.retourcode,
            pad=wrong.pad,
            melding=self.melding,
            waarden=dict(wrong.waarden),
            ernst=self.ernst,
        )


def technische_regel(
    id: str,
    *,
    on: type,
    niveau: Niveau = Niveau.BERICHT,
    retourcode: str | None = None,
    ernst: Ernst = Ernst.FOUT,
) -> Callable[[Check], TechnischeRegel]:
    """Declare a check as a rule; its docstring is the text of the rule for operators, in Dutch."""

    def declare(check: Check) -> TechnischeRegel:
        melding = " ".join((check.__doc__ or "").split())
        return TechnischeRegel(id, retourcode, niveau, on, check, melding, ernst)

    return declare


def collect(*modules: ModuleType) -> tuple[TechnischeRegel, ...]:
    """Every rule that the modules declare, in order of declaration."""
    return tuple(v for module in modules for v in vars(module).values() if isinstance(v, TechnischeRegel))


def judge(subjects: Iterable[object], regels: Sequence[TechnischeRegel], context: object) -> tuple[Finding, ...]:
    """Every finding of the rules on the subjects, in the order of the subjects."""
    by_type: dict[type, list[TechnischeRegel]] = {}
    for regel in regels:
        by_type.setdefault(regel.on, []).append(regel)
    found: list[Finding] = []
    for subject in subjects:
        if own := by_type.get(type(subject)):
            ask(own, subject, context, found)
    return tuple(found)


def ask(regels: Iterable[TechnischeRegel], subject: object, context: object, found: list[Finding]) -> None:
    """Add what the rules find on one subject, in their order.

    A large declaratie asks a million times, and nearly every time nothing is wrong.
    """
    for regel in regels:
        for wrong in regel.check(subject, context):
            found.append(regel.finding(wrong))
