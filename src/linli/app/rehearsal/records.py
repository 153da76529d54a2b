"""The record half in a rehearsal: the real projector, handlers and jobs, called in order.

What doors read from the clock elsewhere is the rehearsal's own time here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from django.db import connection

from linli.app import handlers
from linli.contracts import effects
from linli.contracts.effects import AnyEffect
from linli.contracts.signals import AnySignal
from linli.domains.cases.operations import opening
from linli.domains.notices import operations as notices
from linli.live.ear import HEARD
from linli.runtime import aside, facts, projector, relay

_AT_ONCE = 256
_CALM_AFTER_S = 600.0
_PACE_TIMES, _CALM_TIMES = 4, 12
"""Jobs are done so many times more seldom than in an installation, and when no case or alarm has
moved for so long, so many times."""
_JOBS = frozenset({"cases.tick", "alarms.unshelve", "alarms.settle", "devices.unconfirmed"})
"""What time does to cases, alarms and commands. What tidies up, and what asks history, rests."""


class Fact(msgspec.Struct, frozen=True):
    """A fact as it leaves the outbox: its kind, and its body as JSON."""

    topic: str
    body: bytes


class Records:
    """The record half of one community, on the records of this process."""

    def __init__(self, *, community: str, now: float) -> None:
        self._community = community
        self._now = datetime.fromtimestamp(now, UTC)
        self._effects = self._facts = 0
        self._wired = handlers.wiring()
        self._table: Mapping[type, projector.Deal] = {
            **self._wired.effects,
            effects.CaseWanted: _each(self._want_case),
            effects.BroadcastWanted: _each(self._speak),
        }
        self._due = {job.name: now + job.every_s for job in self._wired.jobs if job.name in _JOBS}
        self._moved_at = now
        self.signals: list[AnySignal] = []
        """What the live half is to hear of the facts."""

    def _want_case(self, effect: effects.CaseWanted) -> None:
        opening.want(effect=effect, now=self._now)

    def _speak(self, effect: effects.BroadcastWanted) -> None:
        notices.speak_wanted(effect=effect, now=self._now)

    def take(self, told: Sequence[AnyEffect], now: float) -> list[Fact]:
        """Turn effects into rows; return the facts that came of it, each dealt with."""
        self._now = datetime.fromtimestamp(now, UTC)
        if not told:
            return []
        self._effects += 1
        projector.project(
            community=self._community,
            messages=[(self._effects, effects.encode(list(told)))],
            table=self._table,
            now=self._now,
        )
        return self.relay()

    def keep_time(self, now: float) -> list[Fact]:
        """Do the jobs that are due; return the facts that came of them."""
        self._now = datetime.fromtimestamp(now, UTC)
        due = [job for job in self._wired.jobs if self._due.get(job.name, now + 1) <= now]
        if not due:
            return []
        calm = now - self._moved_at > _CALM_AFTER_S
        for job in due:
            self._due[job.name] = now + job.every_s * (_CALM_TIMES if calm else _PACE_TIMES)
            job.run(self._now)
        return self.relay()

    def relay(self) -> list[Fact]:
        """Hand every fact that waits to its handlers, and say to the live half what concerns it."""
        found: list[Fact] = []
        while rows := relay.take(_AT_ONCE):
            told = [
                facts.Told(
                    sequence=self._facts + number,
                    community=row.community,
                    topic=row.topic,
                    body=bytes(row.body),
                )
                for number, row in enumerate(rows, 1)
            ]
            self._facts += len(told)
            facts.deliver(messages=told, table=self._wired.facts, now=self._now)
            for one in told:
                if one.topic in HEARD:
                    self.signals += HEARD[one.topic](one.body)
                found.append(Fact(one.topic, one.body))
                if one.topic.startswith(("Alarm", "Case")):
                    self._moved_at = self._now.timestamp()
            relay.mark_sent([row.pk for row in rows], self._now)
        return found

    def take_signals(self) -> list[AnySignal]:
        """Return what the live half is to hear, once."""
        found, self.signals = self.signals, []
        return found


def in_haste() -> None:
    """Let SQLite not wait for the disk: what a rehearsal writes need not outlive a power cut."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA journal_mode=MEMORY")


def put_aside() -> list[str]:
    """Return why effects and facts could not be dealt with."""
    return [f"{one.consumer}: {one.reason}" for one in aside.waiting(limit=100)]


def _each(deal: Callable[..., None]) -> projector.Deal:
    def one_by_one(run: Sequence[AnyEffect]) -> None:
        for effect in run:
            deal(effect)

    return one_by_one
