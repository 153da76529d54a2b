"""Who answers what devices ask, by the kind of the question."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from linli.contracts import asking, charge_points
from linli.contracts.asking import Asked, Told
from linli.contracts.charge_points import Why
from linli.domains.charging import desk as charging
from linli.domains.doors import desk as doors
from linli.domains.parking import desk as parking
from linli.domains.parking.queries.lots import LaneNotFound
from linli.domains.tours import desk as tours
from linli.domains.visits import desk as visits
from linli.domains.wallet import desk as wallet
from linli.live.asker import AskDesk
from linli.runtime.desk import Answer

LANE_SEEN, CHARGE_PLATE = "lane.seen", "charge.plate"


def _plate_read(asked: Asked, now: datetime) -> Told:
    """A camera read a plate. What it looks at, a lane, a zone or charging bays, it does not know,
    nor does its driver: that is on record. Lanes first, for there somebody waits.
    """
    try:
        return parking.ANSWERS[LANE_SEEN](asked, now)
    except LaneNotFound:
        if not charging.sees_bays(asked):
            raise
    return charging.ANSWERS[CHARGE_PLATE](msgspec.structs.replace(asked, kind=CHARGE_PLATE), now)


ANSWERS: Mapping[str, Answer] = {
    **charging.ANSWERS,
    **doors.ANSWERS,
    **visits.ANSWERS,
    **parking.ANSWERS,
    **tours.ANSWERS,
    **wallet.ANSWERS,
    LANE_SEEN: _plate_read,
}
"""Each domain that devices ask has its own in its `desk.py`; they are joined here."""

CHARGE_CARD = "charge.card"


def wire_live(ask: AskDesk) -> None:
    """Join what drivers of the live process ask themselves, for devices that know no asks."""

    async def verdict(asked: charge_points.Asked) -> charge_points.Verdict:
        told = await ask(_of_card(asked))
        if told in _NOT_NOW:
            raise charge_points.NotNow(told.reason)
        return _verdict(told)

    charge_points.verdict.answer_with(verdict)


def _of_card(asked: charge_points.Asked) -> Asked:
    """Return the question of a charge point: the same where it says the same again."""
    about = asked.transaction or f"{asked.at:.3f}"
    body = msgspec.to_builtins(asked)
    return Asked(
        community=asked.community,
        device=asked.charge_point,
        kind=CHARGE_CARD,
        id=f"{asked.step}.{about}"[:64],
        body={name: body[name] for name in _TOLD},
        at=asked.at,
    )


_TOLD = ("connector", "device", "tag", "by", "step", "transaction", "meter_wh", "reason",
         "readings", "started_at", "meter_start_wh", "payer")  # fmt: skip
_NOT_NOW = (asking.BUSY, asking.TROUBLE)
_WHY: Mapping[str, Why] = {
    "blocked": Why.BLOCKED,
    "expired": Why.EXPIRED,
    "charging.too_many": Why.TOO_MANY,
    "charging.owes": Why.OWES,
    "charging.too_little": Why.TOO_LITTLE,
    "charging.connector_busy": Why.BUSY,
    "charging.connector_kept": Why.KEPT,
    "charging.connector_off": Why.OFF,
    "charging.connector_not_found": Why.ELSEWHERE,
}


def _verdict(told: Told) -> charge_points.Verdict:
    if not told.ok:
        return charge_points.Verdict(why=_WHY.get(told.reason, Why.UNKNOWN))
    return charge_points.Verdict(
        until=told.body.get("until"),
        parent=told.body.get("parent"),
        balance_fen=told.body.get("balance_fen"),
    )
