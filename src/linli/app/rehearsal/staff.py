"""The staff in a rehearsal: they take real steps with real cases, each after a time.

Who is on duty, and who is given what, is the platform's own business; here it is decided only how
long somebody takes, from the script's habits and its seed.
"""

import heapq
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random

import msgspec

from linli.app.rehearsal.script import Habits
from linli.contracts.cases import CaseMoved, CaseState
from linli.domains.cases import queries
from linli.domains.cases.logic.steps import Given
from linli.domains.cases.operations import stepping
from linli.foundation.identity import queries as identity
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.registry.alarms import queries as alarms

_SLOW_TIMES = 4.0
_LOOK_AGAIN_S = 120.0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What comes next from a state: the step, the habits whose times it takes, who may do it."""

    name: str
    takes: tuple[str, ...]
    may: str
    given: Given = Given()


_NEXT: Mapping[CaseState, Step] = {
    CaseState.REPORTED: Step(name="file", takes=("file_s",), may="cases.file"),
    CaseState.DISPATCHED: Step(name="accept", takes=("accept_s",), may="cases.handle"),
    CaseState.REWORK: Step(name="accept", takes=("accept_s",), may="cases.handle"),
    CaseState.HANDLING: Step(
        name="feedback",
        takes=("arrive_s", "settle_s"),
        may="cases.handle",
        given=Given(note="推演：已处理"),
    ),
    CaseState.FEEDBACK: Step(
        name="recheck",
        takes=("check_s",),
        may="cases.check",
        given=Given(note="推演：已核查", agrees=True),
    ),
    CaseState.RECHECKED: Step(name="close", takes=("accept_s",), may="cases.close"),
}


class Staff:
    """Those who work in one community. `accounts` are the numbers of those who can sign in."""

    def __init__(
        self,
        *,
        community: str,
        accounts: Sequence[int],
        habits: Habits,
        seed: int,
        now: datetime,
    ) -> None:
        self._community = community
        self._habits = habits
        self._seed = seed
        self._actors = [
            identity.actor_of(account=account, community=community, now=now) for account in accounts
        ]
        self._due: list[tuple[float, int, CaseState]] = []
        self._met: dict[int, int] = {}
        self.steps = 0
        self.refused: list[str] = []

    def hear(self, fact: CaseMoved) -> None:
        """Hear that a case was moved: somebody will take it on, unless nobody ever answers."""
        step = _NEXT.get(fact.after)
        if step is None or self._chance(fact.case, "").random() >= self._habits.answers:
            return
        at = fact.at.timestamp() + self._time_s(step, fact.case)
        heapq.heappush(self._due, (at, fact.case, fact.after))

    def _time_s(self, step: Step, case: int) -> float:
        chance = self._chance(case, step.name)
        usual_s = sum(getattr(self._habits, name) for name in step.takes)
        slow = _SLOW_TIMES if chance.random() < self._habits.slow else 1.0
        return float(usual_s * slow * (0.6 + 0.8 * chance.random()))

    def _chance(self, case: int, what: str) -> Random:
        """Return the dice of a case. It counts as the how-manieth was met: the numbers of its rows
        go on from one rehearsal to the next.
        """
        met = self._met.setdefault(case, len(self._met))
        return Random(f"{self._seed} {met} {what}")  # noqa: S311 - patience, not secrets

    def act(self, now: float) -> int:
        """Take the steps that are due; return how many were tried."""
        tried = 0
        while self._due and self._due[0][0] <= now:
            at, case, state = heapq.heappop(self._due)
            tried += 1
            self._act(case, state, at, now)
        return tried

    def _act(self, case: int, state: CaseState, at: float, now: float) -> None:
        row = queries.case_by_id(community=self._community, id=case)
        if row.state != state:
            return
        if state == CaseState.HANDLING and self._still_rings(row.alarm_id):
            heapq.heappush(self._due, (at + _LOOK_AGAIN_S, case, state))
            return
        step = _NEXT[state]
        handler = row.assignee.account_id if row.assignee else None
        actor = self._who(step, handler, row.place)
        if actor is None:
            self.refused.append(f"{step.name}: nobody")
            return
        try:
            stepping.take(
                actor=actor,
                case=case,
                step=step.name,
                given=step.given,
                now=datetime.fromtimestamp(now, UTC),
            )
        except Fault as fault:
            self.refused.append(f"{step.name}: {fault.key}")
            return
        self.steps += 1

    def _still_rings(self, alarm: int | None) -> bool:
        """Whether the trouble is still there: who is on the spot does not say it is over."""
        return alarm is not None and bool(alarms.alarm(community=self._community, id=alarm).active)

    def _who(self, step: Step, handler: int | None, place: str) -> Actor | None:
        """Return who takes a step: the handler his own; others are for somebody else."""
        if step.may == "cases.handle":
            own = [actor for actor in self._actors if actor.account == handler]
            speaking = [actor for actor in self._actors if actor.holds("cases.dispatch")
                        and actor.holds("cases.handle")]  # fmt: skip
            return next(iter(own or ([] if handler else speaking)), None)
        others = [
            one for one in self._actors if one.account != handler and one.may_at(step.may, place)
        ]
        return others[0] if others else None
