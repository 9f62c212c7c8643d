"""The 302 on a 301: nothing but a header when it was right, else its classes with their codes (IV028)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, replace
from datetime import date
from typing import cast

from app.domain.codelijsten import GEEN_OPMERKING, TECHNISCH_AFGEKEURD
from app.domain.retour import Ernst, Finding
from app.domain.settlement import codes_of
from app.domain.toewijzing import Beoordeeld, Client, RetourHeader, ToewijzingRetour, Toewijzingsbericht


def toewijzing_retour(
    bericht: Toewijzingsbericht, findings: Sequence[Finding], *, identificatie_retour: str, today: date
) -> ToewijzingRetour:
    """The retour that the findings ask for; warnings do not count.

    A finding within the message gives header 0001; one outside every class below the header gives its code there;
    else every class comes back with the codes found on it, or 0200.
    """
    wrong = [finding for finding in findings if finding.ernst is Ernst.FOUT and finding.retourcode]
    pads = frozenset(_class_pads(bericht.clienten) if wrong else ())
    codes = _header_codes(wrong, pads)
    header = RetourHeader(
        afzender=bericht.header.afzender,
        ontvanger=bericht.header.ontvanger,
        bericht_identificatie=bericht.header.bericht_identificatie,
        identificatie_retour=identificatie_retour,
        dagtekening_retour=today,
        retour_codes=codes,
    )
    if codes != (GEEN_OPMERKING,):
        return ToewijzingRetour(header=header)
    by_pad: dict[str | None, list[Finding]] = {}
    for finding in wrong:
        by_pad.setdefault(_class_of(finding, pads), []).append(finding)
    codes_by_pad = {pad: codes_of(found) for pad, found in by_pad.items()}
    clienten = tuple(cast(Client, _with_codes(client, codes_by_pad)) for client in bericht.clienten)
    return ToewijzingRetour(header=header, clienten=clienten)


def _header_codes(wrong: Sequence[Finding], pads: Set[str]) -> tuple[str, ...]:
    if any(finding.retourcode == TECHNISCH_AFGEKEURD for finding in wrong):
        return (TECHNISCH_AFGEKEURD,)
    on_header = codes_of([finding for finding in wrong if _class_of(finding, pads) is None])
    return on_header or ((GEEN_OPMERKING,) if wrong else ())


def _with_codes(value: object, by_pad: Mapping[str | None, tuple[str, ...]]) -> object:
    if isinstance(value, tuple):
        return tuple(_with_codes(item, by_pad) for item in cast("tuple[object, ...]", value))
    if not isinstance(value, Beoordeeld):
        return value
    below = {
        field.name: _with_codes(getattr(value, field.name), by_pad)
        for field in fields(value)
        if isinstance(getattr(value, field.name), tuple | Beoordeeld)
    }
    return replace(value, **{**below, "retour_codes": by_pad.get(value.pad, (GEEN_OPMERKING,))})


def _class_of(finding: Finding, pads: Set[str]) -> str | None:
    """The deepest class at or above the place of the finding, None for the header and the message itself."""
    pad = finding.pad
    while pad and pad not in pads:
        pad = pad.rpartition("/")[0]
    return pad or None


def _class_pads(value: object) -> list[str]:
    if isinstance(value, tuple):
        return [pad for item in cast("tuple[object, ...]", value) for pad in _class_pads(item)]
    if not isinstance(value, Beoordeeld):
        return []
    return [value.pad] + [pad for field in fields(value) for pad in _class_pads(getattr(value, field.name))]
