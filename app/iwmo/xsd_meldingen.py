"""The Dutch sentence for each kind of error of libxml2, and the facts of the schema that it names.

The texts of libxml2 quote the message, which may hold a bsn or a name: only what stands behind the last marker is
taken, and that comes from the schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.retour import Waarde

_NAMESPACE = re.compile(r"\{http[^{}]*\}")


@dataclass(frozen=True, slots=True)
class _Kind:
    """`facet` of the schema that is broken; what it expects stands between `before` and `after` in the text."""

    melding: str
    facet: str | None = None
    before: str | None = None
    after: str = "'."
    name: str = "verwacht"


_KINDS = {
    "SCHEMAV_CVC_PATTERN_VALID": _Kind(
        "De waarde heeft niet de vorm die het schema vraagt.", "pattern", "by the pattern '"
    ),
    "SCHEMAV_CVC_MAXLENGTH_VALID": _Kind(
        "De waarde is langer dan het schema toelaat.", "maxLength", "allowed maximum length of '"
    ),
    "SCHEMAV_CVC_MINLENGTH_VALID": _Kind(
        "De waarde is korter dan het schema toelaat.", "minLength", "allowed minimum length of '"
    ),
    "SCHEMAV_CVC_ENUMERATION_VALID": _Kind(
        "De waarde komt niet voor in de codelijst.", "enumeration", "not an element of the set {", "}."
    ),
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": _Kind(
        "De waarde is hoger dan het schema toelaat.", "maxInclusive", "maximum value allowed ('", "')."
    ),
    "SCHEMAV_CVC_MININCLUSIVE_VALID": _Kind(
        "De waarde is lager dan het schema toelaat.", "minInclusive", "minimum value allowed ('", "')."
    ),
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": _Kind(
        "De waarde is niet van het type dat het schema vraagt.", before="of the atomic type '", name="type"
    ),
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": _Kind("Hier mogen alleen elementen staan, geen tekst."),
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": _Kind("Dit element mag dit attribuut niet hebben."),
    "SCHEMAV_CVC_TYPE_3_1_1": _Kind("Dit element mag geen attributen hebben."),
    "SCHEMAV_CVC_TYPE_3_1_2": _Kind("Dit element mag geen andere elementen bevatten."),
    "SCHEMAV_CVC_ELT_1": _Kind("Dit is niet het element waarmee het bericht begint."),
    "SCHEMAV_CVC_ELT_3_1": _Kind("Dit element mag niet als leeg (nil) worden aangemerkt."),
}
_OTHER = _Kind("Dit element voldoet niet aan het schema.")
_EXPECTED = "Expected is "


def explain(type_name: str, message: str, element: str) -> tuple[str, dict[str, Waarde]]:
    """The sentence for an error on an element, and its facts by name; nothing of the message's own content."""
    waarden: dict[str, Waarde] = {"element": element}
    if type_name == "SCHEMAV_ELEMENT_CONTENT":
        return _on_content(message, waarden)
    kind = _KINDS.get(type_name, _OTHER)
    if kind.facet is not None:
        waarden["facet"] = kind.facet
    expected = None if kind.before is None else _behind(message, kind.before, kind.after)
    if expected is not None:
        waarden[kind.name] = expected
    return kind.melding, waarden


def _on_content(message: str, waarden: dict[str, Waarde]) -> tuple[str, dict[str, Waarde]]:
    # The name of an element holds no blank, so the message cannot put these words into the text.
    expected = _behind(message, _EXPECTED, ".")
    if expected is not None:
        waarden["verwacht"] = expected.removeprefix("one of ").strip("( )")
    if "Missing child element(s)" in message:
        return "In dit element ontbreekt een verplicht element.", waarden
    return "Dit element hoort hier niet.", waarden


def _behind(message: str, before: str, after: str) -> str | None:
    """What stands between the last `before` and the end of the text, names without their namespaces."""
    _, found, rest = message.strip().rpartition(before)
    return _NAMESPACE.sub("", rest.removesuffix(after)) if found else None
