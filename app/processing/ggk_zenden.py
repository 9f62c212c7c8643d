"""A bericht goes out in a StUF-GGk envelope: made and kept before its first byte leaves, and sent unchanged."""

from __future__ import annotations

import uuid
from typing import Final

from sqlalchemy.orm import Session

from app.delivery.soap import SoapAnswer
from app.delivery.transport import BUSY, Later, Nooit, Overgedragen, Uitkomst, Zending
from app.domain.aflevering import Aansluiting
from app.domain.envelop import (
    Envelop,
    Fo03,
    Heenbericht,
    Parameters,
    Retour,
    Stuurgegevens,
    Systeem,
)
from app.domain.envelop_functies import FUNCTIES, Berichtcode, Functie, find_functie
from app.domain.envelop_tijdstip import next_tijdstip
from app.domain.principal import aanbieder_partij
from app.ggk.foutcodes import explain
from app.ggk.foutlijsten import Herhaling
from app.ggk.names import FOUTBERICHT, GGK_APPLICATIE, HEENBERICHT, RETOUR, SOAP_ACTIONS
from app.ggk.outcome import Uitkomst as Antwoordsoort
from app.ggk.outcome import outcome_of
from app.ggk.reading import Antwoord, read_antwoord
from app.ggk.soap import SoapUnreadable, canonical_digest, read_soap
from app.ggk.writing import EnvelopTooLarge, soap_message, write_envelop
from app.processing.failpoints import passed
from app.processing.runtime import Runtime, new_id
from app.storage.accepted import feiten_of
from app.storage.ggk_envelopen import (
    EnvelopRecord,
    EnvelopRichting,
    NewEnvelop,
    add_envelop,
    bytes_of,
    envelop_around,
    find_sent,
    locked_tijdstip,
    sent_of,
    set_aangeboden,
    set_fout,
    set_tijdstip,
)

NOT_LET_IN: Final = frozenset({401, 403})
"""What a receiver answers before it looks at the envelope: our key is wrong, or his."""

APPLICATIE: Final = "iWmo-berichtenservice"
APPLICATIE_VERSIE: Final = "0001", "0000"
_ACTIONS: Final = {
    "Di01": SOAP_ACTIONS[HEENBERICHT],
    "Du01": SOAP_ACTIONS[RETOUR],
    "Fo01": SOAP_ACTIONS[FOUTBERICHT],
}


class NoEnvelop(Exception):
    """The bericht cannot go in an envelope; the text says why, in Dutch"""


def send(runtime: Runtime, aansluiting: Aansluiting, zending: Zending) -> Uitkomst:
    """Post the envelope of a bericht, the same bytes each time; a new one only after the chain refused the last."""
    try:
        record = runtime.storage.run(lambda session: _envelop_for(session, runtime, zending))
    except (NoEnvelop, EnvelopTooLarge) as reason:
        return Nooit(str(reason))
    passed("ggk-envelop-bewaard")
    return post(runtime, aansluiting, record)


def post(runtime: Runtime, aansluiting: Aansluiting, record: EnvelopRecord) -> Uitkomst:
    """Post a kept envelope and record what the other side says of it."""
    with runtime.storage.reading() as session:
        body = bytes_of(session, id=record.id)
    action = _ACTIONS[record.berichtcode]
    answer = runtime.transports.ggk(aansluiting).post(body, action=action, now=runtime.now())
    passed("ggk-envelop-verstuurd")
    return answer if isinstance(answer, (Later, Nooit)) else _judged(runtime, record, answer)


def keep_outgoing(
    session: Session, runtime: Runtime, envelop: Envelop, berichtcode: str, *, bericht_id: str | None, partij: str
) -> EnvelopRecord:
    """Keep an envelope that is to be sent, so that whatever answers it will be known. Raises EnvelopTooLarge."""
    written = write_envelop(envelop, runtime.envelop_schemas)
    new = NewEnvelop(
        id=new_id(),
        richting=EnvelopRichting.UIT,
        stuurgegevens=envelop.stuurgegevens,
        berichtcode=berichtcode,
        digest=canonical_digest(written),
        inhoud=soap_message(written),
        bericht_id=bericht_id,
        partij=partij,
        gemaakt_op=runtime.now(),
    )
    gegevens = envelop.stuurgegevens
    added = add_envelop(session, new=new)
    found = find_sent(session, referentienummer=gegevens.referentienummer, organisatie=gegevens.zender.organisatie)
    if not added or found is None:
        raise LookupError("a new reference is never in use")
    return found


def new_stuurgegevens(
    session: Session, runtime: Runtime, *, zender: str, ontvanger: str, functie: str | None, cross_ref: str | None
) -> Stuurgegevens:
    """A header of ours: a new referentienummer, and a time after every earlier one of this sender."""
    tijdstip = next_tijdstip(locked_tijdstip(session, zender=zender), runtime.now())
    set_tijdstip(session, zender=zender, tijdstip=tijdstip)
    return Stuurgegevens(
        zender=Systeem(organisatie=zender, applicatie=APPLICATIE),
        ontvanger=Systeem(organisatie=ontvanger, applicatie=GGK_APPLICATIE),
        referentienummer=str(uuid.uuid4()),
        tijdstip=tijdstip,
        cross_ref=cross_ref,
        functie=functie,
    )


def _envelop_for(session: Session, runtime: Runtime, zending: Zending) -> EnvelopRecord:
    sent = sent_of(session, bericht_id=zending.bericht_id, partij=zending.partij)
    if sent is not None and not _is_refused(runtime, sent):
        return sent
    functie = find_functie(FUNCTIES, zending.soort, zending.release)
    if functie is None:
        raise NoEnvelop(f"Een {zending.soort} van release {zending.release} gaat niet over het GGk.")
    envelop = _new_envelop(session, runtime, zending, functie)
    code = functie.berichtcode
    return keep_outgoing(session, runtime, envelop, code, bericht_id=zending.bericht_id, partij=zending.partij)


def _is_refused(runtime: Runtime, sent: EnvelopRecord) -> bool:
    """Whether the chain took it over and then refused it, so that the same reference would be a repeat for ever."""
    if sent.aangeboden_op is None or sent.fout is None:
        return False
    code = sent.fout.partition(":")[0]
    return explain(code, sent.ontvanger, runtime.today()).herhaling is Herhaling.NIEUW_BERICHT


def _new_envelop(session: Session, runtime: Runtime, zending: Zending, functie: Functie) -> Heenbericht | Retour:
    heen = functie.berichtcode is Berichtcode.DI01
    stuurgegevens = new_stuurgegevens(
        session,
        runtime,
        zender=zending.afzender,
        ontvanger=zending.ontvanger,
        functie=functie.naam,
        cross_ref=None if heen else _conversation(session, zending),
    )
    versie, subversie = functie.versie
    parameters = Parameters(
        applicatie_versie=APPLICATIE_VERSIE[0],
        applicatie_subversie=APPLICATIE_VERSIE[1],
        functie_versie=versie,
        functie_subversie=subversie,
    )
    made = Heenbericht if heen else Retour
    return made(stuurgegevens=stuurgegevens, parameters=parameters, bestand=zending.body)


def _conversation(session: Session, zending: Zending) -> str:
    """The referentienummer of the Di01 that a retour answers."""
    heen = feiten_of(session, id=zending.bericht_id).antwoord_op_id
    around = envelop_around(session, bericht_id=heen) if heen else None
    partij = aanbieder_partij(zending.afzender)
    around = around or (sent_of(session, bericht_id=heen, partij=partij) if heen else None)
    if around is None:
        raise NoEnvelop("Het bericht waarop dit antwoordt ging niet over het GGk; het antwoord staat in de postbus.")
    return around.referentienummer


def _judged(runtime: Runtime, record: EnvelopRecord, answer: SoapAnswer) -> Uitkomst:
    if answer.status in NOT_LET_IN:
        melding = f"De ontvanger laat ons niet toe (HTTP {answer.status}): controleer IWMO_GGK_AUTHORIZATION."
        return Later(melding, answer.wacht)
    soap = read_soap(answer.body, None)
    if isinstance(soap, SoapUnreadable):
        reden = f"de ontvanger antwoordde met status {answer.status} en zonder leesbaar SOAP-bericht"
        return Later(reden, answer.wacht, whole_lane=answer.status in BUSY)
    antwoord: Antwoord = read_antwoord(soap, runtime.envelop_schemas)
    match outcome_of(antwoord, record.referentienummer):
        case Antwoordsoort.AANGEBODEN:
            moment = runtime.now()
            runtime.storage.run(
                lambda session: set_aangeboden(session, id=record.id, moment=moment, antwoord=answer.body)
            )
            return Overgedragen()
        case Antwoordsoort.GEWEIGERD:
            reden = _reden(runtime, antwoord, "de ontvanger kan de envelop niet lezen (SOAP-fout zonder Fo03)")
            runtime.storage.run(lambda session: set_fout(session, id=record.id, fout=reden))
            return Nooit(reden)
        case Antwoordsoort.LATER:
            reden = _reden(runtime, antwoord, "het antwoord van de ontvanger hoort niet bij deze envelop")
            return Later(reden, answer.wacht)


def _reden(runtime: Runtime, antwoord: Antwoord, otherwise: str) -> str:
    """What an Fo03 says, in our own words; else what it is instead."""
    if not isinstance(antwoord, Fo03):
        return otherwise
    uitleg = explain(antwoord.fout.code, antwoord.stuurgegevens.zender.organisatie, runtime.today())
    return f"{antwoord.fout.code}: {uitleg.tekst}"
