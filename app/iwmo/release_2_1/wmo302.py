"""WMO302 of release 2.1."""

from __future__ import annotations

from app.domain.bericht import Berichtsoort
from app.domain.toewijzing import RetourHeader, ToewijzingRetour
from app.iwmo.document import adapter_for
from app.iwmo.node import DATUM, TEXT, Listing, constant, maybe, one, record
from app.iwmo.release_2_1.basisschema import BASIS, namespace_of, versie
from app.iwmo.release_2_1.toewijzing import Toewijzingsklassen

SOORT = Berichtsoort.WMO302
NAMESPACE = namespace_of(SOORT)

_klassen = Toewijzingsklassen(NAMESPACE, retour=True)
_header = record(
    NAMESPACE,
    RetourHeader,
    constant("BerichtCode", "415"),
    *versie(),
    one("Afzender", TEXT),
    one("Ontvanger", TEXT),
    one("BerichtIdentificatie", BASIS.bericht_identificatie),
    one("IdentificatieRetour", TEXT),
    one("DagtekeningRetour", DATUM),
    maybe("RetourCodes", _klassen.retour_codes),
)
_root = record(
    NAMESPACE,
    ToewijzingRetour,
    one("Header", _header),
    maybe("Clienten", Listing(NAMESPACE, "Client", _klassen.client())),
)

ADAPTER = adapter_for(SOORT, _root, ToewijzingRetour, BASIS.namespace)
