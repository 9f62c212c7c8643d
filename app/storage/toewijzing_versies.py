"""A version of a toewijzing as a row, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from app.domain.bericht import Product
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.toewijzing import Omvang
from app.domain.versies import ToewijzingVersie
from app.storage.toewijzing_tables import ToewijzingVersieRow

VERSIE_COLUMNS = (
    ToewijzingVersieRow.bsn,
    ToewijzingVersieRow.geboortedatum,
    ToewijzingVersieRow.categorie,
    ToewijzingVersieRow.code,
    ToewijzingVersieRow.toewijzingsdatum,
    ToewijzingVersieRow.toewijzingstijd,
    ToewijzingVersieRow.ingangsdatum,
    ToewijzingVersieRow.einddatum,
    ToewijzingVersieRow.reden_wijziging,
    ToewijzingVersieRow.volume,
    ToewijzingVersieRow.eenheid,
    ToewijzingVersieRow.frequentie,
    ToewijzingVersieRow.aandeel_vanaf,
)


def versie_of(row: Row[*tuple[Any, ...]] | ToewijzingVersieRow) -> ToewijzingVersie:
    """The version in a row that has at least `VERSIE_COLUMNS`."""
    omvang = None
    if row.volume is not None:
        omvang = Omvang(volume=row.volume, eenheid=Eenheid(row.eenheid), frequentie=Frequentie(row.frequentie))
    return ToewijzingVersie(
        bsn=row.bsn,
        geboortedatum=row.geboortedatum,
        product=Product(categorie=row.categorie, code=row.code),
        toewijzingsdatum=row.toewijzingsdatum,
        toewijzingstijd=row.toewijzingstijd,
        ingangsdatum=row.ingangsdatum,
        einddatum=row.einddatum,
        reden_wijziging=row.reden_wijziging,
        omvang=omvang,
        aandeel_vanaf=row.aandeel_vanaf,
    )


def values_of(versie: ToewijzingVersie) -> dict[str, Any]:
    """The `VERSIE_COLUMNS` of a version, by name."""
    omvang = versie.omvang
    return {
        "bsn": versie.bsn,
        "geboortedatum": versie.geboortedatum,
        "categorie": versie.product.categorie,
        "code": versie.product.code,
        "toewijzingsdatum": versie.toewijzingsdatum,
        "toewijzingstijd": versie.toewijzingstijd,
        "ingangsdatum": versie.ingangsdatum,
        "einddatum": versie.einddatum,
        "reden_wijziging": versie.reden_wijziging,
        "volume": omvang.volume if omvang else None,
        "eenheid": omvang.eenheid.value if omvang else None,
        "frequentie": omvang.frequentie.value if omvang else None,
        "aandeel_vanaf": versie.aandeel_vanaf,
    }
