"""Every write to what is kept apart; and its opening, which is remembered.

Two databases have no common commit. What is kept is committed here before the row that names it,
and destroyed here after that row is gone: a crash between the two leaves what nobody names, never a
row that names nothing. `sweep` destroys what nobody names.
"""

import logging
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, InterfaceError, transaction
from django.utils import timezone

from linli.contracts.apart import named
from linli.foundation.apart import queries
from linli.foundation.apart.models import Kept
from linli.foundation.audit.things import Thing
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import Actor, PurposeNotGranted
from linli.foundation.vault import operations as vault
from linli.foundation.vault import queries as keys
from linli.foundation.vault import sealed
from linli.foundation.vault.queries import APART
from linli.kernel.fault import Fault

log = logging.getLogger("linli.apart")

MOST_AT_ONCE = 2_000
"""Nothing opens more at once: there are no lists of it."""
LEFT_FOR = timedelta(hours=1)
"""A row that is to name it is committed by then, or never."""
_PART = 400


class ApartAway(Fault):
    """The database of what is kept apart cannot be used for now."""

    key = "apart.away"
    status = 503


class TooMany(Fault):
    """More was to be opened at once than one record has."""

    key = "apart.too_many"
    status = 422


def keep(
    *, community: str, subject: str, what: str, value: str, purpose: str, now: datetime
) -> str:
    """Keep a value under the key of `subject`; return the token for the row that is to name it,
    which is committed afterwards.

    :raises sealed.Erased: if that key was destroyed
    :raises MasterKeyGone: if the master key of what is kept apart is not there
    """
    tokens = keep_all(
        community=community, what=what, values={subject: value}, purpose=purpose, now=now
    )
    return tokens[subject]


def keep_all(
    *, community: str, what: str, values: Mapping[str, str], purpose: str, now: datetime
) -> dict[str, str]:
    """Keep a value under the key of each subject, all or none; return their tokens by subject.

    :raises sealed.Erased, MasterKeyGone: as `keep`
    """
    with transaction.atomic(using=APART):
        rows = [
            Kept(
                community=community, token=secrets.token_hex(16), subject=subject, what=what,
                purpose=purpose, kept_at=now,
            )
            for subject in values
        ]  # fmt: skip
        for row in rows:
            key = _key_of(community, row.subject, purpose, now)
            bound = queries.bound(row)
            row.sealed = sealed.sealed_text(key=key, value=values[row.subject], bound=bound)
        Kept.rows.bulk_create(rows, batch_size=_PART)
    return {row.subject: row.token for row in rows}


def _key_of(community: str, subject: str, purpose: str, now: datetime) -> bytes:
    """Return somebody's key; made the first time, once where two come at once."""
    found = _there(community, subject, purpose)
    if found is not None:
        return found
    if any(gone.subject == subject for gone in keys.master().destroyed()):
        raise sealed.Erased
    try:
        with transaction.atomic(using=APART):
            return vault.grow(
                community=community, use=purpose, subjects=[subject],
                today=timezone.localdate(now), store=APART,
            )[subject]  # fmt: skip
    except IntegrityError:
        found = _there(community, subject, purpose)
    if found is None:
        raise sealed.Erased
    return found


def _there(community: str, subject: str, purpose: str) -> bytes | None:
    """Return somebody's key, if he has one."""
    found = keys.data_keys(community=community, use=purpose, subjects=[subject], store=APART)
    return found.get(subject)


def open_for(
    *,
    actor: Actor,
    permission: str,
    tokens: Sequence[str],
    about: Collection[str],
    purpose: str,
    thing: Thing,
    now: datetime,
) -> Mapping[str, str]:
    """Return what tokens open to; one that was destroyed is not there. Who opens them is remembered
    before he has the answer, once for each whom they are about.

    :param about: as the trail names them: `person:12`, `incident:3`
    :param thing: what each of those reads that was looked at
    :raises PurposeNotGranted: if the actor's rights do not reach to the purpose, everywhere
    :raises TooMany: if they are more than one record has
    """
    if actor.opening(permission, purpose).places:
        raise PurposeNotGranted(purpose=purpose, community=actor.community)
    return open_seen(
        actor=actor, tokens=tokens, about=about, purpose=purpose, use=purpose, thing=thing, now=now
    )


def open_seen(
    *,
    actor: Actor,
    tokens: Sequence[str],
    about: Collection[str],
    purpose: str,
    use: str,
    thing: Thing,
    now: datetime,
) -> Mapping[str, str]:
    """Return as `open_for`, also at a place: for whoever found whom they are about among those whom
    an actor sees for a purpose.

    :param actor: as `Actor.opening` returned it for that purpose
    :param use: what they are kept for
    :raises TooMany: as `open_for`
    :raises ApartAway: if they cannot be read now; who asked is remembered all the same
    """
    if len(tokens) > MOST_AT_ONCE:
        raise TooMany(most=MOST_AT_ONCE)
    for one in dict.fromkeys(about):
        identity.look(
            community=actor.community, account=actor.account, subject=one, purpose=purpose,
            thing=thing, now=now,
        )  # fmt: skip
    try:
        return queries.opened(community=actor.community, tokens=tokens, purpose=use)
    except (DatabaseError, InterfaceError) as error:
        raise ApartAway from error


def open_own(*, community: str, tokens: Sequence[str], purpose: str) -> Mapping[str, str]:
    """Return what tokens open to, for whom they are about: on his own page nobody looks at him.

    :raises TooMany: as `open_for`
    """
    return open_to_compare(community=community, tokens=tokens, purpose=purpose)


def open_to_compare(*, community: str, tokens: Sequence[str], purpose: str) -> Mapping[str, str]:
    """Return what tokens open to, to compare it with what is entered or asked for: nobody is shown
    it, and nobody looks.

    :raises TooMany: as `open_for`
    """
    if len(tokens) > MOST_AT_ONCE:
        raise TooMany(most=MOST_AT_ONCE)
    return queries.opened(community=community, tokens=tokens, purpose=purpose)


def drop(*, community: str, subject: str, account: int, words: str, now: datetime) -> None:
    """Destroy all that is kept under somebody's key, and the key, with proof: as soon as what is
    being decided is committed. Where that fails then, it stands in the log, and the sweep does it.
    """

    def once_committed() -> None:
        _drop(community=community, subject=subject, account=account, words=words, now=now)

    transaction.on_commit(once_committed, robust=True)


def _drop(*, community: str, subject: str, account: int, words: str, now: datetime) -> None:
    with transaction.atomic(), transaction.atomic(using=APART):
        vault.destroy(
            community=community, subject=subject, account=account, words=words, now=now,
            store=APART,
        )  # fmt: skip
        vault.overwrite_freed(store=APART)
        Kept.rows.of(community).filter(subject=subject).delete()


def discard(*, community: str, tokens: Sequence[str]) -> None:
    """Delete what tokens open to; SQLite overwrites what it frees."""
    vault.overwrite_freed(store=APART)
    Kept.rows.of(community).filter(token__in=tokens).delete()


def sweep(*, community: str, now: datetime) -> int:
    """Destroy what has been kept for an hour and no row names; return how much that was.

    :raises Unanswered: if whoever keeps tokens cannot say which; nothing is destroyed then
    """
    many, after = 0, 0
    while rows := queries.kept_before(
        community=community, before=now - LEFT_FOR, after=after, limit=_PART
    ):
        after = rows[-1].pk
        many += _sweep(community, rows, now)
    return many


def _sweep(community: str, rows: Sequence[Kept], now: datetime) -> int:
    """Destroy of a part what no row names, and the keys of those whom none names either."""
    asked = {name for row in rows for name in (row.token, row.subject)}
    borne = set(named(community, sorted(asked)))
    lost = [row for row in rows if row.token not in borne]
    if lost:
        log.warning("%s: %s kept apart no row names: they are destroyed", community, len(lost))
        discard(community=community, tokens=[row.token for row in lost])
    for subject in sorted({row.subject for row in lost} - borne):
        _drop(
            community=community, subject=subject, account=0,
            words="No row named what it sealed.", now=now,
        )  # fmt: skip
    return len(lost)
