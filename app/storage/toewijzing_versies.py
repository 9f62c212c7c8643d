"""A version of a toewijzing as a row, and back."""

from __future__ import annotations

from collections.abc import Sequence
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
    return versie_from([getattr(row, column.key) for column in VERSIE_COLUMNS])


def versie_from(values: Sequence[Any]) -> ToewijzingVersie:
    """The version of which these are the `VERSIE_COLUMNS`, in order."""
    bsn, geboortedatum, categorie, code, datum, tijd, ingang, eind, reden, volume, eenheid, frequentie, vanaf = values
    omvang = None
    if volume is not None:
        omvang = Omvang(volume=volume, eenheid=Eenheid(eenheid), frequentie=Frequentie(frequentie))
    return ToewijzingVersie(
        bsn=bsn,
        geboortedatum=geboortedatum,
        product=Product(categorie=categorie, code=code),
        toewijzingsdatum=datum,
        toewijzingstijd=tijd,
        ingangsdatum=ingang,
        einddatum=eind,
        reden_wijziging=reden,
        omvang=omvang,
        aandeel_vanaf=vanaf,
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
