"""Calmer limits for scenes that cry wolf: looked for, proposed, and accepted or dismissed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from linli.registry.devices import catalogue as device_catalogue
from linli.registry.scenes import operations as scene_operations
from linli.registry.scenes import queries as scenes
from linli.registry.scenes.logic import SamePerson
from linli.registry.trials import proposals
from linli.registry.trials.models import BackTest, Proposal
from linli.registry.trials.refusals import ProposalDecided
from linli.scenes import fitting
from linli.scenes.life_safety import touches_life
from linli.scenes.model import Scene

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
    it then waits for a second person; where the limit is another by now it is gone.

    :raises ProposalNotFound: if there is none
    :raises ProposalDecided: if it was decided already
    """
    row = _locked(community, id, "open")
    scene = scenes.scene(community=community, id=row.scene)
    row.decided_by_id, row.decided_at, row.reason = by, now, reason
    if touches_life(scene, device_catalogue.models()):
        row.state = "waiting"
        row.save()
        return row
    return _carry_out(row, scene, by=by, now=now)


@transaction.atomic
def approve(*, community: str, id: int, reason: str, by: int, now: datetime) -> Proposal:
    """Let a waiting proposal pass, as the second person.

    :raises ProposalNotFound: if there is none
    :raises ProposalDecided: if it does not wait
    :raises SamePerson: if he is the first one
    """
    row = _locked(community, id, "waiting")
    if row.decided_by_id == by:
        raise SamePerson(change=id)
    row.reason = reason or row.reason
    return _carry_out(row, scenes.scene(community=community, id=row.scene), by=by, now=now)


@transaction.atomic
def dismiss(*, community: str, id: int, reason: str, by: int, now: datetime) -> Proposal:
    """Turn a proposal down. For a month it comes again only if the scene does worse.

    :raises ProposalNotFound: if there is none
    :raises ProposalDecided: if it was decided already
    """
    row = _locked(community, id, "open", "waiting")
    row.state, row.decided_by_id, row.decided_at, row.reason = "dismissed", by, now, reason
    row.save()
    return row


def _locked(community: str, id: int, *states: str) -> Proposal:
    row = proposals.proposal(community=community, id=id, lock=True)
    if row.state not in states:
        raise ProposalDecided(proposal=id, state=row.state)
    return row


def _carry_out(row: Proposal, scene: Scene, *, by: int, now: datetime) -> Proposal:
    """Change the limit, and what goes with it; where it is another by now, the proposal is gone."""
    standing = proposals.numbers(community=row.community, scene=scene, target=row.target)
    number = next((one for one in standing if one.key == row.key), None)
    if number is None or number.value != row.value:
        row.state = "gone"
        row.save()
        return row
    for entry in fitting.entries(scene=scene, target=row.target, number=number, value=row.proposed):
        scene_operations.override(
            community=row.community,
            scene=row.scene,
            target=entry.target,
            key=entry.key,
            value=entry.value,
            by=by,
            now=now,
        )
    row.state = "accepted"
    row.save()
    return row
