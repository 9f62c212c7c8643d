"""What a StUF-GGk 2.1 envelope says: who sends which message to whom, and what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class Plek(StrEnum):
    """On whose side an error lies: the one who sent the request, or the one who answers it."""

    CLIENT = "client"
    SERVER = "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fout:
    """An error of the chain as StUF words it: a code of at most 7 characters, a text of at most 200."""

    code: str
    plek: Plek
    omschrijving: str
    details: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Systeem:
    """Who sends or receives: a gemeentecode, AGB-code or name such as `CAK`; `applicatie` without its version."""

    organisatie: str
    applicatie: str
    administratie: str | None = None
    gebruiker: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuurgegevens:
    """The header of an envelope or answer; `tijdstip` as it stands there, local time without zone."""

    zender: Systeem
    ontvanger: Systeem
    referentienummer: str
    tijdstip: str
    cross_ref: str | None = None
    functie: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The versions of the sending application and of the message inside, each as four digits."""

    applicatie_versie: str
    applicatie_subversie: str
    functie_versie: str
    functie_subversie: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heenbericht:
    """A Di01: a message that begins a conversation; its referentienummer is that of the conversation.

    `bestand` is the message inside. When it cannot be one, it is empty and `bestand_fout` is what an Fo01 says of it.
    """

    stuurgegevens: Stuurgegevens
    parameters: Parameters
    bestand: bytes = field(repr=False)
    bestand_fout: Fout | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retour:
    """A Du01: the message that answers the Di01 which `cross_ref` names; `bestand` as in a Heenbericht."""

    stuurgegevens: Stuurgegevens
    parameters: Parameters
    bestand: bytes = field(repr=False)
    bestand_fout: Fout | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Foutbericht:
    """An Fo01: some link in the chain refuses the Di01 or Du01 which `cross_ref` names, afterwards.

    `origineel` is the XML of what was refused, when it came along: it holds personal data.
    """

    stuurgegevens: Stuurgegevens
    fout: Fout
    origineel: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ontvangstbevestiging:
    """A Bv03: what `cross_ref` names is stored, and nothing in its header is wrong."""

    stuurgegevens: Stuurgegevens


@dataclass(frozen=True, slots=True, kw_only=True)
class Fo03:
    """What `cross_ref` names was not taken over; the reason is in its header, or in whoever should have stored it."""

    stuurgegevens: Stuurgegevens
    fout: Fout


Envelop: TypeAlias = Heenbericht | Retour | Foutbericht | Ontvangstbevestiging | Fo03


@dataclass(frozen=True, slots=True, kw_only=True)
class OnjuisteEnvelop:
    """XML that is no envelope of ggk0210, with every error of StUF that fits.

    Without stuurgegevens no Fo03 can be written, because that must name sender, receiver and reference.
    """

    fouten: tuple[Fout, ...]
    stuurgegevens: Stuurgegevens | None = None
