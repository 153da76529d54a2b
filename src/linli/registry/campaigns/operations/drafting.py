"""A campaign is planned; nothing is told to any device."""

from collections.abc import Sequence
from datetime import datetime, time

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.campaigns import CampaignDrafted
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words
from linli.registry.campaigns import queries
from linli.registry.campaigns.logic import planning, versions
from linli.registry.campaigns.logic.faults import BadPlan, KeyUsed, WrongModel
from linli.registry.campaigns.logic.planning import Stage
from linli.registry.campaigns.models import Campaign, Release
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places

_LONGEST_KEY, _MOST_VERSIONS = 64, 50


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Which devices of the release's model, how fast, and when.

    `place` "" is everywhere; `codes`, `versions` empty narrow nothing; "" in `versions` is unknown.
    `hours` (from, to) by the community's clock. `proof` "" is the surest that the model has.
    """

    release: int
    name: Words
    place: str = ""
    codes: Sequence[str] = ()
    versions: Sequence[str] = ()
    stages: Sequence[Stage] = planning.USUAL
    hours: tuple[time | None, time | None] = (None, None)
    at_once: int = 20
    proof: str = ""
    allow_downgrade: bool = False
    insist: bool = False
    give_up_after_s: int = 1_800
    offline_limit_s: int = 86_400


def draft(*, community: str, plan: Plan, key: str, by: int, now: datetime) -> Campaign:
    """Plan a campaign; asked again with the same key, return the same one.

    :raises ReleaseNotFound, PlaceNotFound, DeviceNotFound: if something named is not here
    :raises WrongModel: if a device named is of another model
    :raises CannotReport: if its own word is to prove it, and the model has none
    :raises BadPlan: if it could not go like this
    :raises KeyUsed: if the key was used for another release
    """
    before = queries.campaign_by_key(community=community, account=by, key=key)
    if before is not None:
        return _same(before, plan)
    row = _planned(community, plan, key)
    row.drafted_by_id, row.drafted_at = by, now
    try:
        return _save(row)
    except IntegrityError:
        before = queries.campaign_by_key(community=community, account=by, key=key)
        if before is None:
            raise
        return _same(before, plan)


def _same(before: Campaign, plan: Plan) -> Campaign:
    if before.release_id != plan.release:
        raise KeyUsed(key=before.key, campaign=before.pk)
    return before


def _planned(community: str, plan: Plan, key: str) -> Campaign:
    release = queries.release(community=community, id=plan.release)
    _check(plan, key)
    _check_codes(community, plan.codes, release)
    model = devices.model(id=release.model)
    versions.service(model=model, kind=release.kind)
    return Campaign(
        community=community,
        release=release,
        name_zh=plan.name.zh,
        name_en=plan.name.en,
        place=places.place(community=community, path=plan.place) if plan.place else None,
        codes=list(dict.fromkeys(plan.codes)),
        versions=list(dict.fromkeys(plan.versions)),
        stages=[msgspec.to_builtins(stage) for stage in plan.stages],
        hours_from=plan.hours[0],
        hours_to=plan.hours[1],
        at_once=plan.at_once,
        proof=versions.proof(model=model, kind=release.kind, wanted=plan.proof),
        allow_downgrade=plan.allow_downgrade,
        insist=plan.insist,
        give_up_after_s=plan.give_up_after_s,
        offline_limit_s=plan.offline_limit_s,
        key=key,
    )


def _check(plan: Plan, key: str) -> None:
    planning.check_stages(plan.stages)
    planning.check_hours(start=plan.hours[0], end=plan.hours[1])
    planning.check_pace(
        at_once=plan.at_once,
        give_up_after_s=plan.give_up_after_s,
        offline_limit_s=plan.offline_limit_s,
    )
    for field, wrong in (
        ("name", not plan.name.zh.strip()),
        ("key", len(key) > _LONGEST_KEY),
        ("codes", len(plan.codes) > planning.MOST_CODES),
        ("versions", len(plan.versions) > _MOST_VERSIONS),
        ("proof", plan.proof not in ("", *versions.PROOFS)),
    ):
        if wrong:
            raise BadPlan(field=field)


def _check_codes(community: str, codes: Sequence[str], release: Release) -> None:
    found = devices.by_code(community=community, codes=codes)
    for code in codes:
        if code not in found:
            raise devices.DeviceNotFound(device=code[:60])
        if found[code].model != release.model:
            raise WrongModel(device=code, model=found[code].model, wanted=release.model)


@transaction.atomic
def _save(row: Campaign) -> Campaign:
    row.fact = ids.new()
    row.save(force_insert=True)
    outbox.record(
        CampaignDrafted(
            id=row.fact,
            at=row.drafted_at,
            community=row.community,
            campaign=row.pk,
            release=row.release_id,
            by=row.drafted_by_id,
        )
    )
    return row
