"""How parties are reached besides their postbus: said, changed and ended, also while the service runs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.delivery.destinations import NotAllowed
from app.delivery.signature import secret_text
from app.delivery.transports import IN, OUT
from app.domain.aflevering import Aansluiting, AansluitingSoort
from app.domain.bericht import BerichtStatus
from app.domain.logboek import OPDRACHTREGEL, Handeling, Logregel, Wie
from app.domain.refusals import InvalidInput
from app.processing.bezorgen import aflevering
from app.processing.logboek import note
from app.processing.ophalen import ophaling
from app.processing.runtime import Runtime
from app.storage import aansluitingen as stored
from app.storage.berichten import replace_status
from app.storage.jobs import add_jobs, redirect_jobs
from app.storage.postbus import items_with_status, lock_postbus

PARTIJ: Final = re.compile(r"gemeente:[0-9]{4}|aanbieder:[0-9]{8}")
UNDELIVERED: Final = frozenset({BerichtStatus.TE_VERZENDEN, BerichtStatus.VERWERKT, BerichtStatus.MISLUKT})
AT_ONCE: Final = 500


def connect(
    runtime: Runtime, *, partij: str, soort: AansluitingSoort, adres: str, door: Wie = OPDRACHTREGEL
) -> Aansluiting:
    """Reach a partij in this way from now on; what it was given and does not have yet, is brought there too.

    The folders `in` and `uit` are made. Raises InvalidInput for a partij, folder or URL that cannot be.
    """
    if not PARTIJ.fullmatch(partij):
        raise InvalidInput("Een partij is gemeente: met vier cijfers, of aanbieder: met acht.")
    adres = _folder(adres) if soort is AansluitingSoort.MAP else _url(runtime, soort, adres)

    def work(session: Session) -> Aansluiting:
        aansluiting = _connect(session, runtime, partij, soort, adres)
        note(session, runtime, door, Logregel(handeling=Handeling.AANSLUITING_GEWIJZIGD, object_id=partij))
        return aansluiting

    return runtime.storage.run(work)


def disconnect(runtime: Runtime, *, partij: str, door: Wie = OPDRACHTREGEL) -> bool:
    """Leave a partij with its postbus alone, where everything stays; False when it had nothing else."""

    def work(session: Session) -> bool:
        ended = stored.end_aansluiting(session, partij=partij, now=runtime.now())
        if ended:
            note(session, runtime, door, Logregel(handeling=Handeling.AANSLUITING_VERWIJDERD, object_id=partij))
        return ended

    return runtime.storage.run(work)


def new_key(runtime: Runtime, *, partij: str, door: Wie = OPDRACHTREGEL) -> Aansluiting:
    """Sign what goes to a webhook with a new key, and with the last one as well until the next change.

    Raises InvalidInput for a partij without a webhook.
    """

    def work(session: Session) -> Aansluiting:
        found = stored.find_aansluiting(session, partij=partij, lock=True)
        if found is None or found.soort is not AansluitingSoort.HTTP:
            raise InvalidInput("Alleen een aansluiting met --http heeft een sleutel.")
        changed = replace(found, sleutelversie=found.sleutelversie + 1)
        stored.set_aansluiting(session, aansluiting=changed, now=runtime.now())
        note(session, runtime, door, Logregel(handeling=Handeling.AANSLUITING_SLEUTEL, object_id=partij))
        return changed

    return runtime.storage.run(work)


def secret_of(runtime: Runtime, aansluiting: Aansluiting) -> str:
    """The key that signs its webhook, as the receiver gets it handed over (`whsec_…`)."""
    return secret_text(runtime.transports.webhook_secrets(aansluiting)[0])


def all_aansluitingen(runtime: Runtime) -> list[Aansluiting]:
    """How every partij is reached that is not left to its postbus."""
    with runtime.storage.reading() as session:
        return stored.list_aansluitingen(session)


def _connect(session: Session, runtime: Runtime, partij: str, soort: AansluitingSoort, adres: str) -> Aansluiting:
    lock_postbus(session, partij=partij)  # who gives it something now, must see the aansluiting or be seen here
    before = stored.find_aansluiting(session, partij=partij, lock=True)
    versie = before.sleutelversie if before else stored.next_sleutelversie(session, partij=partij)
    aansluiting = Aansluiting(partij=partij, soort=soort, adres=adres, sleutelversie=versie)
    now = runtime.now()
    if soort is AansluitingSoort.MAP:
        _demand_own_folder(session, aansluiting)
        _make_folders(Path(adres))
        add_jobs(session, [ophaling(partij, now)], now=now)
    stored.set_aansluiting(session, aansluiting=aansluiting, now=now)
    redirect_jobs(session, partij=partij, baan=aansluiting.baan, now=now)
    _deliver_waiting(session, runtime, aansluiting)
    return aansluiting


def _deliver_waiting(session: Session, runtime: Runtime, aansluiting: Aansluiting) -> None:
    after, now = 0, runtime.now()
    while True:
        items = items_with_status(session, partij=aansluiting.partij, statussen=UNDELIVERED, after=after, limit=AT_ONCE)
        ids = [bericht_id for _, bericht_id in items]
        add_jobs(session, [aflevering(aansluiting, id, now) for id in ids], now=now)
        replace_status(session, ids=ids, old=BerichtStatus.MISLUKT, new=BerichtStatus.TE_VERZENDEN)
        if len(items) < AT_ONCE:
            return
        after = items[-1][0]


def _folder(adres: str) -> str:
    folder = Path(adres)
    if not folder.is_absolute():
        raise InvalidInput("Geef de map met haar volledige pad.")
    if not folder.is_dir():
        raise InvalidInput("Deze map bestaat niet.")
    return str(folder.resolve())


def _make_folders(folder: Path) -> None:
    for name in (IN, OUT):
        if (folder / name).is_symlink():
            raise InvalidInput(f"De map {name} is een verwijzing; maak er een echte map van.")
        (folder / name).mkdir(exist_ok=True)


def _demand_own_folder(session: Session, aansluiting: Aansluiting) -> None:
    """Two parties in one folder would read what is for the other."""
    folder = Path(aansluiting.adres)
    for other in stored.list_aansluitingen(session, soort=AansluitingSoort.MAP):
        theirs = Path(other.adres)
        if other.partij != aansluiting.partij and (folder.is_relative_to(theirs) or theirs.is_relative_to(folder)):
            raise InvalidInput("Deze map is van een andere partij, of ligt erin of eromheen.")


def _url(runtime: Runtime, soort: AansluitingSoort, adres: str) -> str:
    client = runtime.transports.ggk_client if soort is AansluitingSoort.GGK else runtime.transports.client
    try:
        parts = urlsplit(adres)
    except ValueError:
        _refuse_url()
    if "#" in adres or "@" in parts.netloc or not adres.isascii() or not adres.isprintable() or " " in adres:
        _refuse_url()
    try:
        client.check(adres)
    except NotAllowed as refused:
        raise InvalidInput(f"{refused.reden} Zie de instellingen IWMO_INTERNAL_* en IWMO_DELIVERY_PORTS.") from None
    return adres


def _refuse_url() -> NoReturn:
    raise InvalidInput("Een adres is een URL zonder gebruikersnaam, wachtwoord of #.") from None
