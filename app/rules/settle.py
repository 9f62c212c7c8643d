"""Deciding a 303: header first, then credits before debits, each line as a whole (domain.md §6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.domain.bedrag import HIGHEST_BEDRAG, NUL, Bedrag
from app.domain.budget import Boekingen, Ledger, RoomSizes, draw, room_of_days, room_sizes, rooms_left
from app.domain.codelijsten import GEMEENTE_ONBEKEND, NIET_BEOORDEELD, TECHNISCH_AFGEKEURD, Declaratievorm
from app.domain.declaratie import Declaratie, DeclaratieClient, Prestatie
from app.domain.dossier import DeclaratieDossier
from app.domain.inrichting import Inrichting
from app.domain.periode import GeslotenPeriode
from app.domain.retour import Ernst, Finding
from app.domain.settlement import ClientOutcome, LineOutcome, Settlement, Uitkomst, codes_of
from app.domain.versies import Toewijzing
from app.rules import prestatie as regels
from app.rules.prestatie import PrestatieDossier
from app.rules.technische_regel import TechnischeRegel, ask

ON_CREDIT = (regels.debet_was_not_credited, regels.periode_within_one_declaratieperiode)
ON_TOEWIJZING = (
    regels.client_is_that_of_toewijzing,
    regels.aanbieder_is_that_of_toewijzing,
    regels.categorie_is_assigned,
    regels.code_is_assigned,
    regels.code_stands_under_categorie,
    regels.begindatum_within_toewijzing,
    regels.einddatum_within_toewijzing,
    regels.eenheid_is_assigned,
    regels.tarief_is_agreed,
    regels.periode_within_one_declaratieperiode,
)
ON_LINE = (regels.bedrag_is_volume_times_tarief, regels.referentie_nummer_is_new)
NO_VOLUME_CHECK = frozenset({"9307", "9308", "9309", "9319"})
COMPUTABLE = frozenset({"0611", "9321", "9322"})
OVER_ROOM = frozenset({"9321", "9322"})
OTHER_AANBIEDER = "9311"


def settle(
    declaratie: Declaratie,
    dossier: DeclaratieDossier,
    *,
    technisch: Sequence[Finding],
    header: Sequence[Finding],
) -> Settlement:
    """What a 303 gets. `technisch` are the findings within the message, `header` those on its header.

    A technical finding refuses the message with 0001, else a header finding with its code; then nothing is booked.
    Warnings refuse nothing. Else every line is granted or refused as a whole.
    """
    header_codes = _header_codes(technisch, header)
    header_findings = (*technisch, *header)
    if header_codes:
        return Settlement(header_codes=header_codes, header_findings=header_findings)
    if dossier.inrichting is None:
        return Settlement(header_codes=(GEMEENTE_ONBEKEND,), header_findings=header_findings)
    desk = _Desk(declaratie, dossier, dossier.inrichting)
    return Settlement(header_findings=header_findings, clienten=desk.decide())


def _header_codes(technisch: Sequence[Finding], header: Sequence[Finding]) -> tuple[str, ...]:
    """The codes that refuse the whole message; a warning refuses nothing."""
    wrong = codes_of([finding for finding in header if finding.ernst is Ernst.FOUT])
    if TECHNISCH_AFGEKEURD in wrong or any(finding.ernst is Ernst.FOUT for finding in technisch):
        return (TECHNISCH_AFGEKEURD,)
    return wrong


class _Desk:
    """Decides the lines of one 303 in turn; what one line takes, the next no longer finds."""

    def __init__(self, declaratie: Declaratie, dossier: DeclaratieDossier, inrichting: Inrichting) -> None:
        self._declaratie = declaratie
        self._dossier = dossier
        self._inrichting = inrichting
        self._ledger = Ledger(dossier.geboekt)
        self._in_order: set[tuple[object, ...]] = set()
        self._sizes: dict[tuple[str, GeslotenPeriode], tuple[RoomSizes, int | None]] = {}

    def decide(self) -> tuple[ClientOutcome, ...]:
        clienten = self._declaratie.clienten
        refused = [self._client_findings(client) for client in clienten]
        credits = {
            (i, j): self._line(client, prestatie)
            for i, client in enumerate(clienten)
            if not refused[i]
            for j, prestatie in enumerate(client.prestaties)
            if prestatie.is_credit
        }
        return tuple(
            [
                _refused_client(client, refused[i]) if refused[i] else self._client(i, client, credits)
                for i, client in enumerate(clienten)
            ]
        )

    def _client(
        self, i: int, client: DeclaratieClient, credits: Mapping[tuple[int, int], LineOutcome]
    ) -> ClientOutcome:
        self._in_order.clear()  # what was found for one client is not asked for another
        self._sizes.clear()
        lines = [credits.get((i, j)) or self._line(client, line) for j, line in enumerate(client.prestaties)]
        return ClientOutcome(client=client, lines=tuple(lines))

    def _client_findings(self, client: DeclaratieClient) -> tuple[Finding, ...]:
        return tuple(regels.geboortedatum_belongs_to_bsn.findings(client, self._dossier))

    def _line(self, client: DeclaratieClient, prestatie: Prestatie) -> LineOutcome:
        vorig = prestatie.product_referentie.vorig_referentie_nummer
        facts = PrestatieDossier(
            header=self._declaratie.header,
            client=client,
            dossier=self._dossier,
            inrichting=self._inrichting,
            toewijzing=self._toewijzing(client, prestatie),
            debet=self._dossier.debets.get(vorig) if vorig is not None else None,
        )
        if found := _findings((regels.toewijzing_known,), prestatie, facts):
            return _refused(prestatie, facts, found)
        outcome = _credit(prestatie, facts) if prestatie.is_credit else self._debet(prestatie, facts)
        if outcome.toewijzing_sleutel is not None:
            self._ledger.book(outcome.toewijzing_sleutel, outcome.boekingen)
        return outcome

    def _toewijzing(self, client: DeclaratieClient, prestatie: Prestatie) -> Toewijzing | None:
        if prestatie.toewijzing_nummer is not None:
            return self._dossier.toewijzingen.get(prestatie.toewijzing_nummer)
        candidates = [
            toewijzing
            for toewijzing in self._dossier.toewijzingen_by_bsn.get(client.bsn, ())
            if _matches(toewijzing, client, prestatie, self._declaratie.header.aanbieder)
        ]
        return candidates[0] if len(candidates) == 1 else None

    def _debet(self, prestatie: Prestatie, facts: PrestatieDossier) -> LineOutcome:
        found = self._on_toewijzing(prestatie, facts)
        found += _findings(ON_LINE if "0611" not in codes_of(found) else ON_LINE[1:], prestatie, facts)
        if facts.toewijzing and NO_VOLUME_CHECK.isdisjoint(codes_of(found)):
            facts = self._with_rooms(facts, facts.toewijzing, prestatie.product_periode)
            over = _findings((regels.volume_fits_room,), prestatie, facts)
            found += over or _findings((regels.volume_fits_what_is_left,), prestatie, facts)
        if not found:
            return _granted(prestatie, facts)
        return self._in_part(prestatie, facts, found) or _refused(prestatie, facts, found)

    def _on_toewijzing(self, prestatie: Prestatie, facts: PrestatieDossier) -> tuple[Finding, ...]:
        """What ON_TOEWIJZING finds; asked once for lines that are the same in all that those rules look at."""
        ingediend = prestatie.ingediende_bedrag_prestatie
        looked_at = (
            facts.toewijzing.sleutel if facts.toewijzing else None,
            facts.client.bsn,
            prestatie.product_categorie,
            prestatie.product_code,
            prestatie.product_periode,
            ingediend.eenheid,
            ingediend.product_tarief,
        )
        if looked_at in self._in_order:
            return ()
        found = _findings(ON_TOEWIJZING, prestatie, facts)
        if not found:
            self._in_order.add(looked_at)
        return found

    def _with_rooms(
        self, facts: PrestatieDossier, toewijzing: Toewijzing, periode: GeslotenPeriode
    ) -> PrestatieDossier:
        key = toewijzing.sleutel, periode
        if key not in self._sizes:
            gebroken = self._inrichting.instellingen.gebroken_periode
            sizes = room_sizes(toewijzing, self._inrichting, periode)
            self._sizes[key] = sizes, room_of_days(toewijzing, periode, gebroken)
        sizes, of_days = self._sizes[key]
        return facts.with_rooms(rooms_left(sizes, toewijzing.sleutel, self._ledger), of_days)

    def _in_part(self, prestatie: Prestatie, facts: PrestatieDossier, found: tuple[Finding, ...]) -> LineOutcome | None:
        """The part that fits, where gemeente and declaratievorm allow that."""
        allowed = self._inrichting.instellingen.deels_toekennen and facts.header.vorm is Declaratievorm.DECLARATIE
        if not allowed or not set(codes_of(found)) <= OVER_ROOM or facts.left == 0:
            return None
        refused = _refused(prestatie, facts, found)
        return replace(
            refused,
            uitkomst=Uitkomst.DEELS,
            toegekend=refused.gemeente_berekend,
            boekingen=draw(facts.left, facts.rooms),
        )


def _findings(rules: Iterable[TechnischeRegel], prestatie: Prestatie, facts: PrestatieDossier) -> tuple[Finding, ...]:
    found: list[Finding] = []
    ask(rules, prestatie, facts, found)
    return tuple(found)


def _matches(toewijzing: Toewijzing, client: DeclaratieClient, prestatie: Prestatie, aanbieder: str) -> bool:
    actueel = toewijzing.actueel
    product_fits = actueel.product.categorie == prestatie.product_categorie and actueel.product.code in (
        None,
        prestatie.product_code,
    )
    periode = prestatie.product_periode
    return (
        toewijzing.aanbieder == aanbieder
        and actueel.bsn == client.bsn
        and product_fits
        and toewijzing.versie_on(periode.begindatum) is not None
        and toewijzing.versie_on(periode.einddatum) is not None
    )


def _credit(prestatie: Prestatie, facts: PrestatieDossier) -> LineOutcome:
    """A credit gives back exactly what its debit took, whatever changed on the toewijzing since."""
    found = _findings((regels.debet_of_credit_known,), prestatie, facts)
    found = found or _findings((regels.debet_was_not_refused,), prestatie, facts)
    found = found or _findings((*ON_CREDIT, regels.referentie_nummer_is_new), prestatie, facts)
    if found or facts.debet is None:
        return _refused(prestatie, facts, found)
    return LineOutcome(
        prestatie=prestatie,
        uitkomst=Uitkomst.TOEGEKEND,
        toegekend=-facts.debet.toegekend,
        toewijzing_sleutel=facts.debet.toewijzing_sleutel,
        boekingen=_reversed(facts.debet.boekingen),
    )


def _reversed(boekingen: Boekingen) -> Boekingen:
    return tuple((day, -volume) for day, volume in boekingen)


def _granted(prestatie: Prestatie, facts: PrestatieDossier) -> LineOutcome:
    return LineOutcome(
        prestatie=prestatie,
        uitkomst=Uitkomst.TOEGEKEND,
        toegekend=prestatie.ingediend,
        gemeente_berekend=prestatie.ingediend,
        toewijzing_sleutel=facts.toewijzing.sleutel if facts.toewijzing else None,
        boekingen=draw(regels.ledger_volume(prestatie), facts.rooms),
    )


def _refused(prestatie: Prestatie, facts: PrestatieDossier, found: tuple[Finding, ...]) -> LineOutcome:
    return LineOutcome(
        prestatie=prestatie,
        uitkomst=Uitkomst.AFGEWEZEN,
        gemeente_berekend=_computed(prestatie, facts, found),
        retour_codes=codes_of(found),
        findings=_without_secrets(found),
        toewijzing_sleutel=facts.toewijzing.sleutel if facts.toewijzing else None,
    )


def _without_secrets(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The codes say enough to a declarant whose toewijzing it is not: it may not learn what another was assigned."""
    if OTHER_AANBIEDER not in codes_of(found):
        return found
    return tuple(replace(finding, waarden={}) for finding in found)


def _computed(prestatie: Prestatie, facts: PrestatieDossier, found: tuple[Finding, ...]) -> Bedrag:
    """What the gemeente finds right: the volume that fits at the agreed tariff, 0 where a message cannot say that."""
    tarief = regels.tarief_of(prestatie, facts)
    if prestatie.is_credit or tarief is None or not set(codes_of(found)) <= COMPUTABLE:
        return NUL
    volume = regels.ledger_volume(prestatie)
    if facts.has_omvang:
        volume = min(volume, facts.left)
    berekend = regels.agreed_bedrag(prestatie, facts, volume, tarief)
    return berekend if berekend <= HIGHEST_BEDRAG else NUL


def _refused_client(client: DeclaratieClient, found: tuple[Finding, ...]) -> ClientOutcome:
    lines = tuple(
        LineOutcome(prestatie=prestatie, uitkomst=Uitkomst.AFGEWEZEN, retour_codes=(NIET_BEOORDEELD,))
        for prestatie in client.prestaties
    )
    return ClientOutcome(client=client, lines=lines, retour_codes=codes_of(found), findings=found)
