"""Every write to the files."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from itertools import islice

from django.db import IntegrityError, transaction

from linli.foundation import ids
from linli.foundation.files import images, queries, store
from linli.foundation.files.models import FIRMWARE, Kept
from linli.foundation.vault import blobs
from linli.foundation.vault import operations as vault

_AT_ONCE = 50
_ASKED_AT_ONCE = 400


@transaction.atomic
def keep(*, community: str, kind: str, picture: images.Picture, now: datetime) -> Kept:
    """Keep a photograph of a community, which `images.cleaned` has drawn anew, sealed under a key
    of its own. The same one twice is one file. `kind` says what it is for, as `photo`.

    :raises MasterKeyGone: if the master key is not there
    """
    digest = sha256(picture.content).hexdigest()
    rows = Kept.rows.of(community).filter(kind=kind, digest=digest)
    row = rows.first() or _fresh(community, kind, digest, picture, now)
    if row is None:
        row = rows.get()
    if not queries.is_there(row):
        _seal(row, picture.content, now.date())
    return row


def _fresh(
    community: str, kind: str, digest: str, picture: images.Picture, now: datetime
) -> Kept | None:
    """Keep a photograph that is not there yet; None if another process just kept it."""
    row = Kept(
        community=community,
        id=ids.new(),
        kind=kind,
        digest=digest,
        content_type=picture.content_type,
        size_bytes=len(picture.content),
        width_px=picture.width_px,
        height_px=picture.height_px,
        kept_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _seal(row, picture.content, now.date())
    except IntegrityError:
        return None
    return row


def _seal(row: Kept, content: bytes, today: date) -> None:
    """Put the bytes of a file away under its key; the first time that is made."""
    if row.vault_key:
        key = blobs.key_of(community=row.community, name=row.vault_key)
    else:
        row.vault_key, key = blobs.begin(community=row.community, today=today)
    bound = queries.bound(row)
    store.put_sealed(row.vault_key, blobs.sealed([content], key=key, bound=bound))
    row.save(update_fields=["vault_key"])


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


@transaction.atomic
def forget(*, community: str, id: str) -> None:
    """Drop a file that nothing refers to any more, and destroy its key. Its bytes go after the
    commit; those of firmware unless the same are kept under another name.
    """
    row = Kept.rows.of(community).filter(pk=id).first()
    if row is None:
        return
    digest, name = row.digest, row.vault_key
    row.delete()
    if name:
        vault.discard(community=community, subjects=[name])
        transaction.on_commit(partial(store.drop_sealed, name))
    if not _unsealed([digest]):
        transaction.on_commit(partial(store.drop, digest))


@transaction.atomic
def erase(*, community: str, id: str, account: int, words: str, now: datetime) -> None:
    """Drop a file that nothing refers to any more because of whom it is: its key is destroyed with
    proof, so that it opens in no backup either.
    """
    row = Kept.rows.of(community).filter(pk=id).first()
    if row is not None and row.vault_key:
        vault.destroy(
            community=community, subject=row.vault_key, account=account, words=words, now=now
        )
    forget(community=community, id=id)


def _unsealed(digests: Sequence[str]) -> set[str]:
    """Return which of these lie there as they came for somebody."""
    rows = Kept.rows.across("whether the same bytes are kept under another name")
    found = rows.filter(digest__in=list(digests), vault_key="")
    return set(found.values_list("digest", flat=True))


def seal_some(*, community: str, now: datetime) -> int:
    """Seal a part of the files from before files were sealed, while they are read; return how many.
    What lies there unsealed of them goes an hour later (`tidy`).

    :raises store.Damaged: if nothing is left but what is damaged or lost
    """
    rows = Kept.rows.of(community).filter(vault_key="").exclude(kind=FIRMWARE)
    sealed, broken = 0, dict[str, Exception]()
    for pk in [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]:
        try:
            sealed += _seal_one(community, pk, now)
        except (store.Damaged, FileNotFoundError) as error:
            broken[pk] = error
        if sealed == _AT_ONCE:
            return sealed
    if broken and not sealed:
        first = min(broken)
        raise store.Damaged(f"{first}, and {len(broken) - 1} more") from broken[first]
    return sealed


@transaction.atomic
def _seal_one(community: str, pk: str, now: datetime) -> int:
    row = Kept.rows.of(community).select_for_update().filter(pk=pk, vault_key="").first()
    if row is None:
        return 0
    _seal(row, store.get(row.digest), now.date())
    store.leave_for_a_while(row.digest)
    return 1


def tidy(*, before: datetime) -> int:
    """Delete what was put away as it came before a time and lies there so for nobody any more: what
    was sealed meanwhile, and what a crash left. Return how many files.
    """
    gone = 0
    for digests in _parts(store.left_since(before.timestamp())):
        for digest in sorted(set(digests) - _unsealed(digests)):
            store.drop(digest)
            gone += 1
    return gone


def tidy_sealed(*, before: datetime) -> int:
    """Delete what was sealed before a time and is nobody's, as a crash leaves it; return how many
    files.
    """
    gone = 0
    for names in _parts(store.sealed_since(before.timestamp())):
        rows = Kept.rows.across("whether what lies there is somebody's").filter(vault_key__in=names)
        for name in sorted(set(names) - set(rows.values_list("vault_key", flat=True))):
            store.drop_sealed(name)
            gone += 1
    return gone


def _parts(names: Iterator[str]) -> Iterator[list[str]]:
    while part := list(islice(names, _ASKED_AT_ONCE)):
        yield part
