"""WMO301 of release 2.3: one client."""

from __future__ import annotations

from app.domain.bericht import Berichtsoort
from app.domain.toewijzing import ToewijzingHeader, Toewijzingsbericht
from app.iwmo.document import adapter_for
from app.iwmo.node import TEXT, constant, lone, one, record
from app.iwmo.release_2_3.basisschema import BASIS, namespace_of, versie
from app.iwmo.release_2_3.toewijzing import Toewijzingsklassen

SOORT = Berichtsoort.WMO301
NAMESPACE = namespace_of(SOORT)

_header = record(
    NAMESPACE,
    ToewijzingHeader,
    constant("BerichtCode", "414"),
    *versie(),
    one("Afzender", TEXT),
    one("Ontvanger", TEXT),
    one("BerichtIdentificatie", BASIS.bericht_identificatie),
)
_client = Toewijzingsklassen(NAMESPACE, retour=False).client()
_root = record(
    NAMESPACE, Toewijzingsbericht, one("Header", _header), lone("Client", _client, "clienten", required=True)
)

ADAPTER = adapter_for(SOORT, _root, Toewijzingsbericht, BASIS.namespace)
