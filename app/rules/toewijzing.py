"""Rules for the Beschikking and the ToegewezenProducten of a 301."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from typing import Final, NamedTuple

from app.domain.codelijsten import REDEN_VERWIJDERD, TECHNISCH_AFGEKEURD, Frequentie
from app.domain.dossier import ToewijzingDossier
from app.domain.retour import Ernst, Waarde
from app.domain.toewijzing import Beperking, Beschikking, Client, Omvang, ToegewezenProduct, Toewijzingsbericht
from app.domain.versies import Toewijzing, ToewijzingVersie
from app.rules.technische_regel import Mismatch, Niveau, mismatch, technische_regel
from app.rules.uniqueness import repeated

MAY_OVERLAP: Final = frozenset({"11", "12", "13", "14"})
NOT_IN_CONTRACT: Final = "IWB-contract"  # our own: the standard has no rule for it


class Toegewezen(NamedTuple):
    """A ToegewezenProduct with whom it is for and who delivers it (AGB code)."""

    client: Client
    aanbieder: str
    product: ToegewezenProduct


def toegewezen(bericht: Toewijzingsbericht) -> Iterator[Toegewezen]:
    """Every ToegewezenProduct of the message; only in 2.1 it may name another aanbieder than the Header."""
    for client in bericht.clienten:
        for product in client.beschikking.toegewezen_producten:
            yield Toegewezen(client, product.aanbieder or bericht.header.ontvanger, product)


# Within the message


@technische_regel("CS003-c", retourcode=TECHNISCH_AFGEKEURD, on=Beschikking)
def beschikking_ends_after_begin(beschikking: Beschikking, _bericht: object) -> Iterator[Mismatch]:
    """De Einddatum van de Beschikking ligt niet voor de Ingangsdatum."""
    ingangsdatum, einddatum = beschikking.ingangsdatum, beschikking.einddatum
    if einddatum is not None and einddatum < ingangsdatum:
        yield mismatch(beschikking, "Einddatum", ingangsdatum=ingangsdatum, einddatum=einddatum)


@technische_regel("TR101-301", retourcode=TECHNISCH_AFGEKEURD, on=Beschikking)
def beperkingen_differ_in_categorie(beschikking: Beschikking, _bericht: object) -> Iterator[Mismatch]:
    """Elke Beperking heeft een eigen Categorie."""
    for beperking in repeated(beschikking.beperkingen, key=lambda beperking: beperking.categorie):
        yield mismatch(beperking, "Categorie", categorie=beperking.categorie)


@technische_regel("TR101-301", retourcode=TECHNISCH_AFGEKEURD, on=Beperking)
def beperking_scores_differ_in_vraag(beperking: Beperking, _bericht: object) -> Iterator[Mismatch]:
    """Elke BeperkingScore van een Beperking heeft een eigen Vraag."""
    for score in repeated(beperking.beperking_scores, key=lambda score: score.vraag):
        yield mismatch(score, "Vraag", vraag=score.vraag)


@technische_regel("TR101-301", retourcode=TECHNISCH_AFGEKEURD, on=Toewijzingsbericht)
def producten_differ_in_toewijzing_nummer(bericht: Toewijzingsbericht, _bericht: object) -> Iterator[Mismatch]:
    """Elk ToegewezenProduct in het bericht heeft een eigen ToewijzingNummer."""
    producten = (product for _, _, product in toegewezen(bericht))
    for product in repeated(producten, key=lambda product: product.toewijzing_nummer):
        yield mismatch(product, "ToewijzingNummer", toewijzingNummer=product.toewijzing_nummer)


@technische_regel("TR134-c", retourcode=TECHNISCH_AFGEKEURD, on=ToegewezenProduct)
def toewijzingsdatum_not_after_dagtekening(
    product: ToegewezenProduct, bericht: Toewijzingsbericht
) -> Iterator[Mismatch]:
    """De Toewijzingsdatum ligt niet na de Dagtekening van het bericht."""
    dagtekening = bericht.header.bericht_identificatie.dagtekening
    if product.toewijzingsdatum > dagtekening:
        yield mismatch(product, "Toewijzingsdatum", toewijzingsdatum=product.toewijzingsdatum, dagtekening=dagtekening)


@technische_regel("CS003-b", retourcode=TECHNISCH_AFGEKEURD, on=ToegewezenProduct)
def product_ends_after_begin(product: ToegewezenProduct, _bericht: object) -> Iterator[Mismatch]:
    """De Einddatum van een ToegewezenProduct ligt niet voor de Ingangsdatum."""
    if product.einddatum is not None and product.einddatum < product.ingangsdatum:
        yield mismatch(product, "Einddatum", ingangsdatum=product.ingangsdatum, einddatum=product.einddatum)


@technische_regel("CD041", retourcode=TECHNISCH_AFGEKEURD, on=ToegewezenProduct)
def product_code_comes_with_omvang(product: ToegewezenProduct, _bericht: object) -> Iterator[Mismatch]:
    """Een ToegewezenProduct met een productcode heeft een Omvang."""
    if product.product.code is not None and product.omvang is None:
        yield mismatch(product, "Omvang", code=product.product.code, omvangAanwezig=False)


@technische_regel("TR302", retourcode=TECHNISCH_AFGEKEURD, on=Toewijzingsbericht)
def producten_do_not_overlap(bericht: Toewijzingsbericht, _bericht: object) -> Iterator[Mismatch]:
    """Hetzelfde product is op geen enkele dag twee keer aan dezelfde aanbieder toegewezen; zonder code telt de
    hele categorie."""
    groups: dict[tuple[str, str, str], list[ToegewezenProduct]] = {}
    for client, aanbieder, product in toegewezen(bericht):
        categorie = product.product.categorie
        if categorie not in MAY_OVERLAP and _has_days(product):
            groups.setdefault((client.bsn, aanbieder, categorie), []).append(product)
    for group in groups.values():
        for product, earlier in _overlapping(group):
            yield mismatch(
                product,
                "Ingangsdatum",
                ingangsdatum=product.ingangsdatum,
                andereToewijzing=earlier.toewijzing_nummer,
                andereIngangsdatum=earlier.ingangsdatum,
                andereEinddatum=earlier.einddatum,
            )


def _has_days(product: ToegewezenProduct) -> bool:
    void = product.einddatum == product.ingangsdatum and product.reden_wijziging == REDEN_VERWIJDERD
    return not void and product.ingangsdatum <= _last_day(product)


def _last_day(product: ToegewezenProduct) -> date:
    return product.einddatum or date.max


def _overlapping(producten: Iterable[ToegewezenProduct]) -> Iterator[tuple[ToegewezenProduct, ToegewezenProduct]]:
    """Each product that begins before an earlier one has ended, with that one.

    In order of Ingangsdatum only the product that lasts longest matters, for each code, without code, and of all:
    comparing every pair would take hours for the longest message.
    """
    longest: dict[str | None, ToegewezenProduct] = {}
    longest_of_all: ToegewezenProduct | None = None
    for product in sorted(producten, key=lambda product: product.ingangsdatum):
        code = product.product.code
        rivals = (longest_of_all,) if code is None else (longest.get(code), longest.get(None))
        for rival in rivals:
            if rival is not None and _last_day(rival) >= product.ingangsdatum:
                yield product, rival
                break
        longest[code] = max(longest.get(code, product), product, key=_last_day)
        longest_of_all = max(longest_of_all or product, product, key=_last_day)


# Against earlier messages


@technische_regel("TR300", retourcode="9300", niveau=Niveau.BERICHTOVERSTIJGEND, on=Toewijzingsbericht)
def referentie_aanbieder_is_of_a_verzoek(bericht: Toewijzingsbericht, dossier: ToewijzingDossier) -> Iterator[Mismatch]:
    """De ReferentieAanbieder komt uit een verzoek om toewijzing dat deze aanbieder voor deze Client deed."""
    for client, aanbieder, product in toegewezen(bericht):
        referentie = product.referentie_aanbieder
        if referentie is not None and (aanbieder, client.bsn, referentie) not in dossier.verzoek_referenties:
            yield mismatch(product, "ReferentieAanbieder", referentieAanbieder=referentie, aanbieder=aanbieder)


class Successor(NamedTuple):
    """A ToegewezenProduct whose ToewijzingNummer is known, as a version of that toewijzing."""

    toegewezen: Toegewezen
    versie: ToewijzingVersie
    known: Toewijzing


def _successors(bericht: Toewijzingsbericht, dossier: ToewijzingDossier) -> Iterator[Successor]:
    for found in toegewezen(bericht):
        nummer = found.product.toewijzing_nummer
        known = None if nummer is None else dossier.toewijzingen.get(nummer)
        if known is not None:
            client = found.client
            geboortedatum = client.geboortedatum.datum
            versie = ToewijzingVersie.of(found.product, bsn=client.bsn, geboortedatum=geboortedatum)
            yield Successor(found, versie, known)


@technische_regel("IV013", niveau=Niveau.BERICHTOVERSTIJGEND, on=Toewijzingsbericht)
def one_version_per_moment(bericht: Toewijzingsbericht, dossier: ToewijzingDossier) -> Iterator[Mismatch]:
    """Wie een toewijzing verandert geeft een andere Toewijzingsdatum of Toewijzingstijd mee: op één moment is er maar
    één versie."""
    for found, versie, known in _successors(bericht, dossier):
        rivals = (other for other in known.versies if other.rank == versie.rank and other != versie)
        for rival in rivals:
            told = (f for f in fields(versie) if f.compare)
            names = (f.name for f in told if getattr(versie, f.name) != getattr(rival, f.name))
            yield mismatch(
                found.product,
                "Toewijzingstijd",
                toewijzingNummer=known.nummer,
                toewijzingsdatum=versie.toewijzingsdatum,
                toewijzingstijd=versie.toewijzingstijd,
                verschilIn=", ".join(names),
            )


@technische_regel("OP033x1", niveau=Niveau.BERICHTOVERSTIJGEND, on=Toewijzingsbericht)
def toewijzing_nummer_keeps_its_identity(bericht: Toewijzingsbericht, dossier: ToewijzingDossier) -> Iterator[Mismatch]:
    """Een ToewijzingNummer blijft van dezelfde Client, dezelfde aanbieder en hetzelfde product."""
    for found, versie, known in _successors(bericht, dossier):
        product, before = found.product, known.actueel
        if versie.bsn != before.bsn:
            yield mismatch(product, "ToewijzingNummer", toewijzingNummer=known.nummer, zelfdeClient=False)
        if found.aanbieder != known.aanbieder:
            yield mismatch(product, "ToewijzingNummer", aanbieder=found.aanbieder, eerdereAanbieder=known.aanbieder)
        if versie.product != before.product:
            yield mismatch(
                product,
                "Product",
                categorie=versie.product.categorie,
                code=versie.product.code,
                eerdereCategorie=before.product.categorie,
                eerdereCode=before.product.code,
            )


@technische_regel("OP033x1", niveau=Niveau.BERICHTOVERSTIJGEND, on=Toewijzingsbericht, ernst=Ernst.WAARSCHUWING)
def toewijzing_nummer_keeps_its_size(bericht: Toewijzingsbericht, dossier: ToewijzingDossier) -> Iterator[Mismatch]:
    """Onder hetzelfde ToewijzingNummer blijven Ingangsdatum, Eenheid en Frequentie gelijk, en ook het Volume als de
    Frequentie geen 6 is."""
    for found, versie, known in _successors(bericht, dossier):
        before = known.actueel
        if versie.ingangsdatum != before.ingangsdatum:
            yield mismatch(
                found.product,
                "Ingangsdatum",
                ingangsdatum=versie.ingangsdatum,
                eerdereIngangsdatum=before.ingangsdatum,
            )
        for element, now, earlier in _changed_omvang(versie.omvang, before.omvang):
            yield mismatch(found.product, element, gevonden=now, eerder=earlier)


def _changed_omvang(now: Omvang | None, before: Omvang | None) -> Iterator[tuple[str, Waarde, Waarde]]:
    if now is None or before is None:
        if now is not before:
            yield "Omvang", now is not None, before is not None
        return
    total = now.frequentie is before.frequentie is Frequentie.TOTAAL
    if now.volume != before.volume and not total:
        yield "Omvang/Volume", now.volume, before.volume
    if now.eenheid is not before.eenheid:
        yield "Omvang/Eenheid", now.eenheid.value, before.eenheid.value
    if now.frequentie is not before.frequentie:
        yield "Omvang/Frequentie", now.frequentie.value, before.frequentie.value


# Against what the gemeente arranged


@technische_regel("CS329", retourcode="S329", niveau=Niveau.EXTERN, on=ToegewezenProduct)
def product_code_stands_under_categorie(product: ToegewezenProduct, dossier: ToewijzingDossier) -> Iterator[Mismatch]:
    """De productcode hoort in de productenlijst van de gemeente bij de Categorie."""
    categorie, code = product.product.categorie, product.product.code
    if dossier.inrichting is None or code is None:
        return
    if not dossier.inrichting.knows_product(categorie, code):
        yield mismatch(product, "Product/Code", categorie=categorie, code=code)


@technische_regel(NOT_IN_CONTRACT, niveau=Niveau.EXTERN, on=Toewijzingsbericht, ernst=Ernst.WAARSCHUWING)
def aanbieder_has_contract(bericht: Toewijzingsbericht, dossier: ToewijzingDossier) -> Iterator[Mismatch]:
    """De gemeente heeft op de Ingangsdatum een contract met de aanbieder."""
    if dossier.inrichting is None:
        return
    for _, aanbieder, product in toegewezen(bericht):
        if dossier.inrichting.contract_on(aanbieder, product.ingangsdatum) is None:
            yield mismatch(product, "Ingangsdatum", aanbieder=aanbieder, ingangsdatum=product.ingangsdatum)


@technische_regel(NOT_IN_CONTRACT, niveau=Niveau.EXTERN, on=Toewijzingsbericht, ernst=Ernst.WAARSCHUWING)
def product_is_in_contract(bericht: Toewijzingsbericht, dossier: ToewijzingDossier) -> Iterator[Mismatch]:
    """Het product valt op de Ingangsdatum onder het contract met de aanbieder."""
    if dossier.inrichting is None:
        return
    for _, aanbieder, product in toegewezen(bericht):
        code = product.product.code
        contract = dossier.inrichting.contract_on(aanbieder, product.ingangsdatum)
        if code is not None and contract is not None and code not in contract.producten:
            yield mismatch(product, "Product/Code", aanbieder=aanbieder, code=code)
