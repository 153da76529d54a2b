"""What a message says is sealed; it goes with who is erased, and with its time."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from linli.domains.exchange import queries
from linli.domains.exchange.models import Message, MessageState, Way
from linli.foundation.audit.things import Thing
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import Actor, PurposeNotGranted
from linli.foundation.vault import operations as vault
from linli.foundation.vault import sealed

_READS = "exchange.read"
GONE = "erased"
"""Why nothing more comes of a message that had not gone when its person was erased."""


def seal(*, row: Message, body: str, now: datetime) -> None:
    """Write what a message says, sealed; the row is not saved. Of each month, and of each person in
    it, the first message makes a key.
    """
    row.vault_key = queries.key_in_use(community=row.community, subject=row.subject, now=now)
    row.body = body
    sealed.seal_all([row], community=row.community, today=timezone.localdate(now))


def read(*, actor: Actor, id: int, now: datetime) -> Message:
    """Return a message, opened, and remember who read it: whoever it is about sees that.

    :raises queries.MessageNotFound: if there is none of this number
    :raises PurposeNotGranted: if the actor's rights do not reach to reports, everywhere
    """
    if actor.opening(_READS, queries.PURPOSE).places:
        raise PurposeNotGranted(purpose=queries.PURPOSE, community=actor.community)
    row = queries.message(community=actor.community, id=id)
    queries.opened([row])
    identity.look(
        community=row.community,
        account=actor.account,
        subject=row.subject or f"message:{row.pk}",
        purpose=queries.PURPOSE,
        thing=Thing.MESSAGE,
        now=now,
    )
    return row


@transaction.atomic
def forget(*, community: str, subject: str, account: int, now: datetime) -> int:
    """Empty the messages about somebody who is erased, and destroy their keys: what comes back
    with a backup is noise. What had not gone yet does not go. Return how many messages.
    """
    rows = Message.rows.of(community).filter(subject=subject)
    keys = set(rows.values_list("vault_key", flat=True))
    waiting = rows.filter(state=MessageState.WAITING, way=Way.OUT)
    waiting.update(state=MessageState.FAILED, done_at=now, reason=GONE)
    many = rows.update(subject="", vault_key="", body_sealed="")
    destroy(community=community, keys=keys, account=account, words=subject, now=now)
    return many


def destroy(
    *, community: str, keys: Collection[str], account: int, words: str, now: datetime
) -> None:
    """Destroy of these keys those under which no message is any more."""
    still = queries.keys_in_use(community=community, keys=keys)
    for key in sorted(set(keys) - still - {""}):
        vault.destroy(community=community, subject=key, account=account, words=words, now=now)
