"""The manifest: which segments live, and up to which message of INPUT they hold everything.

What it does not name does not exist: a segment half written at a crash is swept at the next start,
and INPUT is read again from the position that it states. It is replaced whole, by renaming.
"""

from datetime import date
from pathlib import Path

import msgspec

from linli.adapters.history.values import BadManifest
from linli.foundation import durable

FILE = "manifest.json"


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One Parquet file of one day, sorted by point, then time; `file` is relative to the community.

    `first` and `last` are the messages of INPUT that its readings came from; times are epoch µs.
    """

    file: str
    day: date
    rows: int
    first: int
    last: int
    start_us: int
    end_us: int
    low_point: int
    high_point: int
    size: int
    crc32: int
    level: int = 0


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`position`: every reading of INPUT up to this sequence is in a segment. `stream` tells apart
    that INPUT and a new one; `generation` numbers the files ever written.
    """

    community: str
    stream: str = ""
    position: int = 0
    generation: int = 0
    segments: tuple[Segment, ...] = ()
    version: int = 1


def load(*, folder: Path, community: str) -> Manifest:
    """Return the manifest of a community; an empty one where nothing was ever written.

    :raises BadManifest: if the file is not a manifest of this community
    """
    file = folder / FILE
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return Manifest(community=community)
    except msgspec.DecodeError as error:
        raise BadManifest(file=str(file), reason=str(error)) from error
    if found.community != community or found.version != 1:
        raise BadManifest(file=str(file), reason=f"{found.community} v{found.version}")
    return found


def publish(*, folder: Path, manifest: Manifest) -> None:
    """Make this the manifest, at once and for good.

    :raises OSError: if it could not be written; the one before still stands
    """
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    durable.put(file=folder / FILE, parts=[text])


def sweep(*, folder: Path, keep: frozenset[str]) -> int:
    """Delete every segment that is not to be kept, and unfinished files; return how many."""
    gone = 0
    for file in [*folder.glob("????-??-??/*.parquet"), *folder.glob(f"{FILE}.new")]:
        if file.relative_to(folder).as_posix() not in keep:
            file.unlink(missing_ok=True)
            gone += 1
    for day in folder.glob("????-??-??"):
        if not any(day.iterdir()):
            day.rmdir()
    return gone
