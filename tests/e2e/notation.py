"""The notation in which the worked cases are written down: toewijzingen, lines, and the answers to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time
from itertools import groupby
from typing import Any

from app.domain.bedrag import NUL_DEBET, Bedrag, BedragMetDC
from app.domain.bericht import Geboortedatum
from app.domain.codelijsten import DebetCredit, Eenheid, Frequentie
from app.domain.declaratie import Declaratie, DeclaratieClient, DeclaratieRetour, Prestatie
from app.domain.periode import GeslotenPeriode
from app.domain.toewijzing import Client, Omvang, ToegewezenProduct, Toewijzingsbericht
from tests import builders as a
from tests.builders import AANBIEDER, BSN_X, BSN_Y, GEBOREN_X, GEBOREN_Y, P1, P4, WRONG_BSN


@dataclass(frozen=True)
class Kind:
    """What a toewijzing is for: category, code, unit, Frequentie and contract tariff in cents."""

    categorie: str
    code: str
    eenheid: Eenheid
    frequentie: Frequentie
    tarief: int


BEGELEIDING = Kind("02", "02A01", Eenheid.STUKS, Frequentie.PER_VIER_WEKEN, 100)
VERBLIJF = Kind("04", "04A01", Eenheid.ETMAAL, Frequentie.PER_VIER_WEKEN, 12_500)
VERBLIJF_EXTRA = Kind("04", "04A06", Eenheid.ETMAAL, Frequentie.TOTAAL, 20_000)
KINDS = {1002: VERBLIJF, 1003: VERBLIJF_EXTRA}  # every other number is begeleiding

GEBOREN = {BSN_X: GEBOREN_X, BSN_Y: GEBOREN_Y, WRONG_BSN: GEBOREN_X}


def D(cents: int) -> BedragMetDC:  # noqa: N802 - as the standard writes it
    """An amount that is asked or granted."""
    return BedragMetDC(Bedrag(cents), DebetCredit.DEBET)


def C(cents: int) -> BedragMetDC:  # noqa: N802
    """An amount that is given back."""
    return BedragMetDC(Bedrag(cents), DebetCredit.CREDIT)


def day(text: str) -> date:
    """An ISO date."""
    return date.fromisoformat(text)


def days(begin: str, end: str) -> GeslotenPeriode:
    """From the first to the last day."""
    return GeslotenPeriode(day(begin), day(end))


def toewijzing(nummer: int, volume: int, van: date = P1.begindatum, tot: date = P4.einddatum, **more: Any) -> Any:
    """A ToegewezenProduct of the kind that its number has."""
    kind = KINDS.get(nummer, BEGELEIDING)
    changes: dict[str, Any] = {
        "toewijzing_nummer": nummer,
        "product": a.a_product(kind.categorie, kind.code),
        "omvang": Omvang(volume=volume, eenheid=kind.eenheid, frequentie=kind.frequentie),
        "ingangsdatum": van,
        "einddatum": tot,
    }
    return a.a_toegewezen_product(**changes | more)


def second_version(product: ToegewezenProduct, on: str, **changes: Any) -> ToegewezenProduct:
    """The toewijzing as it is from another Toewijzingsdatum on."""
    changes.setdefault("reden_wijziging", "01")
    return replace(product, toewijzingsdatum=day(on), toewijzingstijd=time(9), **changes)


def client(*producten: ToegewezenProduct, bsn: str = BSN_X) -> Client:
    """The client with these products in one beschikking."""
    return a.a_client(*producten, bsn=bsn, geboortedatum=Geboortedatum(datum=GEBOREN[bsn]))


def message_301(
    identificatie: str,
    dagtekening: str,
    *producten: ToegewezenProduct,
    bsn: str = BSN_X,
    aanbieder: str = AANBIEDER,
    **header: Any,
) -> Toewijzingsbericht:
    """A 301 for one client at one aanbieder."""
    bericht_identificatie = a.an_identificatie(identificatie=identificatie, dagtekening=day(dagtekening))
    header = {"ontvanger": aanbieder, "bericht_identificatie": bericht_identificatie} | header
    return a.a_toewijzingsbericht(client(*producten, bsn=bsn), header=a.a_toewijzing_header(**header))


T1 = toewijzing(1001, 850)
T2 = toewijzing(1002, 8)
T3 = toewijzing(1003, 24, day("2019-06-03"), day("2019-12-31"))
T4 = toewijzing(1004, 400)
BASE = (
    message_301("BASISX", "2019-05-14", T1, T2, T3),
    message_301("BASISY", "2019-05-14", T4, bsn=BSN_Y),
)


@dataclass(frozen=True)
class Line:
    """One line of a 303 with whom it is for."""

    prestatie: Prestatie
    bsn: str = BSN_X


def line(
    referentie: str,
    nummer: int | None,
    periode: GeslotenPeriode,
    volume: int,
    tarief: int | None,
    bedrag: BedragMetDC,
    *,
    vorig: str | None = None,
    bsn: str = BSN_X,
    **more: Any,
) -> Line:
    """ReferentieNummer on ToewijzingNummer ProductPeriode GeleverdVolume @ProductTarief = DeclaratieFactuurBedrag."""
    kind = KINDS.get(nummer or 0, BEGELEIDING)
    changes: dict[str, Any] = {
        "referentie_nummer": referentie,
        "vorig_referentie_nummer": vorig,
        "toewijzing_nummer": nummer,
        "product_categorie": kind.categorie,
        "product_code": kind.code,
        "product_periode": periode,
        "geleverd_volume": volume,
        "eenheid": kind.eenheid,
        "product_tarief": None if tarief is None else Bedrag(tarief),
        "declaratie_factuur_bedrag": bedrag,
    }
    return Line(a.a_prestatie(**changes | more), bsn)


def message_303(
    nummer: str,
    periode: GeslotenPeriode,
    dagtekening: str,
    *lines: Line,
    totaal: BedragMetDC | None = None,
    geboren: dict[str, date] | None = None,
    **header: Any,
) -> Declaratie:
    """A declaratie (416); without a total of its own it has that of its lines."""
    clienten = tuple(_clients(lines, GEBOREN | (geboren or {})))
    if totaal is not None:
        header["declaratie_factuur_totaal_bedrag"] = totaal
    return a.a_declaratie(
        *clienten,
        declarant_factuur_nummer=nummer,
        declaratie_periode=periode,
        factuur_dagtekening=day(dagtekening),
        **header,
    )


def _clients(lines: tuple[Line, ...], geboren: dict[str, date]) -> Iterator[DeclaratieClient]:
    for bsn, own in groupby(lines, key=lambda each: each.bsn):
        prestaties = [each.prestatie for each in own]
        yield a.a_declaratie_client(*prestaties, bsn=bsn, geboortedatum=Geboortedatum(datum=geboren[bsn]))


@dataclass(frozen=True)
class Returned:
    """A line that comes back: ReferentieNummer, its codes, GemeenteBerekendBedrag; ToegekendBedrag is 0 D."""

    referentie: str
    codes: str
    berekend: BedragMetDC
    toegekend: BedragMetDC = NUL_DEBET


@dataclass(frozen=True)
class ReturnedClient:
    """A client that comes back: bsn, its codes, its lines."""

    bsn: str
    codes: str
    lines: tuple[Returned, ...]


@dataclass(frozen=True)
class Answer304:
    """A 304: header codes, IngediendTotaalBedrag, ToegekendTotaalBedrag, and who and what comes back, in order."""

    codes: str
    ingediend: BedragMetDC
    toegekend: BedragMetDC
    clienten: tuple[ReturnedClient, ...] = ()


def answer(codes: str, ingediend: BedragMetDC, toegekend: BedragMetDC, *lines: Returned, **client: str) -> Answer304:
    """A 304 in which at most one client comes back: X with 0200, unless `bsn` or `client_code` say otherwise."""
    back = ReturnedClient(client.get("bsn", BSN_X), client.get("client_code", "0200"), lines)
    return Answer304(codes, ingediend, toegekend, (back,) if lines else ())


def granted(totaal: BedragMetDC) -> Answer304:
    """Everything was granted."""
    return answer("8001", totaal, totaal)


def answer_of(retour: DeclaratieRetour) -> Answer304:
    """The same facts of a real 304."""
    return Answer304(
        codes=" ".join(retour.header.retour_codes),
        ingediend=retour.header.ingediend_totaal_bedrag,
        toegekend=retour.header.toegekend_totaal_bedrag,
        clienten=tuple(
            ReturnedClient(
                client.bsn,
                " ".join(client.retour_codes),
                tuple(
                    Returned(
                        back.prestatie.product_referentie.referentie_nummer,
                        " ".join(back.retour_codes),
                        back.gemeente_berekend_bedrag,
                        back.toegekend_bedrag,
                    )
                    for back in client.prestaties
                ),
            )
            for client in retour.clienten
        ),
    )


@dataclass(frozen=True)
class Step301:
    """A 301, and the 302 on it: header codes, and when the Client comes back the codes of each ToewijzingNummer.

    `other_bytes`: the same Identificatie again, so the back office gets 409. A 301 with codes is refused (400).
    """

    bericht: Toewijzingsbericht
    codes: str = ""
    producten: dict[int, str] = field(default_factory=dict)
    other_bytes: bool = False


@dataclass(frozen=True)
class Step303:
    """A 303 and its 304."""

    declaratie: Declaratie
    answer: Answer304


@dataclass(frozen=True)
class Case:
    """A worked case: what was known, and the messages in order."""

    title: str
    steps: tuple[Step301 | Step303, ...]
    given: tuple[Toewijzingsbericht, ...] = BASE

    @property
    def toewijzingen(self) -> tuple[Step301, ...]:
        """The steps that are a 301."""
        return tuple(step for step in self.steps if isinstance(step, Step301))
