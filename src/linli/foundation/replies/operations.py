"""Every write to kept replies (modelled on draft-ietf-httpapi-idempotency-key-header)."""

from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from django.db import IntegrityError, transaction

from linli.foundation import sealing
from linli.foundation.replies.models import Reply
from linli.kernel.fault import Fault

KEPT_FOR = timedelta(hours=24)
LEASE = timedelta(minutes=2)
"""After so long, a request that has no answer was cut off, and may be carried out after all."""


class OtherRequest(Fault):
    """The key was used for another request."""

    key = "replies.other_request"
    status = 422


class UnderWay(Fault):
    """The same request is being carried out at this moment."""

    key = "replies.under_way"
    status = 409


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is to be carried out once: who asks, under which key of his, and what."""

    who: str
    key: str
    what: bytes

    @property
    def mark(self) -> str:
        """Return under which name it is kept."""
        return sha256(f"{self.who}\n{self.key}".encode()).hexdigest()

    @property
    def digest(self) -> str:
        """Return what tells this request from another."""
        return sha256(self.what).hexdigest()


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a request was answered."""

    status: int
    content_type: str
    body: bytes


def first(*, asked: Asked, now: datetime) -> Kept | None:
    """Return what it was answered before; None where it is to be carried out now.

    :raises OtherRequest: if the key was used for another request
    :raises UnderWay: if the same request is being carried out at this moment
    """
    try:
        with transaction.atomic():
            Reply.objects.create(mark=asked.mark, asked=asked.digest, at=now)
    except IntegrityError:
        return _again(asked, now)
    return None


def _again(asked: Asked, now: datetime) -> Kept | None:
    row = Reply.objects.filter(mark=asked.mark).first()
    if row is None:
        raise UnderWay
    if row.at <= now - KEPT_FOR:
        _take_over(row, asked, now)
        return None
    if row.asked != asked.digest:
        raise OtherRequest
    if row.status is None:
        if row.at > now - LEASE:
            raise UnderWay
        _take_over(row, asked, now)
        return None
    try:
        body = sealing.open_sealed(bytes(row.body), use=_use(asked))
    except sealing.Unreadable:
        raise OtherRequest from None
    return Kept(status=row.status, content_type=row.content_type, body=body)


def _take_over(row: Reply, asked: Asked, now: datetime) -> None:
    """Begin anew what was cut off or is long past, unless another is quicker."""
    standing = Reply.objects.filter(mark=row.mark, at=row.at, status=row.status)
    if not standing.update(at=now, asked=asked.digest, status=None, body=b""):
        raise UnderWay


def keep(*, asked: Asked, kept: Kept, begun_at: datetime) -> None:
    """Keep an answer, in the transaction of what it tells.

    :raises UnderWay: if it took so long that another has begun it anew: nothing of it may stand
    """
    done = Reply.objects.filter(mark=asked.mark, at=begun_at, status=None).update(
        status=kept.status,
        content_type=kept.content_type[:100],
        body=sealing.seal(kept.body, use=_use(asked)),
    )
    if not done:
        raise UnderWay


def release(*, asked: Asked, begun_at: datetime) -> None:
    """Let a request that changed nothing be sent again under the same key."""
    Reply.objects.filter(mark=asked.mark, at=begun_at, status=None).delete()


def wait_turn(*, at: str, now: datetime) -> None:
    """Wait until nobody else is at this address; to be called in a transaction, to its end."""
    mark = sha256(f"turn\n{at}".encode()).hexdigest()
    _, new = Reply.objects.get_or_create(mark=mark, defaults={"asked": "turn", "at": now})
    if not new:
        Reply.objects.filter(mark=mark).update(at=now)


def forget(*, before: datetime, most: int = 5_000) -> int:
    """Drop replies older than a time, so many at most; return how many."""
    old = Reply.objects.filter(at__lt=before).order_by("at")
    return Reply.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).delete()[0]


def _use(asked: Asked) -> str:
    return f"reply:{asked.who}:{asked.key}"
