"""WMO307 of release 2.1, the end of support: recognised, not yet acted on."""

from __future__ import annotations

from app.domain.bericht import Berichtsoort
from app.iwmo.overig import overig_adapter
from app.iwmo.release_2_1.basisschema import BASIS, namespace_of

ADAPTER = overig_adapter(Berichtsoort.WMO307, namespace_of(Berichtsoort.WMO307), BASIS)
