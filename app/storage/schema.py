"""All tables together: what the migrations must lead to."""

from __future__ import annotations

from app.storage import (
    bericht_tables,
    bewaren_tables,
    declaratie_tables,
    eenmalig,
    findings,
    ggk_tables,
    goedkeuringen,
    idempotency,
    inlogpogingen,
    inrichtingen,
    job_tables,
    keys,
    logboek_tables,
    opgehaald,
    overgangen,
    personen,
    postbus,
    prestatie_sommen,
    sessies,
    termijnen,
    toekenning_tables,
    toewijzing_nummers,
    toewijzing_tables,
    verzoeken,
)
from app.storage.columns import Base

TABLE_MODULES = (
    bericht_tables,
    bewaren_tables,
    declaratie_tables,
    eenmalig,
    findings,
    ggk_tables,
    goedkeuringen,
    idempotency,
    inlogpogingen,
    inrichtingen,
    job_tables,
    keys,
    logboek_tables,
    opgehaald,
    overgangen,
    personen,
    postbus,
    prestatie_sommen,
    sessies,
    termijnen,
    toekenning_tables,
    toewijzing_nummers,
    toewijzing_tables,
    verzoeken,
)
metadata = Base.metadata
