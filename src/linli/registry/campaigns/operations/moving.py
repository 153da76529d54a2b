"""A campaign moves on by itself: it pauses, begins a stage, ends."""

from datetime import datetime

from linli.contracts.campaigns import (
    CampaignFinished,
    CampaignPaused,
    CampaignRolledBack,
    CampaignStageBegan,
)
from linli.foundation import ids
from linli.foundation.causes import operations as causes
from linli.foundation.outbox import operations as outbox
from linli.kernel.event import Event
from linli.registry.campaigns.logic import states
from linli.registry.campaigns.models import Campaign, Target
from linli.registry.campaigns.queries import Tally

FAILURES = "failures"


def announce(*, row: Campaign, fact: Event) -> None:
    """Save a campaign with the fact that it makes true; it causes what the campaign does next."""
    row.fact = fact.id
    row.save()
    causes.note(
        id=fact.id,
        cause=fact.cause,
        community=row.community,
        kind=type(fact).__name__,
        at=fact.at,
        about={
            "campaign": row.pk,
            "campaign_name": {"zh": row.name.zh, "en": row.name.en},
            "version": row.release.version,
        },
    )
    outbox.record(fact)


def pause_itself(*, row: Campaign, failed: int, now: datetime) -> None:
    """Stop for the failures of a stage, until a person has looked at them."""
    row.state, row.reason = states.PAUSED, FAILURES
    announce(
        row=row,
        fact=CampaignPaused(
            id=ids.new(),
            at=now,
            community=row.community,
            cause=row.fact,
            campaign=row.pk,
            stage=row.stage,
            failed=failed,
        ),
    )


def begin_stage(*, row: Campaign, stage: int, devices: int, now: datetime) -> int:
    """Begin a stage; one thing done."""
    row.stage, row.stage_began_at, row.stage_done_at, row.forgiven = stage, now, None, 0
    announce(
        row=row,
        fact=CampaignStageBegan(
            id=ids.new(),
            at=now,
            community=row.community,
            cause=row.fact,
            campaign=row.pk,
            stage=stage,
            devices=devices,
        ),
    )
    return 1


def finish(*, row: Campaign, tally: Tally, now: datetime) -> int:
    """Every device has been dealt with; one thing done."""
    row.state, row.reason, row.finished_at = states.FINISHED, "", now
    announce(
        row=row,
        fact=CampaignFinished(
            id=ids.new(),
            at=now,
            community=row.community,
            cause=row.fact,
            campaign=row.pk,
            done=tally.counts.get(states.DONE, 0),
            failed=tally.counts.get(states.FAILED, 0),
            skipped=tally.counts.get(states.SKIPPED, 0),
        ),
    )
    return 1


def turn_back(*, row: Campaign, now: datetime) -> int:
    """Let those go back too that were under way when the roll back began, and are done since;
    return how many.
    """
    rows = Target.rows.of(row.community).filter(campaign=row, state=states.DONE, back=False)
    return rows.update(back=True, state=states.WAITING, reason="", moved_at=now, finished_at=None)


def rolled_back(*, row: Campaign, tally: Tally, now: datetime) -> int:
    """Every device that could go back has; one thing done."""
    row.state, row.reason, row.finished_at = states.ROLLED_BACK, "", now
    announce(
        row=row,
        fact=CampaignRolledBack(
            id=ids.new(),
            at=now,
            community=row.community,
            cause=row.fact,
            campaign=row.pk,
            rolled_back=tally.counts.get(states.ROLLED_BACK, 0),
            failed=tally.counts.get(states.FAILED, 0),
        ),
    )
    return 1
