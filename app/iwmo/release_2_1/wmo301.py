"""WMO301 of release 2.1: several clienten, and products of several aanbieders."""

from __future__ import annotations

from app.domain.bericht import Berichtsoort
from app.domain.toewijzing import ToewijzingHeader, Toewijzingsbericht
from app.iwmo.document import adapter_for
from app.iwmo.node import TEXT, Listing, constant, one, record
from app.iwmo.release_2_1.basisschema import BASIS, namespace_of, versie
from app.iwmo.release_2_1.toewijzing import Toewijzingsklassen

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
    NAMESPACE, Toewijzingsbericht, one("Header", _header), one("Clienten", Listing(NAMESPACE, "Client", _client))
)

ADAPTER = adapter_for(SOORT, _root, Toewijzingsbericht, BASIS.namespace)
