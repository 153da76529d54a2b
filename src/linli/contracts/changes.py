"""What somebody changed, as facts of settings tell it."""

from collections.abc import Mapping, Sequence

import msgspec


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing (`what`) that was otherwise `before`, both as one reads them; nothing where there
    was none.
    """

    what: str
    before: str
    after: str


def between(
    before: Mapping[str, str], after: Mapping[str, str], *, longest: int | None = None
) -> list[Change]:
    """Return what is otherwise now, by what of it; of a text as much as `longest`."""
    return [
        Change(what=name, before=before[name][:longest], after=text[:longest])
        for name, text in after.items()
        if text != before[name]
    ]


def line(changes: Sequence[Change]) -> str:
    """Return what the trail says of changes."""
    return "; ".join(f"{one.what}: {one.before or '–'} → {one.after or '–'}" for one in changes)


def as_text(value: object) -> str:
    """Return a setting as one reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
