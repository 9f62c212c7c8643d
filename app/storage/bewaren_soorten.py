"""Which kind of thing each table holds, as far as keeping it goes; a test demands a line for every table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.bewaren import Bewaarsoort

BEWAARSOORT_BY_TABLE: Final[Mapping[str, Bewaarsoort]] = {
    "bericht": Bewaarsoort.DOSSIER,
    "bericht_inhoud": Bewaarsoort.DOSSIER,
    "bericht_client": Bewaarsoort.DOSSIER,
    "bevinding": Bewaarsoort.DOSSIER,
    "gebeurtenis": Bewaarsoort.DOSSIER,
    "goedkeuring": Bewaarsoort.DOSSIER,
    "postbus_item": Bewaarsoort.DOSSIER,
    "opgehaald": Bewaarsoort.DOSSIER,
    "ggk_envelop": Bewaarsoort.DOSSIER,
    "verzoek_referentie": Bewaarsoort.DOSSIER,
    "declaratie": Bewaarsoort.DOSSIER,
    "factuurnummer": Bewaarsoort.DOSSIER,
    "prestatie": Bewaarsoort.DOSSIER,
    "prestatie_som": Bewaarsoort.DOSSIER,
    "boeking": Bewaarsoort.DOSSIER,
    "toewijzing": Bewaarsoort.DOSSIER,
    "toewijzing_versie": Bewaarsoort.DOSSIER,
    "toewijzing_versie_bericht": Bewaarsoort.DOSSIER,
    "onderaannemer": Bewaarsoort.DOSSIER,
    "voortzetting": Bewaarsoort.DOSSIER,
    "toekenning": Bewaarsoort.DOSSIER,
    "toekenning_toewijzing": Bewaarsoort.DOSSIER,
    "termijn": Bewaarsoort.DOSSIER,
    "overgang": Bewaarsoort.DOSSIER,
    "job": Bewaarsoort.WERK,
    "idempotency_key": Bewaarsoort.ANTWOORD,
    "aansluiting": Bewaarsoort.BLIJVEND,
    "ggk_tijdstip": Bewaarsoort.BLIJVEND,
    "inrichting_versie": Bewaarsoort.BLIJVEND,
    "job_baan": Bewaarsoort.BLIJVEND,
    "postbus_teller": Bewaarsoort.BLIJVEND,
    "toewijzing_nummer_teller": Bewaarsoort.BLIJVEND,
    "vernietigingsstop": Bewaarsoort.BLIJVEND,
    "verwijderd_spoor": Bewaarsoort.BLIJVEND,
    "api_key": Bewaarsoort.TOEGANG,
    "eenmalig": Bewaarsoort.TOEGANG,
    "inlogpoging": Bewaarsoort.TOEGANG,
    "instel_link": Bewaarsoort.TOEGANG,
    "persoon": Bewaarsoort.TOEGANG,
    "sessie": Bewaarsoort.TOEGANG,
    "logboek": Bewaarsoort.LOGBOEK,
    "logboek_anker": Bewaarsoort.LOGBOEK,
    "logboek_client": Bewaarsoort.LOGBOEK,
    "logboek_wachtrij": Bewaarsoort.LOGBOEK,
    "logboek_zegel": Bewaarsoort.LOGBOEK,
}
"""Of a dossier is also what came in and was refused, as long as no dossier names it: that has its shorter term."""
