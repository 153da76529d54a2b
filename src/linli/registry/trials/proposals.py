"""Reads of proposals: scenes that cry wolf, what people judged of them, and what was proposed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.db.models import Q
from django.db.models.functions import Coalesce

from linli.contracts.scenes import scene_briefs
from linli.foundation.scope.paging import NumberPage, by_number
from linli.kernel.place import lineage
from linli.kernel.words import Words
from linli.registry.alarms import queries as alarms
from linli.registry.alarms.models import Alarm
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places
from linli.registry.scenes import queries as scenes
from linli.registry.trials.models import BackTest, Proposal
from linli.registry.trials.refusals import ProposalNotFound
from linli.scenes import fitting, limits
from linli.scenes.fitting import Judged, Number
from linli.scenes.life_safety import touches_life
from linli.scenes.model import Scene

LEAST_JUDGED = 5
WORST_SHARE = 0.7
_PENDING = ("open", "waiting")


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What a search for a calmer limit goes by: where it would hold, and what people judged there.

    `target` is a device if all that was called wrong came from it, else the nearest place that all
    of it lies below.
    """

    target: str
    judged: Sequence[Judged]
    precision: float


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    row: Proposal
    scene_name: Words
    target_name: Words
    safety: bool


def crying_wolf(*, community: str, now: datetime) -> dict[str, float]:
    """Return the scenes of which people called too much wrong, with the share that was right."""
    found = alarms.precision(community=community, now=now)
    return {
        scene: one.share
        for scene, one in found.items()
        if one.share is not None and one.right + one.wrong >= LEAST_JUDGED
        if one.share < WORST_SHARE
    }


def searched(*, community: str, scene: str, since: datetime) -> bool:
    """Tell whether a search for this scene waits or runs, or was begun since a time."""
    rows = BackTest.rows.of(community).filter(scene=scene, purpose="proposal")
    return rows.filter(Q(state__in=["waiting", "running"]) | Q(at__gte=since)).exists()


def pending(*, community: str, scene: str) -> list[Proposal]:
    """Return the proposals for a scene that nobody has decided."""
    return list(Proposal.rows.of(community).filter(scene=scene, state__in=_PENDING))


def dismissed_since(*, community: str, scene: str, since: datetime) -> float | None:
    """Return how right the scene was when a proposal was last dismissed; None if none was."""
    rows = Proposal.rows.of(community).filter(scene=scene, state="dismissed")
    dated = rows.values_list("precision", Coalesce("second_at", "decided_at"))
    at, precision = max(((at, precision) for precision, at in dated), default=(None, None))
    return precision if at is not None and at >= since else None


def search(*, community: str, scene: str, since: datetime) -> Search | None:
    """Return what a search goes by; None where nobody called anything wrong."""
    rows = alarms.judged(community=community, scene=scene, since=since)
    wrong = [row for row in rows if row.verdict == "wrong"]
    if not wrong:
        return None
    target = _target(wrong)
    concerned = [row for row in rows if target in (row.device, *lineage(row.place))]
    return Search(
        target=target,
        judged=[_judged(row) for row in concerned],
        precision=1 - len(wrong) / len(rows),
    )


def _target(wrong: Sequence[Alarm]) -> str:
    codes = {row.device for row in wrong}
    if len(codes) == 1 and "" not in codes:
        return codes.pop()
    first = lineage(wrong[0].place)
    return next(path for path in first if all(path in lineage(row.place) for row in wrong))


def _judged(row: Alarm) -> Judged:
    return Judged(
        target=row.device or row.place,
        at=row.first_at.timestamp(),
        until=(row.cleared_at or row.last_at).timestamp(),
        right=row.verdict == "right",
    )


def standing(*, community: str, scene: Scene, target: str) -> dict[str, float]:
    """Return the limits of a scene that are other than its text's for a device or a place, by key;
    the nearest counts, and one that was set for something else does not.
    """
    row = devices.by_code(community=community, codes=[target]).get(target)
    near = [target, *lineage(row.place.path)] if row is not None else lineage(target)
    meant = limits.meant(scene)
    changed = {
        (one.target, one.key): one.value
        for one in scenes.overrides(community=community, scene=scene.id)
        if limits.stands(meant=meant, key=one.key, point=one.point, operator=one.operator)
    }
    return {key: changed[at, key] for key in meant for at in reversed(near) if (at, key) in changed}


def numbers(*, scene: Scene, standing: Mapping[str, float]) -> list[Number]:
    """Return the limits and holds of a scene as they stand; `standing` are those that are other
    than its text's.
    """
    return [
        msgspec.structs.replace(one, value=standing.get(one.key, one.value))
        for one in fitting.numbers(scene)
    ]


def proposal(*, community: str, id: int, lock: bool = False) -> Proposal:
    """Return a proposal.

    :raises ProposalNotFound: if this community has none of this number
    """
    rows = Proposal.rows.of(community)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.select_related("decided_by", "second_by").filter(pk=id).first()
    if row is None:
        raise ProposalNotFound(proposal=id)
    return row


def listed(
    *, community: str, wanted: NumberPage, state: str | None = None, scene: str = ""
) -> tuple[list[Shown], int | None]:
    """Return a page of the proposals with names, the newest first, and the cursor after it; those
    that nobody has decided unless a state is given (empty: all).
    """
    rows = Proposal.rows.of(community)
    if state is None:
        rows = rows.filter(state__in=_PENDING)
    elif state:
        rows = rows.filter(state=state)
    rows = rows.filter(scene=scene) if scene else rows
    rows = rows.select_related("decided_by", "second_by")
    found, after = by_number(rows, wanted=wanted)
    return _named(community, found), after


def show(*, community: str, id: int) -> Shown:
    """Return a proposal with names.

    :raises ProposalNotFound: if this community has none of this number
    """
    return _named(community, [proposal(community=community, id=id)])[0]


def _named(community: str, rows: Sequence[Proposal]) -> list[Shown]:
    briefs, known = scene_briefs(community), scenes.scenes(community=community)
    targets = {row.target for row in rows}
    codes = devices.by_code(community=community, codes=targets)
    paths = places.full_names(community=community, paths=targets)
    names: Mapping[str, Words] = {
        **{path: Words(zh=zh, en=en) for path, (zh, en) in paths.items()},
        **{code: one.name for code, one in codes.items()},
    }
    models = device_catalogue.models()
    return [
        Shown(
            row=row,
            scene_name=briefs[row.scene].name if row.scene in briefs else _bare(row.scene),
            target_name=names.get(row.target, _bare(row.target)),
            safety=row.scene in known and touches_life(known[row.scene], models),
        )
        for row in rows
    ]


def _bare(text: str) -> Words:
    return Words(zh=text, en=text)
