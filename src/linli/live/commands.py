"""Commands on their way to devices: sent, sent again under the same id, answered, or expired.

A command goes out once its `CommandIssued` is on disk. Its further steps are effects too. A device
that is away is waited for until the command expires.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

import msgspec

from linli.contracts.directory import DeviceEntry
from linli.contracts.effects import (
    AnyEffect,
    CommandAcknowledged,
    CommandExpired,
    CommandFailed,
    CommandIssued,
    CommandSent,
)
from linli.contracts.signals import CommandAnswered, CommandAsked
from linli.devices import ledger
from linli.devices.interlocks import Guard
from linli.devices.model import ThingModel
from linli.drivers.line import Order
from linli.kernel import ids
from linli.live.underway import Ledger, Underway, order_of, underway_of

_AWAY_AGAIN_S = 1.0
_ANSWERED_KEPT, _FORGOTTEN_AT_ONCE = 10_000, 1_000

Way = Callable[[Order], int]
"""Given an order: over how many lines it went."""


_Known = tuple[bool, Way, Guard | None]


class Commands:
    """The commands of one community. `tell` takes the effects that say what became of them.

    `refuse` is told who answered which command of another; `guard` is asked with device, model and
    service for what may stand against it, None where nothing ever does.
    """

    def __init__(
        self,
        *,
        community: str,
        models: Mapping[str, ThingModel],
        way: Callable[[str, str | None], Way],
        tell: Callable[[list[AnyEffect]], None],
        refuse: Callable[[str, str], None],
        guard: Callable[[str, str, str], Guard | None] = lambda device, model, service: None,
    ) -> None:
        self._community = community
        self._models = models
        self._way = way
        self._tell = tell
        self._refuse = refuse
        self._guard = guard
        self._devices: Mapping[str, DeviceEntry] = {}
        self._said_once: dict[tuple[str, str], _Known] = {}
        self._underway: dict[str, Underway] = {}
        self._done: dict[str, str | None] = {}
        self._expired: dict[str, str] = {}
        self._sent_before: set[str] = set()
        self._due: list[tuple[float, str]] = []
        self._waiting: dict[str, set[str]] = {}
        self.holding = True
        """While what was logged before a restart is heard again, nothing is sent."""

    @property
    def underway(self) -> int:
        """Return how many commands wait for an answer or a line."""
        return len(self._underway)

    def issue(self, effects: list[CommandIssued], now: float) -> None:
        """Send commands that are on disk. One that was issued before is not sent again."""
        told: list[AnyEffect] = []
        for effect in effects:
            if effect.id in self._underway or effect.id in self._done:
                continue
            if not self._say_once(effect, now, told):
                self._begin(underway_of(effect, effect.scene), now, told)
        if told:
            self._tell(told)

    def _say_once(self, effect: CommandIssued, now: float, told: list[AnyEffect]) -> bool:
        """Send a command that wants no answer; False where it must be kept and tried again."""
        if self.holding or now >= effect.expires_at:
            return False
        key = (effect.device, effect.service)
        found = self._said_once.get(key)
        if found is None:
            found = self._said_once[key] = self._look_up(*key)
        says_once, way, guard = found
        if not says_once or (guard is not None and guard(bool(effect.scene))):
            return False
        if not way(order_of(effect)):
            return False
        self._note_done(effect.id, None)
        told.append(
            CommandSent(
                id=effect.id + ".s1",
                at=now,
                community=self._community,
                cause=effect.id,
                scene=effect.scene,
                command=effect.id,
                attempt=1,
            )
        )
        return True

    def _look_up(self, device: str, service: str) -> _Known:
        """Return whether a service wants no answer, the way to the device, and what may stand
        against it.
        """
        entry = self._devices.get(device)
        model = self._models.get(entry.model) if entry is not None else None
        known = model.services.get(service) if model is not None else None
        gateway = entry.gateway if entry is not None else None
        guard = self._guard(device, model.id, service) if model is not None else None
        return known is not None and known.ack == "none", self._way(device, gateway), guard

    def serve(self, devices: Mapping[str, DeviceEntry]) -> None:
        """Take the devices as the register has them now."""
        self._devices = devices
        self._said_once = {}

    def ask(self, asked: CommandAsked, now: float) -> None:
        """Send what a person asked for."""
        told: list[AnyEffect] = []
        if self._done.get(asked.id) is not None:
            self._expired.setdefault(asked.id, asked.device)
        elif asked.id not in self._underway and asked.id not in self._done:
            self._begin(underway_of(asked, ""), now, told)
        if told:
            self._tell(told)

    def _begin(self, command: Underway, now: float, told: list[AnyEffect]) -> None:
        self._underway[command.id] = command
        if not self.holding:
            self._try(command, now, told)

    def _try(self, command: Underway, now: float, told: list[AnyEffect]) -> None:
        entry = self._devices.get(command.device)
        model = self._models.get(entry.model) if entry is not None else None
        service = model.services.get(command.service) if model is not None else None
        if entry is None or service is None:
            self._finish(command)
            told.append(self._failed(command, "devices.no_such_service", now))
            return
        if now >= command.expires_at:
            self._finish(command, expired=True)
            told.append(self._step(CommandExpired, command, now, "expired"))
            return
        guard = self._guard(command.device, entry.model, command.service)
        if guard is not None and (reason := guard(bool(command.scene))):
            self._finish(command)
            told.append(self._failed(command, reason, now))
            return
        if not self._way(command.device, entry.gateway)(order_of(command)):
            self._wait(command, min(now + _AWAY_AGAIN_S, command.expires_at))
            self._waiting.setdefault(command.device, set()).add(command.id)
            return
        self._wait_no_more(command)
        command.attempts += 1
        told.append(self._sent(command, now))
        if service.ack == "none":
            self._finish(command)
        else:
            again = now + ledger.wait_s(command.attempts)
            self._wait(command, min(again, command.expires_at))

    def _wait(self, command: Underway, until: float) -> None:
        command.again_at = until
        heapq.heappush(self._due, (until, command.id))

    def _wait_no_more(self, command: Underway) -> None:
        """It does not wait for its device to listen."""
        waiting = self._waiting.get(command.device)
        if waiting is not None:
            waiting.discard(command.id)
            if not waiting:
                del self._waiting[command.device]

    def _finish(self, command: Underway, *, expired: bool = False) -> None:
        self._underway.pop(command.id, None)
        self._wait_no_more(command)
        if expired:
            self._expired[command.id] = command.device
        else:
            self._expired.pop(command.id, None)
        self._note_done(command.id, command.scene if expired else None)

    def _note_done(self, id: str, scene: str | None) -> None:
        self._done[id] = scene
        if len(self._done) >= _ANSWERED_KEPT + _FORGOTTEN_AT_ONCE:
            for oldest in list(islice(self._done, _FORGOTTEN_AT_ONCE)):
                del self._done[oldest]
                self._expired.pop(oldest, None)

    # -- time, lines, answers

    def next_due(self) -> float | None:
        """Return when `advance` has something to do."""
        return self._due[0][0] if self._due else None

    def advance(self, now: float) -> None:
        """Send again what is due, and let expire what is too late."""
        told: list[AnyEffect] = []
        while self._due and self._due[0][0] <= now:
            due, name = heapq.heappop(self._due)
            command = self._underway.get(name)
            if command is not None and command.again_at == due:
                self._try(command, now, told)
        if told:
            self._tell(told)

    def line_up(self, device: str, children: frozenset[str], now: float) -> None:
        """A device or gateway listens again: what waited for it goes out."""
        for code in (children | {device}) & self._waiting.keys():
            for name in self._waiting.pop(code):
                command = self._underway.get(name)
                if command is not None:
                    self._wait(command, now)

    def answered(self, answer: CommandAnswered) -> None:
        """A device answered. Its first answer counts, even one that it was done too late.

        Only the device itself, or the gateway that speaks for it, answers for it.
        """
        command = self._underway.get(answer.command) or self._too_late(answer)
        if command is None:
            return
        if not self._may_answer(answer.device, command.device):
            if not self.holding:
                self._refuse(answer.device, answer.command)
            return
        self._finish(command)
        if answer.ok:
            self._tell([self._step(CommandAcknowledged, command, answer.at, "acknowledged")])
        else:
            self._tell([self._failed(command, answer.reason or "devices.refused", answer.at)])

    def _may_answer(self, speaker: str, device: str) -> bool:
        """Tell who may answer; signals stored before speakers were named, name none."""
        if speaker in (device, ""):
            return True
        entry = self._devices.get(device)
        return entry is not None and entry.gateway == speaker

    def _too_late(self, answer: CommandAnswered) -> Underway | None:
        """Return the command that had expired, if it was done all the same."""
        scene = self._done.get(answer.command)
        if scene is None or not answer.ok:
            return None
        return Underway(
            id=answer.command,
            device=self._expired.get(answer.command, ""),
            service="",
            args={},
            expires_at=answer.at,
            scene=scene,
        )

    def _sent(self, command: Underway, now: float) -> CommandSent:
        return CommandSent(
            id=f"{command.id}.s{command.attempts}",
            at=now,
            community=self._community,
            cause=command.id,
            scene=command.scene,
            command=command.id,
            attempt=command.attempts,
        )

    def _failed(self, command: Underway, reason: str, now: float) -> CommandFailed:
        return CommandFailed(
            id=ids.effect(scene=command.scene, cause=command.id, part="failed"),
            at=now,
            community=self._community,
            cause=command.id,
            scene=command.scene,
            command=command.id,
            reason=reason,
        )

    def _step(
        self, kind: type[CommandAcknowledged] | type[CommandExpired], command: Underway, at: float,
        part: str,
    ) -> CommandAcknowledged | CommandExpired:  # fmt: skip
        return kind(
            id=ids.effect(scene=command.scene, cause=command.id, part=part),
            at=at,
            community=self._community,
            cause=command.id,
            scene=command.scene,
            command=command.id,
        )

    # -- restart

    def snapshot(self, *, issued: Sequence[CommandIssued] = ()) -> Ledger:
        """Return what a restart must know, as it is now.

        `issued` are commands of the scenes that are not on disk yet: they have still to go out.
        """
        underway = [msgspec.structs.replace(command) for command in self._underway.values()]
        underway += [
            underway_of(effect, effect.scene)
            for effect in issued
            if effect.id not in self._underway and effect.id not in self._done
        ]
        return Ledger(underway=underway, done=list(self._done.items()), expired=dict(self._expired))

    def restore(self, kept: Ledger) -> None:
        """Go on from a snapshot."""
        self._underway = {command.id: command for command in kept.underway}
        self._done = dict(kept.done)
        self._expired = dict(kept.expired)

    def learn(self, effects: list[AnyEffect]) -> None:
        """Hear what was told of commands after the snapshot was made."""
        for effect in effects:
            if isinstance(effect, CommandIssued):
                if effect.id not in self._done:
                    self._underway.setdefault(effect.id, underway_of(effect, effect.scene))
            elif isinstance(effect, CommandSent):
                self._learn_sent(effect)
            elif isinstance(effect, CommandAcknowledged | CommandFailed | CommandExpired):
                self._learn_end(effect, expired=isinstance(effect, CommandExpired))

    def _learn_end(
        self, effect: CommandAcknowledged | CommandFailed | CommandExpired, *, expired: bool
    ) -> None:
        """A command came to its end, or was done after it."""
        command = self._underway.pop(effect.command, None)
        if expired and command is not None:
            self._expired[effect.command] = command.device
        elif not expired:
            self._expired.pop(effect.command, None)
        self._done[effect.command] = effect.scene if expired else None

    def _learn_sent(self, effect: CommandSent) -> None:
        """A command that was sent and needs no answer is done; another is sent again."""
        command = self._underway.get(effect.command)
        if command is not None:
            command.attempts = max(command.attempts, effect.attempt)
        self._sent_before.add(effect.command)

    def release(self, now: float) -> None:
        """The past has been heard again: from now on commands go out."""
        self.holding = False
        for command in list(self._underway.values()):
            if command.id in self._sent_before and not self._wants_answer(command):
                self._finish(command)
            else:
                self._wait(command, now)
        self._sent_before.clear()

    def _wants_answer(self, command: Underway) -> bool:
        entry = self._devices.get(command.device)
        model = self._models.get(entry.model) if entry is not None else None
        service = model.services.get(command.service) if model is not None else None
        return service is None or service.ack == "device"
