"""Every read of the files."""

from hashlib import sha256

from linli.foundation.files import store
from linli.foundation.files.models import Kept
from linli.foundation.vault import blobs
from linli.foundation.vault.logic import Broken
from linli.kernel.fault import Fault


class FileNotFound(Fault):
    key = "files.not_found"
    status = 404


def file(*, community: str, id: str) -> Kept:
    """Return what is known of a file.

    :raises FileNotFound: if it is not this community's
    """
    row = Kept.rows.of(community).filter(pk=id).first()
    if row is None:
        raise FileNotFound(id=id[:64])
    return row


def content(*, community: str, id: str) -> bytes:
    """Return the bytes of a file, as they were kept.

    :raises FileNotFound: if it is not this community's, or its bytes or its key are gone
    :raises store.Damaged: if they are not those that were kept
    """
    row = file(community=community, id=id)
    try:
        return _bytes(row)
    except (FileNotFoundError, blobs.Destroyed):
        fresh = file(community=community, id=id)
    if fresh.vault_key == row.vault_key:
        raise FileNotFound(id=id[:64])
    try:  # it was sealed meanwhile
        return _bytes(fresh)
    except (FileNotFoundError, blobs.Destroyed):
        raise FileNotFound(id=id[:64]) from None


def _bytes(row: Kept) -> bytes:
    if not row.vault_key:
        return store.get(row.digest)
    key = blobs.key_of(community=row.community, name=row.vault_key)
    pieces = store.get_sealed(row.vault_key)
    try:
        found = b"".join(blobs.opened(pieces, key=key, bound=bound(row)))
    except Broken as error:
        raise store.Damaged(row.pk) from error
    if sha256(found).hexdigest() != row.digest:
        raise store.Damaged(row.pk)
    return found


def bound(row: Kept) -> str:
    """Return where the bytes of a file belong: under another file's name they do not open."""
    return f"{row.community}|file|{row.pk}"


def is_there(row: Kept) -> bool:
    """Tell whether the bytes of a file lie where they should."""
    if row.vault_key:
        return store.holds_sealed(row.vault_key)
    try:
        store.path(row.digest)
    except FileNotFoundError:
        return False
    return True
