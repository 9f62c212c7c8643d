"""Things to store: valid by default; a test names only what it is about."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from threading import Barrier

import uuid_utils

from app.domain.bedrag import Bedrag, BedragMetDC
from app.domain.bericht import Product
from app.domain.codelijsten import DebetCredit, Declaratievorm, Eenheid, Frequentie
from app.domain.declaratie import IngediendeBedragPrestatie, Prestatie, ProductReferentie
from app.domain.periode import GeslotenPeriode
from app.domain.toewijzing import Omvang
from app.domain.versies import ToewijzingVersie
from app.storage.berichten import NewBericht, add_bericht
from app.storage.declaraties import DeclaratieRecord, DeclaratieStatus, PrestatieRecord, Uitkomst
from app.storage.toewijzingen import NewVersie, book_versies
from app.storage.zicht import Zicht

GEMEENTE, AANBIEDER, BSN = "1708", "98000001", "999900006"
MOMENT = datetime(2018, 1, 2, 12, 0, tzinfo=UTC)
JANUARI = GeslotenPeriode(date(2018, 1, 1), date(2018, 1, 28))
FEBRUARI = GeslotenPeriode(date(2018, 1, 29), date(2018, 2, 25))
ALL = Zicht(gemeenten=frozenset({GEMEENTE}), aanbieders=frozenset({AANBIEDER}))


def new_id() -> str:
    return str(uuid_utils.uuid7())


def a_bericht(**changes) -> NewBericht:
    values = {
        "id": new_id(),
        "soort": "WMO301",
        "release": "2.3",
        "richting": "uitgaand",
        "afzender": GEMEENTE,
        "ontvanger": AANBIEDER,
        "gemeente": GEMEENTE,
        "aanbieder": AANBIEDER,
        "identificatie": "T1",
        "dagtekening": date(2018, 1, 2),
        "ontvangen_op": MOMENT,
        "status": "te-verzenden",
        "body": b"<Bericht/>",
    }
    return NewBericht(**{**values, **changes})


def stored_bericht(storage, **changes) -> str:
    new = a_bericht(**changes)
    with storage.writing() as session:
        add_bericht(session, new=new)
    return new.id


def a_versie(**changes) -> ToewijzingVersie:
    values = {
        "bsn": BSN,
        "geboortedatum": date(1979, 6, 10),
        "product": Product(categorie="02", code="02A01"),
        "toewijzingsdatum": date(2018, 1, 1),
        "toewijzingstijd": time(12, 30),
        "ingangsdatum": date(2018, 1, 1),
        "einddatum": date(2018, 12, 30),
        "omvang": Omvang(volume=990, eenheid=Eenheid.STUKS, frequentie=Frequentie.PER_VIER_WEKEN),
    }
    return ToewijzingVersie(**{**values, **changes})


def booked(
    storage,
    *,
    nummer: int | None = 1,
    sleutel: str | None = None,
    gemeente: str = GEMEENTE,
    aanbieder: str = AANBIEDER,
    **changes,
) -> str:
    """Book a version of a toewijzing; gives the id of its 301."""
    bericht_id = stored_bericht(storage, gemeente=gemeente, aanbieder=aanbieder)
    with storage.writing() as session:
        new = NewVersie(
            gemeente=gemeente,
            sleutel=sleutel or str(nummer),
            nummer=nummer,
            aanbieder=aanbieder,
            versie=a_versie(**changes),
            bericht_id=bericht_id,
        )
        book_versies(session, new=[new])
    return bericht_id


def a_prestatie(
    referentie: str = "P1",
    *,
    vorig: str | None = None,
    bedrag: int = 69000,
    side: DebetCredit = DebetCredit.DEBET,
    **changes,
) -> Prestatie:
    values = {
        "beschikking_nummer": 70001,
        "toewijzing_nummer": 1,
        "product_categorie": "02",
        "product_code": "02A01",
        "product_periode": JANUARI,
        "ingediende_bedrag_prestatie": IngediendeBedragPrestatie(
            geleverd_volume=690,
            eenheid=Eenheid.STUKS,
            product_tarief=Bedrag(100),
            declaratie_factuur_bedrag=BedragMetDC(Bedrag(bedrag), side),
        ),
        "product_referentie": ProductReferentie(referentie_nummer=referentie, vorig_referentie_nummer=vorig),
    }
    return Prestatie(**{**values, **changes})


def a_line(prestatie: Prestatie | None = None, **changes) -> PrestatieRecord:
    prestatie = prestatie or a_prestatie()
    values = {
        "bsn": BSN,
        "prestatie": prestatie,
        "telt": True,
        "uitkomst": Uitkomst.TOEGEKEND,
        "toegekend": prestatie.ingediend,
        "gemeente_berekend": prestatie.ingediend,
    }
    return PrestatieRecord(**{**values, **changes})


def a_declaratie(bericht_id: str, **changes) -> DeclaratieRecord:
    values = {
        "id": new_id(),
        "bericht_id": bericht_id,
        "gemeente": GEMEENTE,
        "aanbieder": AANBIEDER,
        "factuurnummer": "D20180001",
        "vorm": Declaratievorm.DECLARATIE,
        "declaratie_periode": JANUARI,
        "factuur_dagtekening": date(2018, 2, 1),
        "status": DeclaratieStatus.BEOORDEELD,
        "ingediend": Bedrag(69000),
        "toegekend": Bedrag(69000),
        "retour_codes": ("0200",),
        "ontvangen_op": MOMENT,
        "geboekt": True,
    }
    return DeclaratieRecord(**{**values, **changes})


def at_once(count: int, work) -> list:
    """What each of `count` threads got from `work(number)`, all started at the same moment."""
    barrier = Barrier(count)

    def start(number: int):
        barrier.wait(timeout=60)
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return [done.result(timeout=120) for done in [threads.submit(start, number) for number in range(count)]]
