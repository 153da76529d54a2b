"""What people do with a campaign."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from linli.contracts.campaigns import (
    CampaignCancelled,
    CampaignPaused,
    CampaignResumed,
    CampaignRetried,
    CampaignRollBackBegan,
    CampaignStarted,
)
from linli.foundation import ids
from linli.registry.campaigns import queries
from linli.registry.campaigns.logic import planning, states
from linli.registry.campaigns.logic.faults import NobodyChosen, NotConfirmed, NothingToDo
from linli.registry.campaigns.logic.planning import Stage
from linli.registry.campaigns.models import Campaign, Target
from linli.registry.campaigns.operations import moving
from linli.registry.devices.models import Device

_CANCELLED, _ROLLED_BACK = "cancelled", "rolled_back"


@transaction.atomic
def start(*, community: str, id: int, devices: int | None, by: int, now: datetime) -> Campaign:
    """Begin a campaign; `devices` is for how many the person means it.

    :raises CampaignNotFound: if there is none
    :raises WrongState: if it has begun before, or was given up
    :raises NobodyChosen: if no device needs it
    :raises NotConfirmed: if it is another number of devices; it is told
    """
    row = _taken(community, id, "start")
    found, why = queries.needing(campaign=row)
    needing = [one for one in found if one.pk not in why]
    if not needing:
        raise NobodyChosen(campaign=id, skipped=len(why))
    if devices != len(needing):
        raise NotConfirmed(
            devices=len(needing),
            skipped=len(why),
            model=row.release.model,
            version=row.release.version,
        )
    first = _enlist(row, needing, [(one, why[one.pk]) for one in found if one.pk in why], now)
    row.state, row.started_by_id, row.started_at = states.RUNNING, by, now
    moving.announce(
        row=row,
        fact=CampaignStarted(
            id=ids.new(),
            at=now,
            community=community,
            cause=row.fact,
            campaign=row.pk,
            release=row.release_id,
            devices=len(needing),
            skipped=len(why),
            by=by,
        ),
    )
    moving.begin_stage(row=row, stage=first[0], devices=first[1], now=now)
    return row


def _taken(community: str, id: int, step: str) -> Campaign:
    row = queries.campaign(community=community, id=id, lock=True)
    states.check_step(step=step, state=row.state)
    return row


def _enlist(
    row: Campaign, needing: Sequence[Device], skipped: Sequence[tuple[Device, str]], now: datetime
) -> tuple[int, int]:
    """Write down the devices in their order; return the first stage and how many are in it."""
    by_code = {device.code: device for device in needing}
    order = planning.shuffled(codes=list(by_code), seed=f"{row.community}/{row.pk}")
    ends = planning.ends(total=len(order), stages=[Stage(**one) for one in row.stages])
    targets = [
        Target(
            community=row.community,
            campaign=row,
            device=by_code[code],
            stage=planning.stage_of(position=position, ends=ends),
            position=position,
            state=states.WAITING,
            moved_at=now,
        )
        for position, code in enumerate(order)
    ]
    targets += [
        Target(
            community=row.community,
            campaign=row,
            device=device,
            stage=len(ends) - 1,
            position=len(order) + position,
            state=states.SKIPPED,
            reason=reason,
            moved_at=now,
            finished_at=now,
        )
        for position, (device, reason) in enumerate(skipped)
    ]
    Target.rows.bulk_create(targets, batch_size=500)
    return targets[0].stage, ends[targets[0].stage]


@transaction.atomic
def pause(*, community: str, id: int, by: int, now: datetime) -> Campaign:
    """Tell no further device; those under way go on.

    :raises CampaignNotFound, WrongState: if there is none, or it is not running
    """
    row = _taken(community, id, "pause")
    row.state, row.reason = states.PAUSED, ""
    fact = CampaignPaused(
        id=ids.new(),
        at=now,
        community=community,
        cause=row.fact,
        campaign=row.pk,
        stage=row.stage,
        failed=_failed(row),
        by=by,
    )
    moving.announce(row=row, fact=fact)
    return row


def _failed(row: Campaign) -> int:
    tally = queries.tally(campaign=row)
    return tally.by_stage.get(row.stage, {}).get(states.FAILED, 0)


@transaction.atomic
def resume(*, community: str, id: int, by: int, now: datetime) -> Campaign:
    """Go on; the failures so far are looked at, and pause it no more.

    :raises CampaignNotFound, WrongState: if there is none, or it is not paused
    """
    row = _taken(community, id, "resume")
    row.state, row.reason, row.forgiven = states.RUNNING, "", _failed(row)
    moving.announce(
        row=row,
        fact=CampaignResumed(
            id=ids.new(), at=now, community=community, cause=row.fact, campaign=row.pk, by=by
        ),
    )
    return row


@transaction.atomic
def retry(*, community: str, id: int, by: int, now: datetime) -> Campaign:
    """Try the devices that failed or were passed over again, with the present stage.

    :raises CampaignNotFound, WrongState: if there is none, or it cannot be now
    :raises NothingToDo: if there are no such devices
    """
    row = _taken(community, id, "retry")
    rows = Target.rows.of(community).filter(campaign=row, back=False)
    failed = rows.filter(state=states.FAILED)
    passed = rows.filter(state=states.SKIPPED).exclude(reason__in=queries.UNNEEDED)
    again = {
        "state": states.WAITING, "stage": row.stage, "reason": "", "moved_at": now,
        "finished_at": None,
    }  # fmt: skip
    devices = failed.update(**again) + passed.update(**again)
    if not devices:
        raise NothingToDo(step="retry")
    row.state, row.reason, row.forgiven = states.RUNNING, "", 0
    row.stage_done_at = row.finished_at = None
    moving.announce(
        row=row,
        fact=CampaignRetried(
            id=ids.new(),
            at=now,
            community=community,
            cause=row.fact,
            campaign=row.pk,
            devices=devices,
            by=by,
        ),
    )
    return row


@transaction.atomic
def roll_back(*, community: str, id: int, by: int, now: datetime) -> Campaign:
    """Bring every device that has the release back to what it had before, at any hour. Those under
    way follow when it is known what became of them.

    :raises CampaignNotFound, WrongState: if there is none, or it cannot be now
    :raises NothingToDo: if no device has it
    """
    row = _taken(community, id, "roll-back")
    rows = Target.rows.of(community).filter(campaign=row)
    back = rows.filter(pk__in=_having(row))
    devices = back.update(
        back=True, state=states.WAITING, reason="", moved_at=now, finished_at=None
    )
    flying = rows.filter(state__in=states.UNDER_WAY).count()
    if not devices + flying:
        raise NothingToDo(step="roll-back")
    _drop_waiting(row, _ROLLED_BACK, now)
    row.state, row.reason, row.finished_at = states.ROLLING_BACK, "", None
    moving.announce(
        row=row,
        fact=CampaignRollBackBegan(
            id=ids.new(),
            at=now,
            community=community,
            cause=row.fact,
            campaign=row.pk,
            devices=devices + flying,
            by=by,
        ),
    )
    return row


def _having(row: Campaign) -> list[int]:
    """Return the devices of a campaign to bring back: done, failed on the way back, or failed and
    telling since that they have it all the same.
    """
    rows = Target.rows.of(row.community).filter(
        campaign=row, state__in=(states.DONE, states.FAILED)
    )
    found = list(rows.only("pk", "state", "back", "device_id"))
    has = queries.installed(
        community=row.community,
        kind=row.release.kind,
        numbers=[one.device_id for one in found if one.state == states.FAILED],
    )
    return [
        one.pk
        for one in found
        if one.state == states.DONE
        or one.back
        or (one.device_id in has and has[one.device_id].version == row.release.version)
    ]


def _drop_waiting(row: Campaign, reason: str, now: datetime) -> None:
    rows = Target.rows.of(row.community).filter(campaign=row, state=states.WAITING, back=False)
    rows.update(state=states.SKIPPED, reason=reason, moved_at=now, finished_at=now)


@transaction.atomic
def cancel(*, community: str, id: int, by: int, now: datetime) -> Campaign:
    """Give a campaign up: nobody else is told. Those under way end as they end; those that waited
    to go back keep what they have.

    :raises CampaignNotFound, WrongState: if there is none, or it is over
    """
    row = _taken(community, id, "cancel")
    _drop_waiting(row, _CANCELLED, now)
    waiting_back = Target.rows.of(community).filter(campaign=row, state=states.WAITING, back=True)
    waiting_back.update(state=states.DONE, back=False, moved_at=now, finished_at=now)
    row.state, row.reason, row.finished_at = states.CANCELLED, "", now
    moving.announce(
        row=row,
        fact=CampaignCancelled(
            id=ids.new(), at=now, community=community, cause=row.fact, campaign=row.pk, by=by
        ),
    )
    return row
