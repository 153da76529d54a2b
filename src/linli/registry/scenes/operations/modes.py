"""Modes of places."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from linli.contracts.effects import ModeWanted
from linli.contracts.scenes import ModeSet
from linli.foundation import ids
from linli.foundation.causes import operations as causes
from linli.foundation.outbox import operations as outbox
from linli.registry.devices import operations as devices
from linli.registry.scenes import logic, queries
from linli.registry.scenes.models import Mode


@transaction.atomic
def set_mode(
    *,
    community: str,
    place: str,
    mode: str,
    value: str,
    by: int | None,
    seen: Sequence[str] = (),
    cause: str | None = None,
    now: datetime,
) -> Mode:
    """Put a place, and all below it, into a mode. In it already, nothing happens.

    :raises logic.BadMode: if no scene could ask for it
    :raises places.PlaceNotFound: if there is no such place where this person may look
    """
    logic.check_mode(mode=mode, value=value)
    queries.place_known(community=community, path=place, seen=seen)
    row = queries.mode(community=community, place=place, mode=mode, lock=True)
    if row is not None and (row.value == value or row.at > now):
        return row
    row = row or Mode(community=community, place=place, mode=mode)
    row.value = value
    return _put(row, by=by, cause=cause, now=now)


@transaction.atomic
def renew_mode(
    *, community: str, place: str, mode: str, value: str, cause: str, now: datetime
) -> bool:
    """Set a mode of a place anew to the value that it has: its time begins anew, and scenes that
    ask since when it is so wait anew. False, and nothing happens, where it has another value by
    now, or was set then or later.
    """
    row = queries.mode(community=community, place=place, mode=mode, lock=True)
    if row is None or row.value != value or row.at >= now:
        return False
    _put(row, by=None, cause=cause, now=now)
    return True


def _put(row: Mode, *, by: int | None, cause: str | None, now: datetime) -> Mode:
    row.by_id, row.at, row.cause = by, now, cause or ""
    row.save()
    outbox.record(
        ModeSet(
            id=ids.new(),
            at=now,
            community=row.community,
            cause=cause,
            place=row.place,
            mode=row.mode,
            value=row.value,
            by=by,
        )
    )
    devices.bump(community=row.community, now=now, announce=False)
    return row


def modes_wanted(*, effects: Sequence[ModeWanted]) -> None:
    """Scenes want modes changed: each is noted with its cause, and set."""
    for effect in effects:
        mode_wanted(effect=effect)


@transaction.atomic
def mode_wanted(*, effect: ModeWanted) -> None:
    """A scene wants a mode changed. Told twice, or late, it changes nothing.

    :raises logic.BadMode, places.PlaceNotFound: as `set_mode`
    """
    when = datetime.fromtimestamp(effect.at, UTC)
    causes.note(
        id=effect.id,
        cause=effect.cause,
        community=effect.community,
        kind="ModeWanted",
        at=when,
        about={
            "scene": effect.scene,
            "place": effect.place,
            "mode": effect.mode,
            "value": effect.value,
        },
    )
    set_mode(
        community=effect.community,
        place=effect.place,
        mode=effect.mode,
        value=effect.value,
        by=None,
        cause=effect.id,
        now=when,
    )
