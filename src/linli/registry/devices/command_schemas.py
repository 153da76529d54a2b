"""Commands as they travel over HTTP."""

from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from ninja import Schema
from pydantic import ConfigDict, Field

from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both
from linli.registry.devices import logic, words
from linli.registry.devices.models import Command


class CommandIn(Schema):
    """`key` tells a request repeated from a second one."""

    model_config = ConfigDict(extra="forbid")
    service: str
    args: dict[str, bool | float | str] = {}
    key: str


class CommandOut(Schema):
    """`reason_words` say the reason where it is one of ours, and not the device's own word;
    `override` is why a person went against a safety scene, empty where he did not.
    """

    id: str
    device: str
    service: str
    args: dict[str, Any]
    state: str
    attempts: int
    reason: str
    reason_words: TwoLanguages | None
    cause: str
    scene: str
    account: int | None
    account_name: str
    override: str
    undoes: str
    safety: bool
    winner_scene: str
    winner_command: str
    issued_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None

    @staticmethod
    def resolve_account(row: Command) -> int | None:
        """Name it by its number."""
        return row.account_id

    @staticmethod
    def resolve_account_name(row: Command) -> str:
        """Say who gave it; empty where the platform itself did."""
        return row.account.name if row.account else ""

    @staticmethod
    def resolve_reason_words(row: Command) -> dict[str, str] | None:
        """Say why it was not done."""
        said = words.outcome(row.reason)
        return both(said) if said else None


def with_givers(rows: list[Command]) -> list[Command]:
    """Return commands that know who gave them, by one more read."""
    prefetch_related_objects(rows, "account")
    return rows


class Commands(Schema):
    items: list[CommandOut]
    next: str | None


class CommandTaken(Schema):
    """One that is `unconfirmed` is done only if it is confirmed before `confirm_before`."""

    command: str
    state: str
    confirm_before: datetime | None


class OverrideIn(CommandIn):
    """`reason` says why it is to be done against a safety scene that acts."""

    reason: str = Field(min_length=4, max_length=200)


def taken_out(row: Command) -> dict[str, Any]:
    """Return what became of a wish: a command, or one that is still to be confirmed."""
    waits = row.state == logic.UNCONFIRMED
    return {
        "command": row.pk,
        "state": row.state,
        "confirm_before": row.expires_at if waits else None,
    }
