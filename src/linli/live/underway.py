"""Commands on their way, as they are kept across a restart, and as lines are told of them."""

import msgspec

from linli.contracts.effects import CommandIssued
from linli.contracts.signals import CommandAsked
from linli.drivers.line import Order


class Underway(msgspec.Struct, kw_only=True):
    """A command that is neither answered nor expired. `cause` is what a step of it follows from."""

    id: str
    device: str
    service: str
    args: dict[str, float | str | bool]
    expires_at: float
    scene: str = ""
    attempts: int = 0
    again_at: float = 0.0


class Ledger(msgspec.Struct, kw_only=True):
    """What a snapshot keeps of commands; of those that are done the scene, if one expired."""

    underway: list[Underway] = []
    done: list[tuple[str, str | None]] = []
    expired: dict[str, str] = {}
    """The device of each command that expired: its late answer still counts."""


def underway_of(wanted: CommandIssued | CommandAsked, scene: str) -> Underway:
    """Return a command that begins its way."""
    return Underway(
        id=wanted.id,
        device=wanted.device,
        service=wanted.service,
        args=wanted.args,
        expires_at=wanted.expires_at,
        scene=scene,
    )


def order_of(wanted: CommandIssued | Underway) -> Order:
    """Return what a line is told."""
    return Order(
        id=wanted.id,
        service=wanted.service,
        args=wanted.args,
        expires_at=wanted.expires_at,
        again=isinstance(wanted, Underway) and wanted.attempts > 0,
    )
