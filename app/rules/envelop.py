"""Which error of its header an envelope is answered with, if any: the first in the order of StUF."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from app.domain.envelop import Envelop, Fout, Foutbericht, Heenbericht, OnjuisteEnvelop, Retour, Stuurgegevens
from app.domain.envelop_fouten import first, stuf_fout
from app.domain.envelop_functies import FUNCTIES, Berichtcode, Functie, release_of
from app.domain.envelop_tijdstip import later_tijdstip

_KNOWN_NAMES = frozenset(functie.naam for functie in FUNCTIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopFacts:
    """What the receiver knows when an envelope comes in.

    `ontvangers` and `zenders` are organisaties that are known; `namens` those for which the caller may send, None
    when anyone may. `digest` is of this envelope, `earlier_digest` of the one that its zender sent before under the
    same referentienummer. `functies` is what is supported. `cross_ref_known`: there is a message here which the
    crossRefnummer names. `last_tijdstip` is of the zender's previous message; None leaves the order unchecked.
    """

    today: date
    ontvangers: Collection[str]
    zenders: Collection[str]
    functies: tuple[Functie, ...]
    digest: str
    namens: Collection[str] | None = None
    earlier_digest: str | None = None
    cross_ref_known: bool = True
    last_tijdstip: str | None = None
    can_store: bool = True
    chain: Collection[str] = field(default=("IB", "RINIS", "VECOZO", "BIDN"))
    """Who besides the zenders may send an Fo01."""


def first_fault(envelop: Envelop | OnjuisteEnvelop, facts: EnvelopFacts) -> Fout | None:
    """The one error that the Fo03 tells; None when the envelope may be stored and answered with a Bv03.

    An envelope that came before with the same digest is no error: look for that first and send the same answer again.
    """
    found = tuple(_fouten(envelop, facts))
    return first(found)


def _fouten(envelop: Envelop | OnjuisteEnvelop, facts: EnvelopFacts) -> Iterator[Fout]:
    if isinstance(envelop, OnjuisteEnvelop):
        yield from envelop.fouten
    elif isinstance(envelop, (Heenbericht, Retour)):
        yield from _functie_fouten(envelop, facts)
    elif not isinstance(envelop, Foutbericht):
        yield stuf_fout("StUF025")
    if envelop.stuurgegevens is not None:
        yield from _party_fouten(envelop, envelop.stuurgegevens, facts)
        yield from _reference_fouten(envelop, envelop.stuurgegevens, facts)
    if not facts.can_store:
        yield stuf_fout("StUF046")


def _party_fouten(
    envelop: Envelop | OnjuisteEnvelop, stuurgegevens: Stuurgegevens, facts: EnvelopFacts
) -> Iterator[Fout]:
    zender, ontvanger = stuurgegevens.zender.organisatie, stuurgegevens.ontvanger.organisatie
    if ontvanger not in facts.ontvangers:
        yield stuf_fout("StUF010")
    known = zender in facts.zenders or (isinstance(envelop, Foutbericht) and zender.upper() in facts.chain)
    allowed = facts.namens is None or zender in facts.namens
    if not (known and allowed):
        yield stuf_fout("StUF013")


def _reference_fouten(
    envelop: Envelop | OnjuisteEnvelop, stuurgegevens: Stuurgegevens, facts: EnvelopFacts
) -> Iterator[Fout]:
    if facts.earlier_digest not in {None, facts.digest}:
        yield stuf_fout("StUF016")
    if not later_tijdstip(stuurgegevens.tijdstip, facts.last_tijdstip):
        yield stuf_fout("StUF019")
    if isinstance(envelop, (Retour, Foutbericht)) and not facts.cross_ref_known:
        yield stuf_fout("StUF043")


def _functie_fouten(envelop: Heenbericht | Retour, facts: EnvelopFacts) -> Iterator[Fout]:
    naam = envelop.stuurgegevens.functie or ""
    if naam not in _KNOWN_NAMES:
        yield stuf_fout("StUF034")
        return
    release = release_of(envelop.parameters.functie_versie, envelop.parameters.functie_subversie)
    supported = [one for one in facts.functies if one.naam == naam and one.release == release]
    if not any(one.in_use(facts.today) for one in supported):
        yield stuf_fout("StUF037")
    code = Berichtcode.DI01 if isinstance(envelop, Heenbericht) else Berichtcode.DU01
    if all(one.berichtcode is not code for one in FUNCTIES if one.naam == naam):
        yield stuf_fout("StUF040")
