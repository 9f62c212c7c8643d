"""Rules for a 304, the retour on a 303."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.domain.bedrag import NUL, NUL_DEBET, BedragMetDC
from app.domain.codelijsten import GEEN_OPMERKING, NIET_BEOORDEELD, VOLLEDIG_TOEGEKEND, DebetCredit
from app.domain.declaratie import ClientRetour, DeclaratieRetour, DeclaratieRetourHeader, PrestatieRetour
from app.domain.dossier import DeclaratieRetourDossier
from app.rules.technische_regel import Mismatch, Niveau, mismatch, technische_regel

BERICHT_CODE_FACTUUR_RETOUR: Final = "449"
DAGTEKENING_IN_FUTURE: Final = "8848"
INGEDIEND: Final = "RetourBedragen/IngediendTotaalBedrag"
TOEGEKEND: Final = "RetourBedragen/ToegekendTotaalBedrag"
RETOUR_DAGTEKENING: Final = "RetourHeader/RetourDagtekening"
TOEGEKEND_BEDRAG: Final = "ToegekendeBedragPrestatie/ToegekendBedrag"


# Within the message


@technische_regel("IV304.3", on=DeclaratieRetour)
def full_award_has_no_clienten(retour: DeclaratieRetour, _bericht: object) -> Iterator[Mismatch]:
    """Bij een volledige toekenning (8001) ontbreken Clienten en is het toegekende totaal gelijk aan het ingediende."""
    header = retour.header
    if VOLLEDIG_TOEGEKEND not in header.retour_codes:
        return
    if retour.clienten:
        yield mismatch(header, "RetourCodes", retourCode=VOLLEDIG_TOEGEKEND, clientenAanwezig=True)
    if header.toegekend_totaal_bedrag != header.ingediend_totaal_bedrag:
        yield mismatch(
            header,
            TOEGEKEND,
            gevondenCenten=header.toegekend_totaal_bedrag.saldo,
            verwachtCenten=header.ingediend_totaal_bedrag.saldo,
        )


@technische_regel("IV304.4", on=DeclaratieRetour)
def header_error_awards_nothing(retour: DeclaratieRetour, _bericht: object) -> Iterator[Mismatch]:
    """Bij een fout in de Header ontbreken Clienten en is het toegekende totaal 0 debet."""
    header = retour.header
    errors = [code for code in header.retour_codes if code not in {GEEN_OPMERKING, VOLLEDIG_TOEGEKEND}]
    if errors and retour.clienten:
        yield mismatch(header, "RetourCodes", retourCodes=", ".join(errors), clientenAanwezig=True)
    if errors and header.toegekend_totaal_bedrag != NUL_DEBET:
        toegekend = header.toegekend_totaal_bedrag
        yield mismatch(
            header, TOEGEKEND, gevondenCenten=toegekend.bedrag, debetCredit=toegekend.debet_credit, verwachtCenten=0
        )


@technische_regel("IV304.5", on=DeclaratieRetour)
def difference_is_that_of_the_prestaties(retour: DeclaratieRetour, _bericht: object) -> Iterator[Mismatch]:
    """Bij 0200 is het verschil tussen het ingediende en het toegekende totaal de som van de verschillen van de
    Prestaties die terugkomen."""
    header = retour.header
    if GEEN_OPMERKING not in header.retour_codes:
        return
    difference = header.ingediend_totaal_bedrag.saldo - header.toegekend_totaal_bedrag.saldo
    prestaties = (prestatie for client in retour.clienten for prestatie in client.prestaties)
    expected = sum((line.prestatie.ingediend - line.toegekend_bedrag.saldo for line in prestaties), NUL)
    if difference != expected:
        yield mismatch(header, TOEGEKEND, gevondenVerschilCenten=difference, verwachtVerschilCenten=expected)


@technische_regel("IV304.6", on=DeclaratieRetour)
def only_what_was_not_awarded_comes_back(retour: DeclaratieRetour, _bericht: object) -> Iterator[Mismatch]:
    """Bij 0200 zijn er Clienten, met alleen Prestaties die niet volledig zijn toegekend."""
    if GEEN_OPMERKING not in retour.header.retour_codes:
        return
    if not retour.clienten:
        yield mismatch(retour.header, "RetourCodes", retourCode=GEEN_OPMERKING, clientenAanwezig=False)
    for client in retour.clienten:
        for line in client.prestaties:
            if _is_awarded_in_full(line):
                yield mismatch(line.prestatie, TOEGEKEND_BEDRAG, toegekendCenten=line.toegekend_bedrag.saldo)


def _is_awarded_in_full(line: PrestatieRetour) -> bool:
    # a line of nothing that was refused has the same amounts, but a code
    return line.toegekend_bedrag.saldo == line.prestatie.ingediend and set(line.retour_codes) <= {GEEN_OPMERKING}


@technische_regel("IV304.7", on=PrestatieRetour)
def award_is_within_what_was_asked(line: PrestatieRetour, retour: DeclaratieRetour) -> Iterator[Mismatch]:
    """Het ToegekendBedrag ligt tussen 0 en het DeclaratieFactuurBedrag; in een factuurretour (449) is het 0."""
    toegekend, ingediend = line.toegekend_bedrag.saldo, line.prestatie.ingediend
    most = NUL if retour.header.bericht_code == BERICHT_CODE_FACTUUR_RETOUR else ingediend
    if not min(NUL, most) <= toegekend <= max(NUL, most):
        yield mismatch(
            line.prestatie,
            TOEGEKEND_BEDRAG,
            toegekendCenten=toegekend,
            ingediendCenten=ingediend,
            berichtCode=retour.header.bericht_code,
        )


def _has_own_error(client: ClientRetour) -> bool:
    return not set(client.retour_codes) <= {GEEN_OPMERKING}


@technische_regel("IV304.8", on=ClientRetour)
def refused_client_gets_nothing(client: ClientRetour, _bericht: object) -> Iterator[Mismatch]:
    """Van een Client met een eigen foutcode heeft elke Prestatie 0233 en een ToegekendBedrag van 0 debet."""
    if not _has_own_error(client):
        return
    for line in client.prestaties:
        if line.retour_codes != (NIET_BEOORDEELD,) or line.toegekend_bedrag != NUL_DEBET:
            yield mismatch(
                line.prestatie,
                "RetourCodes",
                clientRetourCodes=", ".join(client.retour_codes),
                retourCodes=", ".join(line.retour_codes),
                toegekendCenten=line.toegekend_bedrag.saldo,
            )


@technische_regel("R21-8454", on=DeclaratieRetourHeader)
def retour_not_dated_before_the_declaratie(header: DeclaratieRetourHeader, _bericht: object) -> Iterator[Mismatch]:
    """De RetourDagtekening ligt niet voor de FactuurDagtekening, tenzij de declaratie juist om een FactuurDagtekening
    in de toekomst is geweigerd (8848)."""
    dagtekening = header.declaratie_factuur_identificatie.factuur_dagtekening
    if header.retour_dagtekening < dagtekening and DAGTEKENING_IN_FUTURE not in header.retour_codes:
        yield mismatch(
            header, RETOUR_DAGTEKENING, retourDagtekening=header.retour_dagtekening, factuurDagtekening=dagtekening
        )


@technische_regel("R21-8455", on=DeclaratieRetourHeader)
def zero_ingediend_is_debet(header: DeclaratieRetourHeader, _bericht: object) -> Iterator[Mismatch]:
    """Een IngediendTotaalBedrag van 0 is debet."""
    if header.ingediend_totaal_bedrag == BedragMetDC(NUL, DebetCredit.CREDIT):
        yield mismatch(header, f"{INGEDIEND}/DebetCredit", totaalBedragCenten=0, debetCredit="C")


@technische_regel("R21-8456", on=DeclaratieRetourHeader)
def zero_toegekend_is_debet(header: DeclaratieRetourHeader, _bericht: object) -> Iterator[Mismatch]:
    """Een ToegekendTotaalBedrag van 0 is debet."""
    if header.toegekend_totaal_bedrag == BedragMetDC(NUL, DebetCredit.CREDIT):
        yield mismatch(header, f"{TOEGEKEND}/DebetCredit", totaalBedragCenten=0, debetCredit="C")


# Against its 303


@technische_regel("IV304.1", niveau=Niveau.BERICHTOVERSTIJGEND, on=DeclaratieRetourHeader)
def header_is_that_of_the_declaratie(
    header: DeclaratieRetourHeader, dossier: DeclaratieRetourDossier
) -> Iterator[Mismatch]:
    """De gegevens in de Header zijn overgenomen uit de declaratie (303), de BerichtCode is die van de declaratie plus
    één, en elke declaratie krijgt één antwoord."""
    identificatie = header.declaratie_factuur_identificatie
    number = "DeclaratieFactuurIdentificatie/DeclarantFactuurNummer"
    if dossier.declaratie is None or dossier.answered:
        yield mismatch(
            header,
            number,
            declarantFactuurNummer=identificatie.declarant_factuur_nummer,
            declaratieBekend=dossier.declaratie is not None,
            alBeantwoord=dossier.answered,
        )
    if dossier.declaratie is None:
        return
    heen = dossier.declaratie.header
    for element, found, wanted in (
        ("BerichtCode", header.bericht_code, str(int(heen.bericht_code) + 1)),
        ("Gemeente", header.gemeente, heen.gemeente),
        ("Servicebureau", header.servicebureau, heen.servicebureau),
        ("Aanbieder", header.aanbieder, heen.aanbieder),
        ("BetalingAanID", header.betaling_aan_id, heen.betaling_aan_id),
    ):
        if found != wanted:
            yield mismatch(header, element, gevonden=found, verwacht=wanted)
    if identificatie != heen.declaratie_factuur_identificatie:
        yield mismatch(header, "DeclaratieFactuurIdentificatie", gelijkAanDeclaratie=False)


@technische_regel("IV304.2", niveau=Niveau.BERICHTOVERSTIJGEND, on=DeclaratieRetourHeader)
def ingediend_is_that_of_the_declaratie(
    header: DeclaratieRetourHeader, dossier: DeclaratieRetourDossier
) -> Iterator[Mismatch]:
    """Het IngediendTotaalBedrag is het totaalbedrag van de declaratie (303), met dezelfde DebetCredit."""
    if dossier.declaratie is None:
        return
    totaal, ingediend = dossier.declaratie.header.declaratie_factuur_totaal_bedrag, header.ingediend_totaal_bedrag
    if ingediend != totaal:
        yield mismatch(
            header,
            INGEDIEND,
            gevondenCenten=ingediend.bedrag,
            gevondenDebetCredit=ingediend.debet_credit,
            verwachtCenten=totaal.bedrag,
            verwachtDebetCredit=totaal.debet_credit,
        )


@technische_regel("IV304.8", niveau=Niveau.BERICHTOVERSTIJGEND, on=DeclaratieRetour)
def refused_client_comes_back_whole(retour: DeclaratieRetour, dossier: DeclaratieRetourDossier) -> Iterator[Mismatch]:
    """Van een Client met een eigen foutcode komen alle ingediende Prestaties terug."""
    if dossier.declaratie is None:
        return
    submitted = {client.bsn: len(client.prestaties) for client in dossier.declaratie.clienten}
    for client in retour.clienten:
        expected = submitted.get(client.bsn, 0)
        if _has_own_error(client) and len(client.prestaties) != expected:
            yield mismatch(client, "Prestaties", gevonden=len(client.prestaties), verwacht=expected)


@technische_regel("RC-8849", retourcode="8849", niveau=Niveau.EXTERN, on=DeclaratieRetourHeader)
def retour_dagtekening_not_in_future(
    header: DeclaratieRetourHeader, dossier: DeclaratieRetourDossier
) -> Iterator[Mismatch]:
    """De RetourDagtekening ligt niet in de toekomst."""
    if header.retour_dagtekening > dossier.today:
        yield mismatch(header, RETOUR_DAGTEKENING, retourDagtekening=header.retour_dagtekening, vandaag=dossier.today)
