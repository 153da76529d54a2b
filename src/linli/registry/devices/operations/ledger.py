"""What the live half tells of commands becomes rows. News may come twice, and in any order."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.db import transaction

from linli.contracts.devices import CommandMoved
from linli.contracts.effects import (
    CommandAcknowledged,
    CommandExpired,
    CommandFailed,
    CommandIssued,
    CommandOverruled,
    CommandSent,
)
from linli.foundation import ids
from linli.foundation.causes import operations as causes
from linli.foundation.causes.models import Cause
from linli.foundation.outbox import operations as outbox
from linli.registry.devices import logic, queries
from linli.registry.devices.models import Command, Device
from linli.registry.devices.operations.telling import about

Told = (
    CommandIssued
    | CommandSent
    | CommandAcknowledged
    | CommandFailed
    | CommandExpired
    | CommandOverruled
)

_STATES: dict[type, str] = {
    CommandIssued: "queued",
    CommandSent: "sent",
    CommandAcknowledged: "acknowledged",
    CommandFailed: "failed",
    CommandExpired: "expired",
    CommandOverruled: "overruled",
}

_UPDATED = [
    "device", "service", "args", "state", "attempts", "reason", "cause", "scene", "undoes",
    "safety", "winner_scene", "winner_command", "issued_at", "sent_at", "finished_at",
    "expires_at",
]  # fmt: skip


def command_issued(*, effect: CommandIssued) -> None:
    """A scene gave a command, or a person's was taken up."""
    commands_told(effects=[effect])


def command_sent(*, effect: CommandSent) -> None:
    """A command went out on the wire, the first time or again."""
    commands_told(effects=[effect])


def command_acknowledged(*, effect: CommandAcknowledged) -> None:
    """The device did it."""
    commands_told(effects=[effect])


def command_failed(*, effect: CommandFailed) -> None:
    """The device refused, or could not be told."""
    commands_told(effects=[effect])


def command_expired(*, effect: CommandExpired) -> None:
    """Nobody answered in time."""
    commands_told(effects=[effect])


def command_overruled(*, effect: CommandOverruled) -> None:
    """Another scene wanted the opposite, and won."""
    commands_told(effects=[effect])


@transaction.atomic
def commands_told(*, effects: Sequence[Told]) -> None:
    """Write news of commands of one community, of all kinds together, to the ledger.

    A handful of statements however many there are. A command's state only rises (`logic.RANKS`).
    """
    if not effects:
        return
    community = effects[0].community
    rows = queries.commands_by_id(community=community, ids=map(command_of, effects), lock=True)
    before = {row.pk: row.state for row in rows.values()}
    last: dict[str, Told] = {}
    for effect in effects:
        row = rows.setdefault(command_of(effect), _blank(effect))
        if _apply(row, effect) or row.pk not in before:
            last[row.pk] = effect
    Command.rows.bulk_create(
        [rows[command] for command in last],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_UPDATED,
    )
    devices = queries.by_code(community=community, codes={row.device for row in rows.values()})
    noted = [_cause(effect, rows[command_of(effect)], devices) for effect in effects]
    causes.note_all([*_asked(rows.values(), effects, devices), *noted])
    moved = [
        _moved(rows[command], effect)
        for command, effect in last.items()
        if before.get(command) != rows[command].state
    ]
    said = {fact.id: _said(rows[fact.command], devices) for fact in moved}
    outbox.record_all(moved, about=said)


def command_of(effect: Told) -> str:
    """Return the id of the command that an effect tells of."""
    if isinstance(effect, CommandIssued | CommandOverruled):
        return effect.id
    return effect.command


def _blank(effect: Told) -> Command:
    return Command(
        id=command_of(effect),
        community=effect.community,
        state="queued",
        issued_at=at(effect.at),
        scene=effect.scene,
    )


def at(epoch_s: float) -> datetime:
    """Return an instant of the live half as the records keep it."""
    return datetime.fromtimestamp(epoch_s, UTC)


def _apply(row: Command, effect: Told) -> bool:
    """Bring a row up to what an effect tells; tell whether that changed anything."""
    changed = False
    if isinstance(effect, CommandIssued | CommandOverruled) and not row.service:
        _fill_in(row, effect)
        changed = True
    if isinstance(effect, CommandSent) and effect.attempt > row.attempts:
        row.attempts, changed = effect.attempt, True
        row.sent_at = row.sent_at or at(effect.at)
    state = _STATES[type(effect)]
    if logic.rises(before=row.state, after=state):
        row.state, changed = state, True
        row.reason = effect.reason[:200] if isinstance(effect, CommandFailed) else ""
        row.finished_at = at(effect.at) if state in logic.FINAL else None
    if isinstance(effect, CommandOverruled) and not row.winner_command:
        row.winner_scene, row.winner_command = effect.winner_scene, effect.winner_command
        changed = True
    return changed


def _fill_in(row: Command, effect: CommandIssued | CommandOverruled) -> None:
    row.device, row.service, row.scene = effect.device, effect.service, effect.scene
    row.cause, row.issued_at = effect.cause, at(effect.at)
    if isinstance(effect, CommandIssued):
        row.args, row.safety, row.undoes = dict(effect.args), effect.safety, effect.undoes or ""
        row.expires_at = at(effect.expires_at)


def _said(row: Command, devices: dict[str, Device]) -> dict[str, object]:
    return about(row, devices.get(row.device))


def _cause(effect: Told, row: Command, devices: dict[str, Device]) -> Cause:
    told = _said(row, devices)
    if isinstance(effect, CommandSent):
        told["attempt"] = effect.attempt
    if isinstance(effect, CommandFailed):
        told["reason"] = effect.reason
    if isinstance(effect, CommandOverruled):
        told |= {"winner_scene": effect.winner_scene, "winner_command": effect.winner_command}
    return Cause(
        id=effect.id,
        cause=effect.cause,
        community=effect.community,
        kind=type(effect).__name__,
        at=at(effect.at),
        about=told,
    )


def _asked(
    rows: Iterable[Command], effects: Sequence[Told], devices: dict[str, Device]
) -> list[Cause]:
    """Return the links between people's wishes and what became of them: no effect issues those.
    One that is overruled at once is such a link itself.
    """
    linked = {command_of(effect) for effect in effects if effect.id == command_of(effect)}
    return [
        Cause(
            id=row.pk,
            cause=row.cause,
            community=row.community,
            kind=CommandIssued.__name__,
            at=row.issued_at,
            about=_said(row, devices),
        )
        for row in rows
        if row.key and row.pk not in linked
    ]


def _moved(row: Command, effect: Told) -> CommandMoved:
    return CommandMoved(
        id=ids.new(),
        at=at(effect.at),
        community=row.community,
        cause=effect.id,
        command=row.pk,
        device=row.device,
        service=row.service,
        state=row.state,
        reason=row.reason,
    )


@transaction.atomic
def forget_commands(*, community: str, before: datetime, most: int = 10_000) -> int:
    """Drop commands given before a time, so many at most; return how many."""
    rows = Command.rows.of(community).filter(issued_at__lt=before)
    old: Iterable[str] = list(rows.order_by("issued_at").values_list("pk", flat=True)[:most])
    return sum(
        Command.rows.of(community).filter(pk__in=part).delete()[0]
        for part in logic.parts(list(old), 500)
    )
