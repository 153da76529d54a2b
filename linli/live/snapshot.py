"""The state of a community's live half on disk: scenes, commands, and how far INPUT was heard."""

import os
from pathlib import Path

import msgspec

from linli.live.commands import Ledger

_VERSION = 1


class Snapshot(msgspec.Struct, kw_only=True):
    """State after hearing INPUT up to `sequence`; all effects of it are in EFFECTS by then.

    `effects` is the last sequence of EFFECTS that is known to be stored.
    """

    version: int = _VERSION
    sequence: int
    effects: int
    at: float
    scenes: bytes
    ledger: Ledger


def path(*, home: Path, community: str) -> Path:
    """Return where the snapshot of a community lies."""
    return home / "live" / f"{community}.snapshot"


def write(*, home: Path, community: str, snapshot: Snapshot) -> None:
    """Replace the snapshot: whoever reads finds the old one or the new one, whole.

    :raises OSError: if the disk will not take it
    """
    target = path(home=home, community=community)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(msgspec.msgpack.encode(snapshot))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(*, home: Path, community: str) -> Snapshot | None:
    """Return the snapshot; None where there is none, or one of another version.

    :raises msgspec.DecodeError: if it is damaged
    """
    target = path(home=home, community=community)
    if not target.exists():
        return None
    found = msgspec.msgpack.decode(target.read_bytes(), type=Snapshot)
    return found if found.version == _VERSION else None
