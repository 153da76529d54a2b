"""One thing that is told of twice, by a scene and by another domain, is one case: a keypad says
that somebody was made to open, and we know his code ourselves.
"""

from datetime import timedelta

from linli.domains.cases import queries
from linli.domains.cases.logic import steps
from linli.domains.cases.logic.kinds import CaseKind
from linli.domains.cases.models import Case
from linli.domains.cases.operations import numbering, recording
from linli.kernel.event import Event
from linli.kernel.words import Words


def join(*, kind: CaseKind, device: str, fact: Event, note: Words, by_scene: bool) -> Case | None:
    """Write what is told into the case of the same thing, in the caller's transaction; None where
    it is to be a case of its own. Each case is told of by each way once: of two that were made to
    open at one door, there are two.
    """
    if not kind.same_within_s or not device:
        return None
    numbering.hold(community=fact.community, now=fact.at)
    within = timedelta(seconds=kind.same_within_s)
    twice = queries.Twice(
        kind=kind.id, device=device, since=fact.at - within, until=fact.at + within,
        by_scene=by_scene,
    )  # fmt: skip
    row = queries.told_otherwise(community=fact.community, twice=twice)
    if row is not None:
        recording.remarked(row=row, step=steps.SAME, fact=fact, note=note)
    return row
