"""Time goes on: what became of the devices under way, then the next ones, then the next stage."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import TypeVar

from django.db import InterfaceError, OperationalError, transaction

from linli.registry.campaigns import queries
from linli.registry.campaigns.logic import planning, states, versions
from linli.registry.campaigns.logic.planning import Stage
from linli.registry.campaigns.models import Campaign, Installed, Target
from linli.registry.campaigns.operations import ending, moving, telling
from linli.registry.campaigns.operations.sky import Sky
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Command

log = logging.getLogger("linli.campaigns")

Done = TypeVar("Done")

_LOOKED_AT = 500
_TOLD_AT_ONCE = 25
_SETTLED_AT_ONCE = 100
OFFLINE, MAINTENANCE, BROKE = "offline", "maintenance", "broke"
_FOR_NOW = (OperationalError, InterfaceError)
"""What the database refuses for now; all of it is done again."""


def advance(*, community: str, hour: time, now: datetime) -> int:
    """Do a bounded part of what the campaigns of a community have to do; return how many things.

    `hour` is that of the community's clock. All is one transaction under the campaigns' locks, so
    that two at once do it one after the other, and a crash leaves nothing half done. A device, or a
    campaign, that breaks is told in the log and holds up no other: a device has failed by it.
    """
    return _advance(community, hour, now) if queries.any_active(community=community) else 0


@transaction.atomic
def _advance(community: str, hour: time, now: datetime) -> int:
    campaigns = queries.active(community=community)
    known = {one.pk: one for one in campaigns}
    flying = queries.under_way(community=community, lock=True)
    for target in flying:
        target.campaign = known.get(target.campaign_id, target.campaign)
    moved = _settle(community, flying, now)
    if moved >= _SETTLED_AT_ONCE:
        return moved
    sky = Sky(
        community=community,
        flying=[target for target in flying if target.state in states.UNDER_WAY],
    )
    return moved + sum(_go_on_safely(one, sky, hour, now) for one in campaigns)


def _go_on_safely(row: Campaign, sky: Sky, hour: time, now: datetime) -> int:
    try:
        with transaction.atomic():
            return _go_on(row, sky, hour, now)
    except _FOR_NOW:
        raise
    except Exception:  # whatever is wrong with one campaign must not stop the next
        log.exception("%s: campaign %s broke; it is tried again", row.community, row.pk)
        return 0


def _held(target: Target, act: Callable[[], Done], otherwise: Done, now: datetime) -> Done:
    """Do something to one device. If that breaks, the device has failed, and nothing else has."""
    try:
        with transaction.atomic():
            return act()
    except _FOR_NOW:
        raise
    except Exception:  # whatever is wrong with one device must not stop the next
        log.exception("%s: campaign broke at %s", target.community, target.device.code)
    ending.end(target=target, state=states.FAILED, reason=BROKE, now=now)
    return otherwise


def _settle(community: str, flying: Sequence[Target], now: datetime) -> int:
    """Write what became of the devices under way, of so many at most; return of how many.

    Nobody new is told before all of it is written: a failure must count first.
    """
    commands = devices.commands_by_id(community=community, ids=[one.command for one in flying])
    has = {
        kind: queries.installed(
            community=community,
            kind=kind,
            numbers=[one.device_id for one in flying if one.campaign.release.kind == kind],
        )
        for kind in versions.KINDS
    }
    moved = 0
    for one in flying:
        known = has[one.campaign.release.kind].get(one.device_id)
        command = commands.get(one.command)
        moved += _held(one, partial(_settle_one, one, command, known, now), True, now)
        if moved >= _SETTLED_AT_ONCE:
            break
    return moved


def _settle_one(
    target: Target, command: Command | None, has: Installed | None, now: datetime
) -> bool:
    reported = (
        has is not None
        and has.version == ending.version_of(target)
        and target.told_at is not None
        and has.told_at >= target.told_at
    )
    state, reason = states.progressed(
        known=states.Progress(
            state=target.state,
            command=command.state if command else "",
            command_reason=command.reason if command else "",
            reported=reported,
            moved_at=target.moved_at,
        ),
        by_acknowledgement=target.campaign.proof == versions.ACK,
        give_up_after=timedelta(seconds=target.campaign.give_up_after_s),
        now=now,
    )
    if state == target.state:
        return False
    if state in states.UNDER_WAY:
        ending.move(target=target, state=state, now=now)
    else:
        ending.end(target=target, state=state, reason=reason, now=now)
    return True


def _go_on(row: Campaign, sky: Sky, hour: time, now: datetime) -> int:
    """Let a campaign go on; return how much was done."""
    if row.state not in states.AT_WORK:
        return 0
    if row.state == states.ROLLING_BACK and (turned := moving.turn_back(row=row, now=now)):
        return turned
    tally = queries.tally(campaign=row)
    if row.state == states.RUNNING:
        stage = Stage(**row.stages[row.stage])
        failed = tally.by_stage.get(row.stage, {}).get(states.FAILED, 0)
        if planning.too_many_failed(failed=failed, forgiven=row.forgiven, most=stage.most_failures):
            moving.pause_itself(row=row, failed=failed, now=now)
            return 1
    if not _open(row, tally):
        return _next(row, tally, now)
    shut = not planning.open_now(start=row.hours_from, end=row.hours_to, now=hour)
    if shut and row.state == states.RUNNING:
        return 0
    return _pass_over(row, now) + _tell_next(row, sky, now)


def _open(row: Campaign, tally: queries.Tally) -> bool:
    """Tell whether something is left to do in the stages that have begun."""
    whole = row.state == states.ROLLING_BACK
    return any(
        states.counted(counts, (states.WAITING, *states.UNDER_WAY))
        for stage, counts in tally.by_stage.items()
        if whole or stage <= row.stage
    )


def _next(row: Campaign, tally: queries.Tally, now: datetime) -> int:
    """Begin the next stage when this one has stood its time; end with the last."""
    if row.state == states.ROLLING_BACK:
        return moving.rolled_back(row=row, tally=tally, now=now)
    later = sorted(
        stage
        for stage, counts in tally.by_stage.items()
        if stage > row.stage and counts.get(states.WAITING)
    )
    if not later:
        return moving.finish(row=row, tally=tally, now=now)
    if row.stage_done_at is None:
        row.stage_done_at = now
        row.save(update_fields=["stage_done_at"])
    wait = timedelta(seconds=Stage(**row.stages[row.stage]).wait_s)
    if now - row.stage_done_at < wait:
        return 0
    devices_of_it = tally.by_stage[later[0]][states.WAITING]
    return moving.begin_stage(row=row, stage=later[0], devices=devices_of_it, now=now)


def _pass_over(row: Campaign, now: datetime) -> int:
    """Skip who is off line for too long; return how many."""
    since = now - timedelta(seconds=row.offline_limit_s)
    gone = queries.gone(campaign=row, since=since, limit=_LOOKED_AT)
    for target in gone:
        target.campaign = row
        ending.end(target=target, state=states.SKIPPED, reason=OFFLINE, now=now)
    return len(gone)


def _tell_next(row: Campaign, sky: Sky, now: datetime) -> int:
    """Tell as many of those who wait as may be told; return how many had something done."""
    room = min(row.at_once - sky.of(row), _TOLD_AT_ONCE)
    if room <= 0:
        return 0
    waiting = queries.waiting(campaign=row, limit=_LOOKED_AT)
    has = queries.installed(
        community=row.community,
        kind=row.release.kind,
        numbers=[target.device_id for target in waiting],
    )
    done = Counter[str]()
    for target in waiting:
        if done["told"] >= room:
            break
        target.campaign = row
        deal = partial(_deal, target, sky, has.get(target.device_id), now)
        done[_held(target, deal, "failed", now)] += 1
    return done.total() - done["left"]


def _deal(target: Target, sky: Sky, has: Installed | None, now: datetime) -> str:
    """Tell a device, skip it, or leave it for later; return which."""
    until = target.device.maintenance_until
    why = MAINTENANCE if until is not None and until > now else ""
    if not why and has is not None:
        release = target.campaign.release
        why = _needless(target, has.version, release.version)
    if why:
        ending.end(target=target, state=states.SKIPPED, reason=why, now=now)
        return "skipped"
    if not sky.has_room(target):
        return "left"
    if not telling.tell(target=target, has=has, now=now):
        return "failed"
    sky.add(target)
    return "told"


def _needless(target: Target, has: str, wanted: str) -> str:
    if target.back:
        return ""
    return queries.why_not(has=has, wanted=wanted, downgrade=target.campaign.allow_downgrade)
