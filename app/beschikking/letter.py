"""The words of a beschikking: every sentence and cell as text, for whichever form they are laid out in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction

from app.domain.bedrag import Bedrag, round_half_up
from app.domain.beschikking import BeschikkingInhoud

MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
SALUTATIONS = {"1": "Geachte heer", "2": "Geachte mevrouw"}
PLURALS = {"uur": "uur", "dagdeel": "dagdelen", "etmaal": "etmalen", "minuut": "minuten", "stuk": "stuks"}
NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a heading above each column; `total` is a last row, empty when there is none.

    The columns from `numbers_from` on hold numbers.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    numbers_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with what stands under it: paragraphs, a table, paragraphs."""

    heading: str
    before: tuple[str, ...] = ()
    table: Table | None = None
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The whole letter, from top to bottom."""

    sender: str
    addressee: tuple[str, ...]
    title: str
    reference: tuple[tuple[str, str], ...]
    salutation: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """The same as plain values."""
        return asdict(self)


def letter_of(inhoud: BeschikkingInhoud) -> Letter:
    """The letter of a beschikking."""
    gemeente = gemeente_in_words(inhoud.gemeente)
    return Letter(
        sender=gemeente[:1].upper() + gemeente[1:],
        addressee=(inhoud.naam, *inhoud.adres),
        title="Beschikking Wet maatschappelijke ondersteuning",
        reference=(
            ("Beschikkingnummer", str(inhoud.beschikking_nummer)),
            ("Datum", date_in_words(inhoud.afgiftedatum)),
            ("Geldig", _validity(inhoud)),
        ),
        salutation=f"{SALUTATIONS.get(inhoud.geslacht, 'Geachte heer of mevrouw')},",
        opening=(
            "U krijgt ondersteuning op grond van de Wet maatschappelijke ondersteuning 2015 (Wmo). "
            f"De ondersteuning geldt {_validity(inhoud)}. In deze brief leest u wat wij met u hebben afgesproken.",
        ),
        sections=(_resultaten(inhoud), *_inzet(inhoud), _budget(inhoud), _aanbieder(inhoud), _bezwaar(gemeente)),
        closing=("Met vriendelijke groet,", f"namens het college van burgemeester en wethouders van de {gemeente}"),
    )


def gemeente_in_words(naam: str) -> str:
    """The gemeente as it stands in a sentence; a name that says `gemeente` itself stays as it is.

    >>> gemeente_in_words("Steenwijkerland")
    'gemeente Steenwijkerland'
    """
    return naam if "gemeente" in naam.lower() else f"gemeente {naam}"


def date_in_words(day: date) -> str:
    """A date as in a letter, that does not break over two lines.

    >>> date_in_words(date(2018, 1, 1)).split()
    ['1', 'januari', '2018']
    """
    return NBSP.join((str(day.day), MONTHS[day.month - 1], str(day.year)))


def euros(bedrag: Bedrag) -> str:
    """An amount as in a letter.

    >>> euros(Bedrag(1287104)).split()
    ['€', '12.871,04']
    """
    whole, cents = divmod(abs(bedrag.cents), 100)
    sign = "-" if bedrag.cents < 0 else ""
    return f"€{NBSP}{sign}{whole:,}".replace(",", ".") + f",{cents:02d}"


def aantal(value: Fraction, eenheid: str) -> str:
    """A number of units, to two decimals at most.

    >>> aantal(Fraction("67.6"), "dagdeel").split()
    ['67,6', 'dagdelen']
    """
    whole, hundredths = divmod(round_half_up(value * 100), 100)
    decimals = f",{hundredths:02d}".rstrip("0").rstrip(",")
    name = eenheid if value == 1 else PLURALS.get(eenheid, eenheid)
    return f"{whole:,}".replace(",", ".") + decimals + NBSP + name


def _validity(inhoud: BeschikkingInhoud) -> str:
    begin = f"vanaf {date_in_words(inhoud.ingangsdatum)}"
    if inhoud.einddatum is None:
        return f"{begin}, zonder einddatum"
    return f"{begin} tot en met {date_in_words(inhoud.einddatum)}"


def _resultaten(inhoud: BeschikkingInhoud) -> Section:
    heading = "Wat wij met u willen bereiken"
    if not inhoud.resultaten:
        return Section(heading=heading, before=("De resultaten spreekt u af in uw begeleidingsplan.",))
    rows = tuple(
        (r.omschrijving, r.domein[:1].upper() + r.domein[1:], _streefdatum(r.streefdatum)) for r in inhoud.resultaten
    )
    headings = ("Resultaat", "Dit gaat over", "Bereikt op uiterlijk")
    return Section(heading=heading, table=Table(caption="Resultaten", headings=headings, rows=rows, numbers_from=3))


def _streefdatum(day: date | None) -> str:
    return date_in_words(day) if day else "geen datum afgesproken"


def _inzet(inhoud: BeschikkingInhoud) -> tuple[Section, ...]:
    heading = "Hoeveel ondersteuning wij verwachten"
    if inhoud.arrangement is not None:
        sentence = f"U krijgt het arrangement {inhoud.arrangement}. Daar hoort een vast budget bij."
        return (Section(heading=heading, before=(sentence,)),)
    if not inhoud.inzet:
        return ()
    limited = inhoud.einddatum is not None
    headings = ("Ondersteuning", "Per jaar", *(("In de hele indicatieperiode",) if limited else ()))
    rows = tuple(
        (
            i.naam,
            aantal(i.aantal_per_jaar, i.eenheid),
            *((aantal(i.aantal_in_indicatie, i.eenheid),) if i.aantal_in_indicatie is not None else ()),
        )
        for i in inhoud.inzet
    )
    table = Table(caption="Verwachte ondersteuning", headings=headings, rows=rows, numbers_from=1)
    explained = "Dit is een schatting. Een jaar is hier 52 weken." + (
        f" De indicatieperiode loopt {_validity(inhoud)}." if limited else ""
    )
    return (Section(heading=heading, table=table, after=(explained,)),)


def _budget(inhoud: BeschikkingInhoud) -> Section:
    sentence = f"Het budget voor uw ondersteuning is {euros(inhoud.budget)} per vier weken."
    if len(inhoud.aanbieders) == 1:
        payment = "De gemeente betaalt de ondersteuning aan uw aanbieder. U hoeft daar niets voor te doen."
        return Section(heading="Uw budget", before=(f"{sentence} {payment}",))
    table = Table(
        caption="Verdeling van het budget per vier weken",
        headings=("Aanbieder", "Budget per vier weken"),
        rows=tuple((a.naam, euros(a.budget)) for a in inhoud.aanbieders),
        total=("Samen", euros(inhoud.budget)),
        numbers_from=1,
    )
    payment = "De gemeente betaalt de ondersteuning aan uw aanbieders. U hoeft daar niets voor te doen."
    before = (f"{sentence} Het is verdeeld over uw aanbieders:",)
    return Section(heading="Uw budget", before=before, table=table, after=(payment,))


def _aanbieder(inhoud: BeschikkingInhoud) -> Section:
    first, *others = (a.naam for a in inhoud.aanbieders)
    sentence = f"Uw aanbieder is {first}."
    if others:
        sentence = f"{sentence} Een deel van de ondersteuning krijgt u van {' en '.join(others)}. "
        sentence += f"{first} is uw aanspreekpunt."
    return Section(
        heading="Uw aanbieder",
        before=(sentence, "U bepaalt in overleg met uw aanbieder hoe uw begeleiding vorm krijgt."),
    )


def _bezwaar(gemeente: str) -> Section:
    """What the Awb wants under every decision (Awb 3:45, 6:5 and 6:7)."""
    return Section(
        heading="Bent u het niet eens met deze beschikking?",
        before=(
            "Dan kunt u bezwaar maken. Doe dat binnen zes weken na de dag waarop wij deze brief hebben verstuurd. "
            f"Stuur uw bezwaarschrift aan het college van burgemeester en wethouders van de {gemeente}.",
            "Zet in uw bezwaarschrift uw naam en adres, de datum, het beschikkingnummer en waarom u het niet eens "
            "bent met de beschikking. Vergeet niet te ondertekenen.",
        ),
    )
