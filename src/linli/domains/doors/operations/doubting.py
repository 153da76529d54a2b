"""False faces that a controller refused by itself. Of those that it tells at once scenes hear, by
one event; of those that no scene heard of somebody is to look at the pictures of then.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from linli.contracts import cases
from linli.contracts.cases import CaseAsked
from linli.contracts.doors import PassagesTold
from linli.contracts.effects import Severity
from linli.domains.doors.logic import masks
from linli.domains.doors.models import Door, Passage
from linli.kernel.words import Words

_KIND, _REASON = "security.not_alive", "not_alive"
_HEARD_WITHIN = timedelta(minutes=1)
"""Of what a device tells so soon scenes hear at once, as its event: whoever it is stands there."""


def look_into(
    *,
    door: Door,
    rows: Sequence[Passage],
    heard: Collection[str],
    told: PassagesTold,
    now: datetime,
) -> bool:
    """Return whether scenes are to hear of a false face, by the passages that a door told: one was
    tried just now, and the device did not tell them itself (`heard`: of which it did, by its
    numbers). Ask for a case, in the transaction that writes them, where they were tried again and
    again and scenes hear of none, or of one of several. Of one series of tries there is one case,
    in however many runs it is told.
    """
    tried = [row for row in rows if _is_false(row)]
    late = [row for row in tried if now - row.at > _HEARD_WITHIN]
    fresh = [row for row in tried if now - row.at <= _HEARD_WITHIN and row.ask not in heard]
    _ask(door, late if len(fresh) < masks.FEW else [*late, *fresh], told)
    return bool(fresh)


def _ask(door: Door, late: Sequence[Passage], told: PassagesTold) -> None:
    if not late:
        return
    times, around = [row.at for row in late], masks.FEW * masks.WITHIN
    known = Passage.rows.of(door.community).filter(
        door=door, reason=_REASON, opened=False,
        at__gte=min(times) - around, at__lte=max(times) + around,
    )  # fmt: skip
    before = known.exclude(pk__in=[row.pk for row in late])
    found = masks.unheard(before=list(before.values_list("at", flat=True)), late=times)
    if found:
        asked = CaseAsked(
            kind=_KIND, fact=told, place=door.device.place.path, description=_words(door, found),
            severity=Severity.MINOR, device=door.device.code,
        )  # fmt: skip
        cases.ask(asked)


def _is_false(row: Passage) -> bool:
    return row.reason == _REASON and not row.opened


def _words(door: Door, times: Sequence[datetime]) -> Words:
    name = door.device.name
    first, last = (f"{timezone.localtime(at):%m-%d %H:%M}" for at in (min(times), max(times)))
    return Words(
        zh=f"{name.zh} 没有线路时刷脸 {len(times)} 次未通过活体检测（{first} 至 {last}），"
        "可能是照片或面具，门没有开。请看那时的录像和通行记录。",
        en=f"{name.en}: while it had no line, faces failed the check that they are alive "
        f"{len(times)} times ({first} to {last}). It may be a picture or a mask; the door stayed "
        "shut. Look at the recordings of then, and at the passages.",
    )
