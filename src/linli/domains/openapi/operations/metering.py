"""What a third party uses, counted by the day; and what it changed, remembered."""

from datetime import date, datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from linli.contracts.openapi import Bearing
from linli.domains.openapi.logic import deeds
from linli.domains.openapi.models import Code, Deed, Delivery, ThirdParty, Token, Usage
from linli.foundation.scope.models import Scoped, ScopedRows
from linli.kernel.fault import Fault

DEEDS_KEPT = timedelta(days=400)
_DELIVERIES_KEPT = timedelta(days=30)
_SPENT_KEPT = timedelta(days=7)
_AT_ONCE = 2_000


class QuotaSpent(Fault):
    """It has made all the calls of a day."""

    key = "openapi.quota_spent"
    status = 429


def today(now: datetime) -> date:
    """Return the day in the community's own time."""
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def seconds_left(now: datetime) -> int:
    """Return how long this day still is there."""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, int((midnight - local).total_seconds()))


@transaction.atomic
def count(*, bearing: Bearing, now: datetime) -> bool:
    """Count a call; tell whether it was one of those that it may make on this day."""
    party = ThirdParty.rows.of(bearing.community).get(pk=bearing.party)
    rows = _usage(bearing.community, party, now)
    if rows.filter(calls__lt=party.calls_a_day).update(calls=F("calls") + 1):
        return True
    rows.update(refused=F("refused") + 1)
    return False


def told(*, party: ThirdParty, now: datetime) -> None:
    """Count a fact that was told to it."""
    _usage(party.community, party, now).update(told=F("told") + 1)


def _usage(community: str, party: ThirdParty, now: datetime) -> ScopedRows[Usage]:
    rows = Usage.rows.of(community)
    row, _ = rows.get_or_create(
        party=party, day=today(now), defaults={"price_fen": party.price_fen}
    )
    return rows.filter(pk=row.pk)


def remember(
    *, bearing: Bearing, act: str, status: int, answered: bytes = b"", now: datetime
) -> None:
    """Remember what it changed, and in whose name; `answered` is the body of what it was told."""
    Deed.rows.create(
        community=bearing.community,
        party_id=bearing.party,
        account_id=bearing.account if bearing.agreed else None,
        act=act[:200],
        status=status,
        case=deeds.case_of(act=act, answered=answered) if status < HTTPStatus.BAD_REQUEST else None,
        at=now,
    )


def forget(*, community: str, now: datetime) -> int:
    """Drop a part of what is no longer needed; return how many rows."""
    kept: tuple[tuple[type[Scoped], str, timedelta], ...] = (
        (Deed, "at", DEEDS_KEPT),
        (Delivery, "at", _DELIVERIES_KEPT),
        (Code, "until", _SPENT_KEPT),
    )
    dropped = 0
    for model, field, span in kept:
        old = model.rows.of(community).filter(**{f"{field}__lt": now - span})
        numbers = list(old.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
        dropped += model.rows.of(community).filter(pk__in=numbers).delete()[0]
    return dropped + _forget_tokens(community, now - _SPENT_KEPT)


def _forget_tokens(community: str, before: datetime) -> int:
    """Drop tokens that neither open anything nor can be refreshed any more."""
    rows = Token.rows.of(community).filter(access_until__lt=before)
    spent = rows.filter(refresh_until=None) | rows.filter(refresh_until__lt=before)
    numbers = list(spent.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    return Token.rows.of(community).filter(pk__in=numbers).delete()[0]
