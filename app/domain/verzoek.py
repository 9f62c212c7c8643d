"""Messages that are recognised, checked against the XSD and kept, but not yet acted on (305-308, 315, 316)."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.bericht import BerichtIdentificatie, Onderdeel


@dataclass(frozen=True, slots=True, kw_only=True)
class OverigBericht(Onderdeel):
    """The facts by which such a message is found again.

    `afzender` and `ontvanger` are the header elements of that name; `identificatie_retour` stands in retours only.
    `referenties` are the ReferentieAanbieder values of a 315, by which a later 301 is recognised (TR300).
    """

    afzender: str
    ontvanger: str
    bericht_identificatie: BerichtIdentificatie
    identificatie_retour: str | None = None
    bsns: tuple[str, ...] = field(default=(), repr=False)
    referenties: tuple[str, ...] = ()
