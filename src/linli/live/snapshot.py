"""The state of a community's live half on disk: scenes, commands, and how far INPUT was heard."""

import logging
from pathlib import Path

import msgspec

from linli.foundation import durable
from linli.live.links import Window
from linli.live.underway import Ledger

_log = logging.getLogger(__name__)
_VERSION = 1


class Snapshot(msgspec.Struct, kw_only=True):
    """State after hearing INPUT up to `sequence`; all effects of it are in EFFECTS by then.

    `effects` is the last sequence of EFFECTS that is known to be stored; `facts` is that of FACTS
    up to which INPUT holds what concerns us. `links` are the numbers of sealed payloads that INPUT
    holds up to there, by the marks of their links.
    """

    version: int = _VERSION
    sequence: int
    effects: int
    facts: int = 0
    at: float
    scenes: bytes
    values: tuple[bytes, bytes, bytes, bytes]
    ledger: Ledger
    links: dict[str, Window] = {}


def path(*, home: Path, community: str) -> Path:
    """Return where the snapshot of a community lies."""
    return home / "live" / f"{community}.snapshot"


def encode(snapshot: Snapshot) -> bytes:
    """Return the bytes of a snapshot."""
    return msgspec.msgpack.encode(snapshot)


def write(*, home: Path, community: str, body: bytes) -> None:
    """Replace the snapshot of a community.

    :raises OSError: if the disk will not take it
    """
    durable.put(file=path(home=home, community=community), parts=[body])


def read(*, home: Path, community: str) -> Snapshot | None:
    """Return the snapshot; None where there is none that this version can read.

    One that is damaged or of another version is left beside as `.unreadable`, loudly: the scenes
    then begin anew from what INPUT still holds, which is better than a home that never starts.
    """
    target = path(home=home, community=community)
    if not target.exists():
        return None
    try:
        found = msgspec.msgpack.decode(target.read_bytes(), type=Snapshot)
    except msgspec.DecodeError as error:
        _put_aside(target, str(error))
        return None
    if found.version != _VERSION:
        _put_aside(target, f"version {found.version}")
        return None
    return found


def _put_aside(target: Path, why: str) -> None:
    aside = target.with_suffix(".unreadable")
    _log.error("snapshot %s cannot be read (%s); kept as %s", target.name, why, aside.name)
    target.replace(aside)


def position(*, home: Path, community: str) -> int | None:
    """Return up to which sequence INPUT is no longer needed; None where no snapshot is."""
    found = read(home=home, community=community)
    return None if found is None else found.sequence
