"""What an authorisation lets: these fields, to these departments, so often, until then. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from linli.kernel.fault import Fault

LONGEST = timedelta(days=366)
MOST_USES = 100


class State(StrEnum):
    """How an authorisation stands."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    USED_UP = "used_up"


class Over(Fault):
    """It lets nothing more: withdrawn, expired, or used as often as it may be."""

    key = "exchange.authorisation_over"
    status = 403


class Beyond(Fault):
    """It does not let this: a department or a field that it does not name."""

    key = "exchange.beyond_authorisation"
    status = 403


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What an authorisation says. `departments` are numbers of rows."""

    fields: Collection[str]
    departments: Collection[int]
    until: datetime
    most: int
    used: int
    withdrawn: bool


def state(*, limits: Limits, now: datetime) -> State:
    """Return how it stands; a withdrawal outranks all else, for it is a person's word."""
    if limits.withdrawn:
        return State.WITHDRAWN
    if now >= limits.until:
        return State.EXPIRED
    return State.USED_UP if limits.used >= limits.most else State.STANDING


def check(*, limits: Limits, department: int, fields: Collection[str], now: datetime) -> None:
    """Refuse a use that it does not let.

    :raises Over: if it lets nothing any more
    :raises Beyond: if it does not name the department, or a field
    """
    stands = state(limits=limits, now=now)
    if stands is not State.STANDING:
        raise Over(state=stands.value)
    if department not in limits.departments:
        raise Beyond(what="department")
    if over := sorted(set(fields) - set(limits.fields)):
        raise Beyond(what=", ".join(over))
