"""Ids of effects: cheap to make, and following from scene, place and cause alone."""

from hashlib import blake2b

_LONGEST = 40


def stem(*, scene: str, anchor: str, part: str) -> str:
    """Return what the ids of one effect of a scene at one place have in common."""
    return blake2b(f"{scene}\n{anchor}\n{part}".encode(), digest_size=8).hexdigest()


def effect_id(stem: str, cause: str) -> str:
    """Return the id of one effect for one cause, at most 57 characters.

    A digest for each effect costs a microsecond, so the stem is a digest and the cause follows it
    as it is: `5f0c…9a.r:17:1761000000000`.
    """
    if len(cause) <= _LONGEST:
        return f"{stem}.{cause}"
    return f"{stem}.{blake2b(cause.encode(), digest_size=12).hexdigest()}"
