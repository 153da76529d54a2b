"""What scenes use of a directory, as digests: directories of one shape mean the same to them."""

from hashlib import sha256
from typing import NamedTuple

import msgspec

from linli.contracts.directory import Directory


class Shape(NamedTuple):
    """Digests of what the engine uses of a directory: of the ground that scenes stand on, and of
    which scenes stand there.
    """

    ground: bytes
    scenes: bytes


def shape(directory: Directory, *, now: float) -> Shape:
    """Return the shape of a directory.

    Secrets, and modes and cases (told by signals), change without it.

    :param now: epoch seconds; maintenance that is over by then counts no more
    """
    return Shape(
        ground=_digest(
            directory.community,
            directory.places,
            [(one.code, one.model, one.place, one.enabled) for one in directory.devices],
            [
                (one.code, one.maintenance_until)
                for one in directory.devices
                if one.maintenance_until > now
            ],
            directory.points,
            directory.limits,
        ),
        scenes=_digest(
            sorted(directory.scenes_off), sorted(directory.scenes_shadow), directory.scenes
        ),
    )


def _digest(*parts: object) -> bytes:
    digest = sha256()
    for part in parts:
        digest.update(msgspec.msgpack.encode(part))
    return digest.digest()
