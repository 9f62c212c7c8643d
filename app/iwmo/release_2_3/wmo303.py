"""WMO303 of release 2.3."""

from __future__ import annotations

from app.domain.bericht import Berichtsoort
from app.domain.declaratie import Declaratie, DeclaratieClient, DeclaratieHeader, Prestatie
from app.iwmo.document import adapter_for
from app.iwmo.node import TEXT, Listing, group, maybe, one, record
from app.iwmo.outline import Outlines
from app.iwmo.release_2_3.basisschema import BASIS, namespace_of
from app.iwmo.release_2_3.declaratie import client, header_start, prestatie_start
from app.iwmo.skim import Patterns, Way

SOORT = Berichtsoort.WMO303
NAMESPACE = namespace_of(SOORT)

_header = record(
    NAMESPACE,
    DeclaratieHeader,
    *header_start(),
    group(
        "DeclaratieFactuurBedragen",
        BASIS.namespace,
        one("DeclaratieFactuurTotaalBedrag", BASIS.totaal_bedrag),
        maybe("BtwTotaalBedrag", BASIS.totaal_bedrag),
    ),
)
PRESTATIE = Outlines(record(NAMESPACE, Prestatie, *prestatie_start(), maybe("Commentaar", TEXT)))
_client = client(NAMESPACE, DeclaratieClient, PRESTATIE)
_root = record(NAMESPACE, Declaratie, one("Header", _header), one("Clienten", Listing(NAMESPACE, "Client", _client)))

_way = Way(_header, Patterns(_client), Patterns(PRESTATIE.shape))

ADAPTER = adapter_for(SOORT, _root, Declaratie, BASIS.namespace, skim=_way)
