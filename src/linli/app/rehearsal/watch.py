"""Who caused what: effects and facts of a rehearsal, put down to the incidents that made them.

An effect is put down to an incident when its chain of causes begins at a device that the incident
touches, while it lasts or in its aftermath. A device that such an effect commands is touched too:
what it then says has the same origin.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from linli.app.rehearsal.records import Fact
from linli.contracts.cases import CaseMoved, CaseOverdue, CaseState
from linli.contracts.directory import Directory
from linli.contracts.effects import (
    AlarmCleared,
    AlarmRaised,
    AnyEffect,
    BroadcastWanted,
    CaseWanted,
    CommandAcknowledged,
    CommandExpired,
    CommandFailed,
    CommandIssued,
    DeviceSeen,
    ModeWanted,
    NoticeWanted,
)
from linli.contracts.notices import BroadcastSpoken
from linli.kernel import ids

_TOLD = AlarmRaised | CaseWanted | BroadcastWanted | NoticeWanted | CommandIssued | ModeWanted
_OVER = frozenset({CaseState.CLOSED, CaseState.VOID, CaseState.EVALUATED})


class _Link(msgspec.Struct):
    """What any fact tells of its place in a chain of causes."""

    id: str
    cause: str | None = None
    device: str | None = None


_link = msgspec.json.Decoder(_Link).decode


class CaseSeen(msgspec.Struct, kw_only=True):
    """A case of an incident, and when what was done with it; epoch seconds."""

    case: int
    kind: str
    opened_at: float
    accepted_at: float | None = None
    closed_at: float | None = None
    escalated: list[tuple[float, int]] = []


class Spell(msgspec.Struct, kw_only=True):
    """An incident as it goes: when it began, until when things are put down to it, what it touches,
    and what came of it.
    """

    number: int
    began: float
    until: float
    touched: set[str]
    told: list[_TOLD] = []
    answered: list[CommandAcknowledged] = []
    refused: list[CommandFailed | CommandExpired] = []
    cases: list[CaseSeen] = []
    blocked: list[str] = []


class Watch:
    """Watches one community. `false` are the alarms that no incident explains."""

    def __init__(self, *, directory: Directory) -> None:
        self._device_of = {point.number: point.device for point in directory.points}
        self.spells: list[Spell] = []
        self.false: list[AlarmRaised] = []
        self.counts: dict[str, int] = {}
        self.unexplained: dict[str, int] = {}
        self._of_effect: dict[str, Spell | None] = {}
        self._of_case: dict[int, tuple[Spell, CaseSeen]] = {}

    def begin(self, spell: Spell) -> None:
        """An incident begins."""
        self.spells.append(spell)

    def forget(self) -> None:
        """What came before the start is no part of the rehearsal."""
        self.false, self.counts, self.unexplained = [], {}, {}

    def hear(self, told: Iterable[AnyEffect]) -> None:
        """Hear what the live half told, in order."""
        for effect in told:
            name = type(effect).__name__
            self.counts[name] = self.counts.get(name, 0) + 1
            match effect:
                case CommandAcknowledged(command=command):
                    self._answered(effect, command)
                case CommandFailed(command=command) | CommandExpired(command=command):
                    self._failed(effect, command)
                case AlarmCleared(alarm=alarm):
                    self._of_effect[effect.id] = self._of_effect.get(alarm)
                case (
                    AlarmRaised()
                    | CaseWanted()
                    | BroadcastWanted()
                    | NoticeWanted()
                    | CommandIssued()
                    | ModeWanted()
                ):
                    self._told(effect)
                case DeviceSeen(device=device):
                    self._of_effect[effect.id] = self._latest({device}, effect.at)

    def _told(self, effect: _TOLD) -> None:
        spell = self._origin(effect)
        self._of_effect[effect.id] = spell
        if spell is None:
            name = type(effect).__name__
            self.unexplained[name] = self.unexplained.get(name, 0) + 1
            if isinstance(effect, AlarmRaised):
                self.false.append(effect)
            return
        spell.told.append(effect)
        if isinstance(effect, CommandIssued):
            spell.touched.add(effect.device)

    def _origin(self, effect: _TOLD) -> Spell | None:
        """Return the incident that an effect is put down to, if one."""
        caused = self._of_effect.get(effect.cause)
        if caused is not None:
            return caused
        devices = set()
        reading = ids.parse_reading(effect.cause)
        if reading is not None:
            devices.add(self._device_of.get(reading[0], ""))
        because = getattr(effect, "because", None)
        if because is not None:
            devices.add(because.device)
        if isinstance(effect, AlarmRaised | CaseWanted) and effect.device:
            devices.add(effect.device)
        return self._latest(devices, effect.at)

    def _latest(self, devices: set[str], at: float) -> Spell | None:
        """Return the incident begun last that touches one of these devices now."""
        for spell in reversed(self.spells):
            if at <= spell.until and not devices.isdisjoint(spell.touched):
                return spell
        return None

    def _answered(self, effect: CommandAcknowledged, command: str) -> None:
        spell = self._of_effect.get(command)
        if spell is not None:
            spell.answered.append(effect)

    def _failed(self, effect: CommandFailed | CommandExpired, command: str) -> None:
        spell = self._of_effect.get(command)
        if spell is not None:
            spell.refused.append(effect)

    # -- facts of the record half

    def learn(self, facts: Iterable[Fact]) -> Sequence[CaseMoved]:
        """Hear what the record half told; return the moves of cases."""
        moves = []
        for fact in facts:
            self._pass_on(fact)
            match fact.topic:
                case "CaseMoved":
                    moved = msgspec.json.decode(fact.body, type=CaseMoved)
                    self._moved(moved)
                    moves.append(moved)
                case "CaseOverdue":
                    self._overdue(msgspec.json.decode(fact.body, type=CaseOverdue))
                case "BroadcastSpoken":
                    self._spoken(msgspec.json.decode(fact.body, type=BroadcastSpoken))
        return moves

    def _pass_on(self, fact: Fact) -> None:
        """Put a fact down to what its cause is put down to: scenes may go on from it."""
        link = _link(fact.body)
        spell = self._of_effect.get(link.cause or "")
        if spell is None:
            return
        self._of_effect[link.id] = spell
        if fact.topic == "CommandRequested":
            spell.touched.add(link.device or "")

    def _moved(self, fact: CaseMoved) -> None:
        at = fact.at.timestamp()
        if fact.step == "report":
            spell = self._of_effect.get(fact.cause or "")
            if spell is not None:
                seen = CaseSeen(case=fact.case, kind=fact.kind, opened_at=at)
                spell.cases.append(seen)
                self._of_case[fact.case] = (spell, seen)
            return
        if fact.case not in self._of_case:
            return
        seen = self._of_case[fact.case][1]
        if fact.step in {"accept", "grab"} and seen.accepted_at is None:
            seen.accepted_at = at
        elif fact.after in _OVER:
            seen.closed_at = at

    def _overdue(self, fact: CaseOverdue) -> None:
        if fact.case in self._of_case:
            self._of_case[fact.case][1].escalated.append((fact.at.timestamp(), fact.level))

    def _spoken(self, fact: BroadcastSpoken) -> None:
        spell = self._of_effect.get(fact.cause or "")
        if spell is None:
            return
        if fact.blocked:
            spell.blocked.append(fact.blocked)


def by_kind(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts in the order of their names, so that a report is always the same."""
    return dict(sorted(counts.items()))
