"""All that goes over the GGk: a 301 out and its 302 in, 303s in and their 304s out, and foutberichten both ways."""

from __future__ import annotations

from app.domain.envelop import Systeem
from tests.builders import OTHER_AANBIEDER
from tests.faults.adapter import Adapter
from tests.faults.house import House
from tests.faults.messages import accepted_302, declaratie, toewijzing
from tests.faults.places import places
from tests.processing.ggk_envelopen import di01, du01, fo01

GGK_PLACES = frozenset(name for name in places() if name.startswith(("ggk-", "envelop-", "foutbericht-")))
"""What only a house with an adapter of the GGk passes."""

NUMMERS = 70_000
PER_TURN = 10
OTHER = Systeem(organisatie=OTHER_AANBIEDER, applicatie="Zorgpakket")


def do_everything_over_ggk(house: House, adapter: Adapter, turn: int) -> None:
    """Bring and post, until each is acknowledged; a kill makes the parties ask again."""
    number = NUMMERS + PER_TURN * turn
    answered, refused, declared = (
        toewijzing(number, OTHER_AANBIEDER),
        toewijzing(number + 1, OTHER_AANBIEDER),
        number + 2,
    )
    house.post(answered, refused, toewijzing(declared))
    reference = adapter.reference_of(answered.body)
    envelopen = (
        du01(accepted_302(number).body, reference, zender=OTHER),
        fo01(adapter.reference_of(refused.body)),
        di01(declaratie(declared, 0).body),
        di01(declaratie(declared, 1, large=True).body),
        di01(b"no XML"),
    )
    for envelop in envelopen:
        adapter.bring(house.port, house.keys["ggk"], envelop)


def bring_everything_again(house: House, adapter: Adapter) -> None:
    """What was acknowledged comes once more, as an adapter does that lost the answer."""
    for body in list(adapter.brought):
        adapter.bring_bytes(house.port, house.keys["ggk"], body)
