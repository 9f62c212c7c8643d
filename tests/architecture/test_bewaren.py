"""Every table says how long what it holds is kept."""

from __future__ import annotations

from app.domain.bewaren import Bewaarsoort
from app.storage import bewaren_verwijderen
from app.storage.bewaren_soorten import BEWAARSOORT_BY_TABLE
from app.storage.schema import metadata


def test_every_table_has_a_line_and_every_line_a_table():
    assert set(BEWAARSOORT_BY_TABLE) == set(metadata.tables)


def test_what_points_at_a_dossier_is_of_a_dossier():
    """Else deleting the dossier would fail, or leave it."""
    named = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if BEWAARSOORT_BY_TABLE[key.column.table.name] is Bewaarsoort.DOSSIER
    }
    assert {table for table in named if BEWAARSOORT_BY_TABLE[table] is not Bewaarsoort.DOSSIER} == {"job"}


def test_what_is_of_a_dossier_is_deleted_with_it():
    """What goes by a list; the other four by a statement of their own."""
    of_dossiers = {table for table, soort in BEWAARSOORT_BY_TABLE.items() if soort is Bewaarsoort.DOSSIER}
    lists = (
        bewaren_verwijderen.OF_BERICHT,
        bewaren_verwijderen.OF_DECLARATIE,
        bewaren_verwijderen.OF_TOEWIJZING,
        bewaren_verwijderen.OF_TOEKENNING,
    )
    listed = {column.class_.__tablename__ for columns in lists for column in columns}
    assert of_dossiers - listed == {"ggk_envelop", "toewijzing_versie_bericht", "factuurnummer", "prestatie_som"}


def test_what_names_a_client_is_of_a_dossier():
    """Apart from a stop, which holds one for as long as it stands."""
    naming = {table.name for table in metadata.tables.values() if {"bsn", "geboortedatum"} & set(table.columns.keys())}
    others = {table for table in naming if BEWAARSOORT_BY_TABLE[table] is not Bewaarsoort.DOSSIER}
    assert others == {"vernietigingsstop"}
