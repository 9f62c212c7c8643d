"""Rules for a 302, the retour on a 301."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from app.domain.codelijsten import GEEN_OPMERKING, NIET_BEOORDEELD
from app.domain.dossier import RetourDossier
from app.domain.toewijzing import Beoordeeld, Client, RetourHeader, ToewijzingRetour
from app.rules.technische_regel import Mismatch, Niveau, mismatch, technische_regel

NO_ERROR: Final = frozenset({GEEN_OPMERKING, NIET_BEOORDEELD})

Part = TypeVar("Part", bound=Beoordeeld)


@technische_regel("IV028.2", on=ToewijzingRetour)
def approval_is_a_bare_header(retour: ToewijzingRetour, _bericht: object) -> Iterator[Mismatch]:
    """Een goedgekeurde toewijzing wordt beantwoord met een Header zonder RetourCodes en zonder Client."""
    only_remark = set(retour.header.retour_codes) == {GEEN_OPMERKING}
    if (not retour.header.retour_codes and retour.clienten) or (only_remark and not retour.clienten):
        yield mismatch(
            retour.header,
            "RetourCodes",
            retourCodes=", ".join(retour.header.retour_codes),
            clientAanwezig=bool(retour.clienten),
        )


@technische_regel("IV028.3", on=ToewijzingRetour)
def header_error_stands_alone(retour: ToewijzingRetour, _bericht: object) -> Iterator[Mismatch]:
    """Bij een fout in de Header (een andere RetourCode dan 0200) ontbreekt de Client."""
    errors = [code for code in retour.header.retour_codes if code != GEEN_OPMERKING]
    if errors and retour.clienten:
        yield mismatch(retour.header, "RetourCodes", retourCodes=", ".join(errors), clientAanwezig=True)


@technische_regel("IV028.4", on=ToewijzingRetour)
def every_class_has_its_codes(retour: ToewijzingRetour, _bericht: object) -> Iterator[Mismatch]:
    """Komt de Client terug, dan heeft de Header 0200, elke klasse daaronder minstens één RetourCode, en minstens één
    klasse een foutcode."""
    if not retour.clienten:
        return
    if GEEN_OPMERKING not in retour.header.retour_codes:
        yield mismatch(retour.header, "RetourCodes", retourCodes=", ".join(retour.header.retour_codes))
    has_error = False
    for client in retour.clienten:
        for onderdeel in client.onderdelen():
            has_error = has_error or not NO_ERROR.issuperset(onderdeel.retour_codes)
            if not onderdeel.retour_codes:
                yield mismatch(onderdeel, "RetourCodes", retourCodesAanwezig=False)
    if not has_error:
        yield mismatch(retour.header, "RetourCodes", foutcodeAanwezig=False)


@technische_regel("IV028.1", niveau=Niveau.BERICHTOVERSTIJGEND, on=RetourHeader)
def header_is_that_of_the_heenbericht(header: RetourHeader, dossier: RetourDossier) -> Iterator[Mismatch]:
    """Afzender, Ontvanger en BerichtIdentificatie zijn ongewijzigd overgenomen uit een eerdere toewijzing (301)."""
    identificatie = header.bericht_identificatie
    if dossier.heenbericht is None:
        yield mismatch(
            header,
            "BerichtIdentificatie/Identificatie",
            identificatie=identificatie.identificatie,
            heenberichtBekend=False,
        )
        return
    heen = dossier.heenbericht.header
    expected = heen.bericht_identificatie
    for element, found, wanted in (
        ("Afzender", header.afzender, heen.afzender),
        ("Ontvanger", header.ontvanger, heen.ontvanger),
        ("BerichtIdentificatie/Identificatie", identificatie.identificatie, expected.identificatie),
        ("BerichtIdentificatie/Dagtekening", identificatie.dagtekening, expected.dagtekening),
    ):
        if found != wanted:
            yield mismatch(header, element, gevonden=found, verwacht=wanted)


@technische_regel("IV028.5", niveau=Niveau.BERICHTOVERSTIJGEND, on=ToewijzingRetour)
def clienten_are_copied_unchanged(retour: ToewijzingRetour, dossier: RetourDossier) -> Iterator[Mismatch]:
    """Een Client die terugkomt is op de RetourCodes na gelijk aan die in de toewijzing (301)."""
    if dossier.heenbericht is None:
        return
    sent = frozenset(dossier.heenbericht.clienten)
    for client in retour.clienten:
        if _without_codes(client) not in sent:
            yield mismatch(client, "", gelijkAanHeenbericht=False)


def _without_codes(client: Client) -> Client:
    """The client as it stood in the 301."""
    relaties = tuple(replace(relatie, contact=_bare(relatie.contact)) for relatie in client.relaties)
    beschikking = client.beschikking
    beperkingen = tuple(replace(b, beperking_scores=_all_bare(b.beperking_scores)) for b in beschikking.beperkingen)
    return replace(
        _bare(client),
        relaties=_all_bare(relaties),
        contactgegevens=_all_bare(client.contactgegevens),
        beschikking=replace(
            _bare(beschikking),
            beperkingen=_all_bare(beperkingen),
            beschikt_producten=_all_bare(beschikking.beschikt_producten),
            toegewezen_producten=_all_bare(beschikking.toegewezen_producten),
        ),
    )


def _bare(part: Part) -> Part:
    return replace(part, retour_codes=())


def _all_bare(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(_bare(part) for part in parts)


@technische_regel("IV028.7", niveau=Niveau.BERICHTOVERSTIJGEND, on=RetourHeader)
def identificatie_retour_is_new(header: RetourHeader, dossier: RetourDossier) -> Iterator[Mismatch]:
    """De IdentificatieRetour is door deze aanbieder niet eerder in een 302 gebruikt."""
    if dossier.identificatie_retour_used:
        yield mismatch(header, "IdentificatieRetour", identificatieRetour=header.identificatie_retour)


@technische_regel("OP090", niveau=Niveau.EXTERN, on=RetourHeader)
def toewijzing_is_answered_once(header: RetourHeader, dossier: RetourDossier) -> Iterator[Mismatch]:
    """Een toewijzing (301) wordt precies één keer beantwoord."""
    # the term of three working days is about a 302 that does not come: no rule on a message can see that
    if dossier.answered:
        identificatie = header.bericht_identificatie.identificatie
        yield mismatch(header, "BerichtIdentificatie/Identificatie", identificatie=identificatie)
