"""WMO304 of release 2.3."""

from __future__ import annotations

from typing import Any

from app.domain.bedrag import BedragMetDC
from app.domain.bericht import Berichtsoort
from app.domain.declaratie import ClientRetour, DeclaratieRetour, DeclaratieRetourHeader, Prestatie, PrestatieRetour
from app.iwmo.document import adapter_for
from app.iwmo.node import DATUM, TEXT, Listing, Record, group, maybe, one, record, values_of
from app.iwmo.release_2_3.basisschema import BASIS, namespace_of
from app.iwmo.release_2_3.declaratie import client, header_start, prestatie_start

SOORT = Berichtsoort.WMO304
NAMESPACE = namespace_of(SOORT)


def _prestatie_retour(
    *,
    gemeente_berekend_bedrag: BedragMetDC,
    toegekend_bedrag: BedragMetDC,
    retour_codes: tuple[str, ...] = (),
    **prestatie: Any,  # noqa: ANN401  # the fields of Prestatie, as its shape has read them
) -> PrestatieRetour:
    return PrestatieRetour(
        prestatie=Prestatie(**prestatie),
        gemeente_berekend_bedrag=gemeente_berekend_bedrag,
        toegekend_bedrag=toegekend_bedrag,
        retour_codes=retour_codes,
    )


def _values_of_retour(retour: PrestatieRetour) -> dict[str, Any]:
    values = values_of(retour)
    return values_of(values.pop("prestatie")) | values


_retour_codes = Listing(NAMESPACE, "RetourCode", TEXT)
_header = record(
    NAMESPACE,
    DeclaratieRetourHeader,
    *header_start(),
    group("RetourHeader", BASIS.namespace, one("GemeenteReferentieNummer", TEXT), one("RetourDagtekening", DATUM)),
    group(
        "RetourBedragen",
        BASIS.namespace,
        one("IngediendTotaalBedrag", BASIS.totaal_bedrag),
        one("ToegekendTotaalBedrag", BASIS.totaal_bedrag),
    ),
    maybe("XsltVersie", TEXT),
    one("RetourCodes", _retour_codes),
)
_toegekend = group(
    "ToegekendeBedragPrestatie",
    BASIS.namespace,
    one("GemeenteBerekendBedrag", BASIS.bedrag),
    one("ToegekendBedrag", BASIS.bedrag),
)
_prestatie = Record(
    NAMESPACE,
    _prestatie_retour,
    (*prestatie_start(), _toegekend, maybe("Commentaar", TEXT), maybe("RetourCodes", _retour_codes)),
    has_pad=True,
    take=_values_of_retour,
)
_client = client(NAMESPACE, ClientRetour, _prestatie, maybe("RetourCodes", _retour_codes))
_root = record(
    NAMESPACE, DeclaratieRetour, one("Header", _header), maybe("Clienten", Listing(NAMESPACE, "Client", _client))
)

ADAPTER = adapter_for(SOORT, _root, DeclaratieRetour, BASIS.namespace)
