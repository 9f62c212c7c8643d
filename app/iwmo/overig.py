"""Messages of which only the facts are read by which they are found again."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.bericht import BerichtIdentificatie, Berichtsoort
from app.domain.verzoek import OverigBericht
from app.iwmo.basisschema import Basisschema
from app.iwmo.document import ROOT
from app.iwmo.node import Problems
from app.iwmo.pad import Element
from app.iwmo.release import Adapter


def overig_adapter(soort: Berichtsoort, namespace: str, basis: Basisschema, *, referenties: bool = False) -> Adapter:
    """The adapter of such a message; with `referenties` the ReferentieAanbieder of each product is read too."""

    def read(root: Element, problems: Problems) -> OverigBericht:
        header = root[0]
        identificatie: BerichtIdentificatie = basis.bericht_identificatie.read(
            next(header.iterchildren(f"{{{namespace}}}BerichtIdentificatie")),
            f"/{ROOT}/Header/BerichtIdentificatie",
            problems,
        )
        return OverigBericht(
            pad=f"/{ROOT}",
            afzender=header.findtext(f"{{{namespace}}}Afzender") or "",
            ontvanger=header.findtext(f"{{{namespace}}}Ontvanger") or "",
            bericht_identificatie=identificatie,
            identificatie_retour=header.findtext(f"{{{namespace}}}IdentificatieRetour"),
            bsns=tuple(_texts(root, f"{{{namespace}}}Bsn")),
            referenties=tuple(_texts(root, f"{{{namespace}}}ReferentieAanbieder")) if referenties else (),
        )

    return Adapter(soort=soort, namespace=namespace, inhoud=OverigBericht, read=read)


def _texts(root: Element, tag: str) -> Iterator[str]:
    return (element.text or "" for element in root.iter(tag))
