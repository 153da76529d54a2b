"""Every write to the files."""

from datetime import datetime
from functools import partial

from django.db import transaction

from linli.foundation import ids
from linli.foundation.files import images, store
from linli.foundation.files.models import Kept


def keep(*, community: str, kind: str, picture: images.Picture, now: datetime) -> Kept:
    """Keep a photograph of a community, which `images.cleaned` has drawn anew. The same one twice
    is one file. `kind` says what it is for, as `photo`.
    """
    digest = store.put(picture.content)
    row, _ = Kept.rows.of(community).get_or_create(
        kind=kind,
        digest=digest,
        defaults={
            "id": ids.new(),
            "content_type": picture.content_type,
            "size_bytes": len(picture.content),
            "width_px": picture.width_px,
            "height_px": picture.height_px,
            "kept_at": now,
        },
    )
    return row


def keep_bytes(
    *, community: str, kind: str, digest: str, size_bytes: int, content_type: str, now: datetime
) -> Kept:
    """Keep a file that `store.put_stream` has put away as it came. The same one twice is one."""
    row, _ = Kept.rows.of(community).get_or_create(
        kind=kind,
        digest=digest,
        defaults={
            "id": ids.new(),
            "content_type": content_type,
            "size_bytes": size_bytes,
            "kept_at": now,
        },
    )
    return row


def forget(*, community: str, id: str) -> None:
    """Drop a file that nothing refers to any more. Its bytes go after the commit, unless the same
    are kept under another name.
    """
    row = Kept.rows.of(community).filter(pk=id).first()
    if row is None:
        return
    digest = row.digest
    row.delete()
    others = Kept.rows.across("whether the same bytes are kept under another name")
    if not others.filter(digest=digest).exists():
        transaction.on_commit(partial(store.drop, digest))
