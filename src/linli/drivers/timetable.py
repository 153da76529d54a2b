"""When each thing of a polled line is due: spread in time, and less often where nobody answers."""

import heapq
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

import msgspec

FIRST_WITHIN_S = 60.0
"""After a start everything is asked once within so long, however seldom it is asked later."""


class Group(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What is asked of a member together, every so many seconds."""

    name: str
    every_s: float


class Due(NamedTuple):
    at: float
    member: str
    group: Group


class Timetable:
    """Dues of one line. Times are those of one monotonic clock, in seconds.

    A group's place within its period follows from its name, so that thousands of lines which
    start together do not ask together, and a restart asks as before.
    """

    def __init__(self, *, seed: str) -> None:
        self._seed = seed
        self._dues: list[Due] = []
        self._asleep: dict[str, float] = {}

    def plan(self, members: Mapping[str, Sequence[Group]], *, now: float) -> None:
        """Take the members as they are now; what was planned already keeps its time."""
        kept = {(due.member, due.group): due.at for due in self._dues}
        self._dues = [
            Due(kept.get((member, group), self._first(member, group, now)), member, group)
            for member, groups in members.items()
            for group in groups
        ]
        heapq.heapify(self._dues)
        self._asleep = {code: at for code, at in self._asleep.items() if code in members}

    def take(self, *, now: float) -> Due | None:
        """Return what is due, or None. What is taken is planned anew."""
        dues = self._dues
        while dues and dues[0].at <= now:
            due = dues[0]
            wakes = self._asleep.get(due.member, 0.0)
            if wakes <= now:
                heapq.heapreplace(dues, due._replace(at=self._following(due, now)))
                return due
            heapq.heapreplace(dues, due._replace(at=wakes))
        return None

    def next_at(self) -> float | None:
        """Return when something is due next, None where there is nothing."""
        return self._dues[0].at if self._dues else None

    def sleep(self, member: str, *, until: float) -> None:
        """Ask nothing of a member until then."""
        self._asleep[member] = until

    def wake(self, member: str) -> None:
        """Ask a member as planned again."""
        self._asleep.pop(member, None)

    def _first(self, member: str, group: Group, now: float) -> float:
        return now + self._share(member, group) * min(group.every_s, FIRST_WITHIN_S)

    def _following(self, due: Due, now: float) -> float:
        """Return the group's next own moment; those that were missed are left out."""
        every = due.group.every_s
        offset = self._share(due.member, due.group) * every
        return ((now - offset) // every + 1) * every + offset

    def _share(self, member: str, group: Group) -> float:
        return crc32(f"{self._seed}/{member}/{group.name}".encode()) / 2**32
