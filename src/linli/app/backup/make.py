"""Make a backup: while the installation works, or while it stands still.

In this order, so that no position kept in one part is ahead of what another part holds: the anchors
of the audit trail; history and the snapshots of scenes; then, while the writing of facts is held,
the streams, and the records as they stand in that moment; then all other files.

What is kept apart goes into backups of its own: a database and its keys, under a key of their own.
"""

import asyncio
import os
import shutil
import time
from datetime import datetime
from pathlib import Path

import click
import msgspec

from linli.app.backup import archive, bus, contents, keys, records, sealed, streams
from linli.app.secret import apart_keys_folder, keys_folder
from linli.foundation.vault.master import APART_KEY, Master
from linli.foundation.vault.queries import APART
from linli.live import snapshot

_TRIES = 30
_AGAIN_S = 1.0


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was made. `held_s`: for how long nobody could write a fact. `masters`: by their
    names, the master keys of which its records may need one.
    """

    file: str
    masters: tuple[str, ...]
    bytes: int
    files: int
    held_s: float
    seconds: float


def make(*, home: Path, to: Path, anchors: Path, passphrase: str, now: datetime) -> Made:
    """Write a backup into a folder, and return what was written.

    :raises click.ClickException: if it cannot be made; nothing is left behind then
    :raises OSError: if the disk will not take it; likewise
    """
    began, key = time.monotonic(), keys.own(keys_folder(home))
    with contents.staging(home) as folder:
        held_s = _gather(home=home, folder=folder, anchors=anchors)
        target = to / f"linli-{now:%Y%m%d-%H%M%S}.backup"
        masters = tuple(Master(keys_folder(home)).names())
        told = sealed.header(
            key=key, passphrase=passphrase, made_at=now.isoformat(), masters=masters
        )
        return _written(
            folder=folder, target=target, told=told, key=key, began=began, held_s=held_s
        )


def make_apart(*, home: Path, to: Path, passphrase: str, now: datetime) -> Made:
    """Write a backup of what is kept apart into a folder, and return what was written.

    :raises click.ClickException, OSError: as `make`
    """
    began, keys_apart = time.monotonic(), apart_keys_folder(home)
    key = keys.own(keys_apart)
    with contents.staging(home / contents.APART) as folder:
        records.pin(APART, home).copy(folder)
        if keys_apart.is_relative_to(home):
            contents.stage_keys(keys=keys_apart, folder=folder / "home" / contents.APART / "keys")
        target = to / f"linli-apart-{now:%Y%m%d-%H%M%S}.backup"
        masters = tuple(Master(keys_apart, name=APART_KEY).names())
        told = sealed.header(
            key=key, passphrase=passphrase, made_at=now.isoformat(), masters=masters
        )
        return _written(folder=folder, target=target, told=told, key=key, began=began, held_s=0.0)


def _written(
    *,
    folder: Path,
    target: Path,
    told: tuple[sealed.Header, bytes],
    key: bytes,
    began: float,
    held_s: float,
) -> Made:
    """Seal what a folder holds; return what was made."""
    written = _seal(folder=folder, target=target, told=told, opener=sealed.Opener(key=key))
    return Made(
        file=str(target),
        masters=told[0].masters,
        bytes=target.stat().st_size,
        files=len(written.files),
        held_s=round(held_s, 2),
        seconds=round(time.monotonic() - began, 2),
    )


def _gather(*, home: Path, folder: Path, anchors: Path) -> float:
    """Bring everything together in a folder; return for how long facts were held."""
    own = folder / "home"
    contents.take_anchors(file=anchors, home=home, folder=own)
    with bus.of(home) as url:
        for _ in range(_TRIES):
            contents.stage_live(home=home, folder=own)
            held_s, pinned = _moment(home, folder / "streams", url)
            if is_whole(home=home, own=own):
                break
            time.sleep(_AGAIN_S)
        else:
            raise click.ClickException("history and scenes move faster than they can be copied")
    pinned.copy(folder)
    apart = records.own_files(home) | set(contents.anchor_files(file=anchors, home=home))
    apart |= contents.files_below(apart_keys_folder(home))
    contents.stage_files(home=home, folder=own, apart=apart)
    return held_s


def _moment(home: Path, folder: Path, url: str) -> tuple[float, records.Pinned]:
    """Copy the streams while facts are held; return how long that took, and the records then."""
    shutil.rmtree(folder, ignore_errors=True)
    began = time.monotonic()
    with records.held(home) as pinned:
        if url:
            asyncio.run(_copy_streams(url, folder))
    return time.monotonic() - began, pinned


async def _copy_streams(url: str, folder: Path) -> None:
    async with streams.line(url) as client:
        for stream in await streams.present(client):
            await streams.copy(client, stream=stream, folder=folder)


def is_whole(*, home: Path, own: Path) -> bool:
    """Tell whether INPUT still held what was not yet in history or in the scenes' snapshots.

    INPUT is purged up to where both have come; what we hold of them must not be behind that.
    """
    before, after = contents.positions(home=own), contents.positions(home=home)
    for community, position in after.items():
        scenes = snapshot.position(home=own, community=community)
        scenes_now = snapshot.position(home=home, community=community)
        if before.get(community, 0) != position:
            return False
        if scenes != scenes_now and (scenes or 0) < position:
            return False
    return True


def _seal(
    *, folder: Path, target: Path, told: tuple[sealed.Header, bytes], opener: sealed.Opener
) -> archive.Contents:
    header, own = told
    line = msgspec.json.encode(header) + b"\n"
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_suffix(".partial")
    try:
        with fresh.open("wb") as out:
            out.write(line)
            written = archive.write(
                folder=folder, target=out, key=own, beside=line, made_by="linli 0.1.0"
            )
            out.flush()
            os.fsync(out.fileno())
        with fresh.open("rb") as source:
            archive.read(source=source, opener=opener, take=archive.skim)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return written
