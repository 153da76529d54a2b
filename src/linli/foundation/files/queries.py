"""Every read of the files."""

from linli.foundation.files import store
from linli.foundation.files.models import Kept
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

    :raises FileNotFound: if it is not this community's, or its bytes are gone
    """
    row = file(community=community, id=id)
    try:
        return store.get(row.digest)
    except FileNotFoundError:
        raise FileNotFound(id=id[:64]) from None
