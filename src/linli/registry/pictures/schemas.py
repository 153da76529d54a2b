"""What the doors of pictures answer."""

from datetime import datetime
from typing import Any

from ninja import Schema

from linli.foundation.shapes import TwoLanguages


class PictureOut(Schema):
    """A picture, not its bytes. `refused` says why what came was none."""

    id: int
    device: str
    event: str
    taken_at: datetime
    came_at: datetime
    width_px: int | None
    height_px: int | None
    size_bytes: int | None
    refused: str


class Pictures(Schema):
    """A page of them; `next` is the cursor of the page after it."""

    items: list[PictureOut]
    next: int | None = None


class PicturePurpose(Schema):
    """What a picture may be looked at for."""

    key: str
    name: TwoLanguages


class PicturePurposes(Schema):
    items: list[PicturePurpose]


def picture_out(row: Any) -> dict[str, Any]:
    """Return a picture as a list shows it."""
    file = row.file
    return {
        "id": row.pk,
        "device": row.device,
        "event": row.event,
        "taken_at": row.taken_at,
        "came_at": row.came_at,
        "width_px": file.width_px if file is not None else None,
        "height_px": file.height_px if file is not None else None,
        "size_bytes": file.size_bytes if file is not None else None,
        "refused": row.refused,
    }
