"""Feeders: what several sites hang on, and what all of them together may draw."""

from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from linli.domains.charging import feeders
from linli.domains.charging.models import Feeder
from linli.domains.charging.operations import sharing
from linli.domains.charging.operations.setting import CodeTaken
from linli.kernel.words import Words


class NewFeeder(msgspec.Struct, frozen=True, kw_only=True):
    """A feeder as it is set up; `limit_a` 0 is no limit."""

    code: str
    name_zh: str
    name_en: str
    limit_a: float = 0


@transaction.atomic
def add(*, community: str, feeder: NewFeeder) -> Feeder:
    """Set up a feeder; sites are hung on it one by one.

    :raises CodeTaken: if there is one of this code
    """
    row = Feeder(
        community=community,
        code=feeder.code,
        name_zh=feeder.name_zh,
        name_en=feeder.name_en,
        limit_da=round(feeder.limit_a * 10),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise CodeTaken(code=feeder.code) from None
    return row


def change(
    *,
    community: str,
    feeder: str,
    limit_a: float | None = None,
    name: Words | None = None,
    now: datetime,
) -> Feeder:
    """Change how a feeder is called, or what all that hangs on it may draw; that is shared anew.

    :raises feeders.FeederNotFound: if there is none of this code
    """
    row = _changed(community, feeder, limit_a, name)
    sites = feeders.sites_of(community=community, feeders=[row.pk])
    sharing.share_each(community=community, sites=[one.pk for one in sites], now=now)
    return row


@transaction.atomic
def _changed(community: str, code: str, limit_a: float | None, name: Words | None) -> Feeder:
    row = feeders.feeder(community=community, code=code, lock=True)
    row.limit_da = row.limit_da if limit_a is None else round(limit_a * 10)
    if name is not None:
        row.name_zh, row.name_en = name.zh, name.en
    row.save()
    return row
