"""Calmer limits for scenes that cry wolf: looked for, proposed, and accepted or dismissed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from linli.contracts.directory import LimitEntry
from linli.contracts.scenes import ProposalDecided as ProposalAnswered
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.scenes import operations as scene_operations
from linli.registry.scenes import queries as scenes
from linli.registry.trials import proposals
from linli.registry.trials.models import BackTest, Proposal
from linli.registry.trials.refusals import LosesRight, ProposalDecided
from linli.scenes import limits
from linli.scenes.life_safety import touches_life

LOOKS_BACK_DAYS = 90
_QUIET = timedelta(days=30)
_ONCE_A_DAY = timedelta(hours=20)
_WORSE = 0.05
"""So much less right than when it was dismissed, and it is proposed again."""


@transaction.atomic
def look(*, community: str, now: datetime) -> int:
    """Let calmer limits be looked for, for scenes of which people called too much wrong; return how
    many searches are begun. A scene with a proposal, or with one dismissed lately, is left alone.
    """
    known = scenes.scenes(community=community)
    wanted = [
        scene
        for scene, share in proposals.crying_wolf(community=community, now=now).items()
        if scene in known and _due(community, scene, share, now)
    ]
    for scene in wanted:
        BackTest(
            community=community,
            scene=scene,
            toml=known[scene].toml,
            purpose="proposal",
            days=LOOKS_BACK_DAYS,
            at=now,
        ).save()
    return len(wanted)


def _due(community: str, scene: str, share: float, now: datetime) -> bool:
    if proposals.searched(community=community, scene=scene, since=now - _ONCE_A_DAY):
        return False
    if proposals.pending(community=community, scene=scene):
        return False
    before = proposals.dismissed_since(community=community, scene=scene, since=now - _QUIET)
    return before is None or share < before - _WORSE


def keep(*, community: str, scene: str, found: Mapping[str, Any], now: datetime) -> None:
    """Keep what a search found as a proposal, unless one for this target waits already."""
    if any(row.target == found["target"] for row in proposals.pending(
        community=community, scene=scene
    )):  # fmt: skip
        return
    Proposal(community=community, scene=scene, at=now, **found).save()


@transaction.atomic
def accept(*, community: str, id: int, reason: str, by: int, now: datetime) -> Proposal:
    """Take a proposal over: the limit is changed at its target. Where the scene touches life safety
    it then waits for a second person; where a limit is another by now it is gone.

    :raises ProposalNotFound: if there is none
    :raises ProposalDecided: if it was decided already
    :raises LosesRight: if the scene touches life safety and right alarms would be lost
    """
    row = _locked(community, id, "open")
    row.decided_by_id, row.decided_at, row.reason = by, now, reason
    if _safety(row):
        return _save(row, "waiting", by=by, reason=reason, now=now)
    return _carry_out(row, by=by, reason=reason, now=now)


def _safety(row: Proposal) -> bool:
    """Tell whether two persons are needed.

    :raises LosesRight: if they are, and right alarms would be lost
    """
    scene = scenes.scene(community=row.community, id=row.scene)
    safety = touches_life(scene, device_catalogue.models())
    if safety and row.right_lost:
        raise LosesRight(lost=row.right_lost)
    return safety


@transaction.atomic
def approve(*, community: str, id: int, reason: str, by: int, now: datetime) -> Proposal:
    """Let a waiting proposal pass, as the second person.

    :raises ProposalNotFound: if there is none
    :raises ProposalDecided: if it does not wait
    :raises SamePerson: if he is the first one
    :raises LosesRight: if the scene touches life safety and right alarms would be lost
    """
    row = _locked(community, id, "waiting")
    scenes.check_second(community=community, by=by, authors=[row.decided_by_id], change=id)
    _safety(row)
    row.second_by_id, row.second_at, row.second_reason = by, now, reason
    return _carry_out(row, by=by, reason=reason, now=now)


@transaction.atomic
def dismiss(*, community: str, id: int, reason: str, by: int, now: datetime) -> Proposal:
    """Turn a proposal down, also one that waits for a second person: who accepted it stays on
    record. For a month it comes again only if the scene does worse.

    :raises ProposalNotFound: if there is none
    :raises ProposalDecided: if it was decided already
    """
    row = _locked(community, id, "open", "waiting")
    if row.state == "waiting":
        row.second_by_id, row.second_at, row.second_reason = by, now, reason
    else:
        row.decided_by_id, row.decided_at, row.reason = by, now, reason
    return _save(row, "dismissed", by=by, reason=reason, now=now)


def _locked(community: str, id: int, *states: str) -> Proposal:
    row = proposals.proposal(community=community, id=id, lock=True)
    if row.state not in states:
        raise ProposalDecided(proposal=id, state=row.state)
    return row


def _carry_out(row: Proposal, *, by: int, reason: str, now: datetime) -> Proposal:
    """Change the limit, and what goes with it; where one of them is another by now, the proposal
    is gone.
    """
    if not _stands(row):
        return _save(row, "gone", by=by, reason=reason, now=now)
    assert row.decided_by_id is not None, "somebody accepted it"
    scene_operations.decided(
        community=row.community,
        scene=row.scene,
        entries=[
            LimitEntry(scene=row.scene, target=row.target, key=one["key"], value=one["after"])
            for one in row.entries
        ],
        reason=row.reason,
        by=row.decided_by_id,
        decided_by=by,
        now=now,
    )
    return _save(row, "accepted", by=by, reason=reason, now=now)


def _stands(row: Proposal) -> bool:
    """Tell whether every limit that would change is as it was when the change was looked for."""
    scene = scenes.scene(community=row.community, id=row.scene)
    own = {key: value for key, (value, _) in limits.of_scene(scene).items()}
    standing = own | proposals.standing(community=row.community, scene=scene, target=row.target)
    return bool(row.entries) and all(
        standing.get(one["key"]) == one["before"] for one in row.entries
    )


def _save(row: Proposal, state: str, *, by: int, reason: str, now: datetime) -> Proposal:
    row.state = state
    row.save()
    outbox.record(
        ProposalAnswered(
            id=ids.new(),
            at=now,
            community=row.community,
            proposal=row.pk,
            scene=row.scene,
            target=row.target,
            key=row.key,
            state=state,
            by=by,
            reason=reason,
        )
    )
    return row
