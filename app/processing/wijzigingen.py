"""Splitting, changing and ending a running toewijzing: decided on the books of the moment, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeAlias

from sqlalchemy.orm import Session

from app.domain.act import Feiten, Lopend, Wijziging, refusal
from app.domain.bericht import BerichtIdentificatie
from app.domain.effect import EffectRow, Stap
from app.domain.logboek import Handeling, Logregel
from app.domain.principal import Principal
from app.domain.refusals import NotFound, RejectedBericht, RoleNotAllowed
from app.domain.retour import Finding
from app.domain.routing import allotments
from app.domain.splitsing import end_onderaannemer, find_eerste, has_onderaannemer_to_end, merge, split
from app.domain.toekenning import TweedeAanbieder
from app.domain.toekenning_velden import in_request
from app.domain.toewijzing import Toewijzingsbericht
from app.domain.uitgifte import Bron, bericht_on
from app.domain.versies import Toewijzing
from app.domain.wijzigingen import change, end, find_cak_periode
from app.iwmo.reading import read, recognise
from app.processing import volgende_termijnen
from app.processing.acts import do_once, only_try
from app.processing.allocate import sleutel_of
from app.processing.bewaren_sporen import deleted_nummers
from app.processing.bezorgen import give
from app.processing.idempotency import Repeatable
from app.processing.issue import Issued, issue_301
from app.processing.logboek import Poging, note
from app.processing.runtime import Runtime, new_identificatie
from app.processing.toekenningen import demand_inrichting, moment_of_toewijzing
from app.rules.toekenning import double_funding_of_added_days
from app.storage.berichten import BerichtRecord, berichten_by_id, body_of
from app.storage.boekingen import move_boekingen
from app.storage.declaraties import geboekt
from app.storage.onderaannemers import set_onderaannemers
from app.storage.toekenningen import Uitgegeven, link_toewijzing, toekenning_ids_of
from app.storage.toewijzing_nummers import lock_nummers, next_nummer
from app.storage.toewijzingen import (
    ToewijzingRecord,
    find_toewijzing_record,
    lock_toewijzingen,
    toewijzingen_by_bsn,
)
from app.storage.voortzettingen import record_verwantschap, record_voortzetting, verwante_sleutels
from app.storage.zicht import Zicht


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """Give `tweede` part of the volume from a CAK period on."""

    tweede: TweedeAanbieder
    jaar: int
    periode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wijzig:
    """Another volume from a CAK period on."""

    volume: int
    jaar: int
    periode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Beeindig:
    """Another Einddatum. With `samenvoegen` the volume goes back to the first aanbieder of a split.

    `samenvoegen_met` is the ToewijzingNummer of that first one, where it is not known or more than one could be meant.
    Without it, `samenvoegen` on a toewijzing for which an onderaannemer works ends the work of the latter only.
    """

    einddatum: date
    reden: str
    samenvoegen: bool = False
    samenvoegen_met: int | None = None


Vraag: TypeAlias = Splits | Wijzig | Beeindig


@dataclass(frozen=True, slots=True, kw_only=True)
class WijzigingView:
    """What an act did, as the gemeente looks at it; `xml` are the bytes of the berichten, by id."""

    toewijzingen: tuple[ToewijzingRecord, ...]
    berichten: tuple[BerichtRecord, ...]
    xml: dict[str, bytes]
    effect: tuple[EffectRow, ...]
    waarschuwingen: tuple[Finding, ...]


def change_toewijzing(
    runtime: Runtime,
    principal: Principal,
    vraag: Vraag,
    *,
    gemeente: str,
    nummer: str,
    sleutel: str | None = None,
    answer: Callable[[WijzigingView], str],
    proef: bool = False,
) -> str:
    """The answer to an act on a toewijzing (`nummer`: its ToewijzingNummer or sleutel), as `answer` writes it.

    With `proef` nothing stays; the same act again under a `sleutel` (Idempotency-Key) does nothing. Raises
    RoleNotAllowed, NotFound, DifferentRequest, InvalidInput with the numbers, RejectedBericht (pads of a toekenning)
    """
    if not principal.for_gemeente:
        raise RoleNotAllowed("Alleen een gemeente verandert een toewijzing.")
    poging = Poging(Logregel(handeling=Handeling.TOEWIJZING_GEWIJZIGD))

    def work(session: Session) -> str:
        return answer(_Desk(session, runtime, principal, gemeente).act(nummer, vraag, poging))

    def seen(session: Session) -> Logregel:
        return _Desk(session, runtime, principal, gemeente).seen(nummer)

    if proef:
        return only_try(runtime, principal, poging, Handeling.TOEWIJZING_BEPROEFD, work)
    request = Repeatable.of(principal, sleutel, f"{gemeente}/{nummer} {vraag!r}")
    return do_once(runtime, principal, request, poging, work=work, again=seen)


class _Desk:
    """Does one act, within the transaction of its session."""

    def __init__(self, session: Session, runtime: Runtime, principal: Principal, gemeente: str) -> None:
        self._session = session
        self._runtime = runtime
        self._principal = principal
        self._zicht = Zicht(gemeenten=principal.gemeenten)
        self._gemeente = gemeente

    def act(self, nummer: str, vraag: Vraag, poging: Poging) -> WijzigingView:
        """Do what is asked, and write it down; `poging` tells of which toewijzing as soon as that is known."""
        record = self.locked(nummer)
        poging.regel = _regel(record, Handeling.TOEWIJZING_GEWIJZIGD)
        note(self._session, self._runtime, self._principal, poging.regel)
        try:
            return self.carry_out(record, vraag)
        except RejectedBericht as refusal:
            raise RejectedBericht(refusal.detail, findings=in_request(refusal.findings)) from refusal

    def seen(self, nummer: str) -> Logregel:
        """What is written down when the answer of before is given again."""
        return _regel(self.record(nummer), Handeling.TOEWIJZING_BEKEKEN)

    def locked(self, nummer: str) -> ToewijzingRecord:
        """The toewijzing; nobody settles on it, or on another of its client, until the transaction ends."""
        record = self.record(nummer)
        lock_nummers(self._session, gemeente=self._gemeente)
        lock_toewijzingen(self._session, gemeente=self._gemeente, nummers=(), bsns=[record.actueel.versie.bsn])
        self._session.expire_all()  # what was read before the lock may be old
        return self.record(nummer)

    def carry_out(self, record: ToewijzingRecord, vraag: Vraag) -> WijzigingView:
        """Decide on the books, issue the 301s, and let what was granted follow."""
        toewijzing = record.toewijzing
        if toewijzing is None:
            raise refusal("", "Deze toewijzing is geweigerd en geldt niet.")
        inrichting = demand_inrichting(self._session, self._runtime, self._gemeente)
        feiten = Feiten(
            inrichting=inrichting,
            today=self._runtime.today(),
            moment=moment_of_toewijzing(self._runtime),
            andere=self._others(toewijzing),
            verwant=verwante_sleutels(self._session, gemeente=self._gemeente, sleutel=toewijzing.sleutel),
            nummers=tuple(self._next_nummer() for _ in range(2)),
        )
        wijziging = self._decide(toewijzing, vraag, feiten)
        issued = [self._issue(record, stappen, feiten) for stappen in _by_aanbieder(wijziging)]
        self._follow(record, wijziging, issued)
        give(self._session, self._runtime, [item for one in issued for item in one.items])
        return self._view(record, wijziging, issued, _warnings(wijziging, feiten))

    def _next_nummer(self) -> int:
        deleted = partial(deleted_nummers, self._session, self._runtime, self._gemeente)
        return next_nummer(self._session, gemeente=self._gemeente, deleted=deleted)

    def record(self, nummer: str) -> ToewijzingRecord:
        """The toewijzing as it is; NotFound when there is none with this number."""
        record = find_toewijzing_record(
            self._session, zicht=self._zicht, gemeente=self._gemeente, nummer_or_sleutel=nummer
        )
        if record is None:
            raise NotFound("Er is geen toewijzing met dit nummer.")
        return record

    def _others(self, toewijzing: Toewijzing) -> tuple[Toewijzing, ...]:
        bsn = toewijzing.actueel.bsn
        found = toewijzingen_by_bsn(self._session, gemeente=self._gemeente, bsns=[bsn]).get(bsn, ())
        return tuple(other for other in found if other.sleutel != toewijzing.sleutel)

    def _lopend(self, toewijzing: Toewijzing) -> Lopend:
        booked = geboekt(self._session, gemeente=self._gemeente, sleutels=[toewijzing.sleutel])
        return Lopend(
            toewijzing=toewijzing,
            geboekt={day: volume for (_, day), volume in booked.items()},
            onderaannemers=self.record(toewijzing.sleutel).onderaannemers,
        )

    def _decide(self, toewijzing: Toewijzing, vraag: Vraag, feiten: Feiten) -> Wijziging:
        lopend = self._lopend(toewijzing)
        match vraag:
            case Splits():
                vanaf = find_cak_periode(feiten.inrichting, vraag.jaar, vraag.periode)
                return split(lopend, vraag.tweede, vanaf, feiten)
            case Wijzig():
                vanaf = find_cak_periode(feiten.inrichting, vraag.jaar, vraag.periode)
                return change(lopend, volume=vraag.volume, vanaf=vanaf, feiten=feiten)
            case Beeindig(samenvoegen=False):
                return end(lopend, einddatum=vraag.einddatum, reden=vraag.reden, feiten=feiten)
            case Beeindig():
                return self._end_split(lopend, vraag, feiten)

    def _end_split(self, lopend: Lopend, vraag: Beeindig, feiten: Feiten) -> Wijziging:
        einddatum, reden = vraag.einddatum, vraag.reden
        if vraag.samenvoegen_met is None and has_onderaannemer_to_end(lopend, einddatum, feiten.verwant):
            return end_onderaannemer(lopend, einddatum=einddatum, reden=reden)
        eerste = find_eerste(lopend.toewijzing, feiten, einddatum, nummer=vraag.samenvoegen_met)
        return merge(lopend, self._lopend(eerste), einddatum=einddatum, reden=reden, feiten=feiten)

    def _issue(self, record: ToewijzingRecord, stappen: tuple[Stap, ...], feiten: Feiten) -> Issued:
        """The 301 for one aanbieder, with the client as the last one on its toewijzing had it."""
        running = next((stap.voor for stap in stappen if stap.voor is not None), None)
        source = self.record(running.sleutel) if running is not None else record
        versies = [stap.na.actueel for stap in stappen]
        dagtekening = max(feiten.today, *(versie.toewijzingsdatum for versie in versies))
        bericht = bericht_on(
            stappen,
            self._bron(source),
            identificatie=BerichtIdentificatie(identificatie=new_identificatie(), dagtekening=dagtekening),
            referentie=next((f"Toekenning {id}" for id in self._toekenningen(source.sleutel)), None),
        )
        return issue_301(
            self._session,
            self._runtime,
            bericht=bericht,
            inrichting=feiten.inrichting,
            key_id=self._principal.key_id,
            vanaf={stap.na.sleutel: stap.na.actueel.aandeel_vanaf for stap in stappen},
        )

    def _bron(self, record: ToewijzingRecord) -> Bron:
        bericht = read(recognise(body_of(self._session, id=record.actueel.bericht_id)))
        if not isinstance(bericht, Toewijzingsbericht):
            raise TypeError("the bericht of a version is a 301")
        found = next(a for a in allotments(bericht) if sleutel_of(self._gemeente, a) == record.sleutel)
        return Bron(aanbieder=record.aanbieder, client=found.client, product=found.product)

    def _toekenningen(self, sleutel: str) -> tuple[str, ...]:
        return tuple(toekenning_ids_of(self._session, gemeente=self._gemeente, sleutel=sleutel))

    def _follow(self, record: ToewijzingRecord, wijziging: Wijziging, issued: list[Issued]) -> None:
        """What belonged to a toewijzing belongs to those that replace it: toekenning, onderaannemers, bookings."""
        session, gemeente = self._session, self._gemeente
        self._keep_onderaannemers(record, wijziging)
        if (opvolging := wijziging.opvolging) is not None:
            move_boekingen(session, gemeente=gemeente, van=opvolging.van, naar=opvolging.naar, vanaf=opvolging.vanaf)
            for new in (stap.na for stap in wijziging.stappen if stap.voor is None):
                record_voortzetting(session, gemeente=gemeente, van=opvolging.van, naar=new.sleutel)
            record_verwantschap(session, gemeente=gemeente, groups=[[stap.na.sleutel for stap in wijziging.stappen]])
        known = [stap.voor.sleutel for stap in wijziging.stappen if stap.voor is not None]
        toekenningen = dict.fromkeys(id for sleutel in known for id in self._toekenningen(sleutel))
        for stappen, one in zip(_by_aanbieder(wijziging), issued, strict=True):
            for new in (stap.na for stap in stappen if stap.voor is None):
                uitgegeven = Uitgegeven(new.sleutel, one.bericht_id)
                for id in toekenningen:
                    link_toewijzing(session, toekenning_id=id, gemeente=gemeente, uitgegeven=uitgegeven)
        first = next(iter(toekenningen), None)
        volgende_termijnen.follow(session, gemeente=gemeente, wijziging=wijziging, toekenning_id=first)

    def _keep_onderaannemers(self, record: ToewijzingRecord, wijziging: Wijziging) -> None:
        after = {stap.na.sleutel: stap.onderaannemers for stap in wijziging.stappen}
        if wijziging.onderaannemers is not None:
            after[record.sleutel] = wijziging.onderaannemers
        for sleutel, onderaannemers in after.items():
            set_onderaannemers(self._session, gemeente=self._gemeente, sleutel=sleutel, onderaannemers=onderaannemers)

    def _view(
        self, record: ToewijzingRecord, wijziging: Wijziging, issued: list[Issued], warnings: tuple[Finding, ...]
    ) -> WijzigingView:
        self._session.expire_all()
        sleutels = [stap.na.sleutel for stap in wijziging.stappen] or [record.sleutel]
        ids = [one.bericht_id for one in issued]
        return WijzigingView(
            toewijzingen=tuple(self.record(sleutel) for sleutel in sleutels),
            berichten=tuple(berichten_by_id(self._session, ids=ids, zicht=self._zicht)),
            xml={one.bericht_id: one.body for one in issued},
            effect=wijziging.effect,
            waarschuwingen=(*warnings, *(finding for one in issued for finding in one.findings)),
        )


def _regel(record: ToewijzingRecord, handeling: Handeling) -> Logregel:
    bsn = record.actueel.versie.bsn
    return Logregel(handeling=handeling, object_id=f"{record.gemeente}/{record.sleutel}", bsns=frozenset({bsn}))


def _by_aanbieder(wijziging: Wijziging) -> Iterator[tuple[Stap, ...]]:
    for aanbieder in dict.fromkeys(stap.na.aanbieder for stap in wijziging.stappen):
        yield tuple(stap for stap in wijziging.stappen if stap.na.aanbieder == aanbieder)


def _warnings(wijziging: Wijziging, feiten: Feiten) -> tuple[Finding, ...]:
    """What is allowed and still worth a look: days that were added and are paid twice."""
    changed = ((stap.voor, stap.na) for stap in wijziging.stappen)
    return tuple(
        finding
        for voor, na in changed
        if voor is not None
        for finding in double_funding_of_added_days(voor, na, feiten.andere)
    )
