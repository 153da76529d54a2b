"""Telephones that ring when no page is open (Web Push): who lets which device be rung, what it is
told, and what its push service says.
"""

import logging
import secrets
from collections.abc import Collection
from datetime import datetime, time
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from linli.contracts.identity import Ended
from linli.domains.notices import logic, queries
from linli.domains.notices.models import Hearer, Ringing
from linli.foundation import targets, webpush
from linli.foundation.consent import operations as consent
from linli.foundation.consent.queries import NotInTheRegister
from linli.foundation.identity.queries import Actor, employed
from linli.foundation.outbox import operations as outbox
from linli.foundation.sending import Letter, Reply
from linli.foundation.vault import kept
from linli.foundation.webpush import Browser
from linli.kernel.event import Event
from linli.kernel.fault import Fault

log = logging.getLogger("linli.notices")

ENOUGH_BYTES = 1024
PURPOSE = "push"
VAPID = "linli.webpush.vapid"
_MOST = 10
_OWN = {
    logic.CAR: "/my/car",
    logic.DANGER: logic.AT_HOME,
    logic.HOME: logic.AT_HOME,
    logic.REFUND: "/my/wallet",
    logic.WORK: logic.AT_WORK,
}
_AT_DESK, _AT_GATE = "/{community}/sos/{id}", "/{community}/gate"


class PushOff(Fault):
    """This installation calls no push service."""

    key = "notices.push_off"


class NotAgreed(Fault):
    """Nobody is rung who did not say that he wants it."""

    key = "notices.not_agreed"
    status = 422


class BadHearer(Fault):
    """What a browser said of itself cannot be so; `field` says which."""

    key = "notices.bad_hearer"
    status = 422


class TooManyHearers(Fault):
    key = "notices.too_many_hearers"


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser says of itself, in base64url, which device it is, in words, and the line of
    the session that it is signed in by.
    """

    endpoint: str
    point: str
    auth: str
    device: str = ""
    line: str = ""


def public_key() -> str:
    """Return the key by which browsers let nobody but us ring them."""
    return webpush.packed(webpush.point_of(_key()))


def _key() -> webpush.Key:
    """Return the key by which push services know us. Browsers subscribed under it, so it stays when
    the secret from which it follows is turned over.
    """
    word = kept.oldest(use=VAPID) or webpush.word_of(settings.SECRET_KEY)
    return webpush.key_of(word)


@transaction.atomic
def agree(*, actor: Actor, offered: Offered, agreed: bool, now: datetime) -> Hearer:
    """Let a device be rung; who said so before with the same browser says it again. Who stands in
    the register agrees to the purpose with it.

    :raises PushOff: where nobody is called
    :raises NotAgreed: if he did not say yes
    :raises BadHearer: if the address is none that we would call, or the keys are none
    :raises TooManyHearers: if he has as many as one may have
    """
    if not settings.PUSH:
        raise PushOff
    if not agreed:
        raise NotAgreed
    point, auth = _checked(offered)
    rows = Hearer.rows.of(actor.community)
    mark = sha256(offered.endpoint.encode()).hexdigest()
    if rows.filter(account=actor.account).exclude(mark=mark).count() >= _MOST:
        raise TooManyHearers(most=_MOST)
    rows.filter(mark=mark).exclude(account=actor.account).delete()
    row, _ = rows.update_or_create(
        mark=mark,
        defaults={
            "account_id": actor.account,
            "device": offered.device[:120],
            "endpoint": offered.endpoint,
            "point": webpush.packed(point),
            "auth": webpush.packed(auth),
            "line": offered.line,
            "agreed_at": now,
        },
    )
    _consent(actor, given=True, now=now)
    _lay(row, kind=logic.TRIAL, link="/", source=f"trial:{now.timestamp()}", now=now)
    return row


def _checked(offered: Offered) -> tuple[bytes, bytes]:
    if not targets.may_call(offered.endpoint, inside=settings.PUSH_INSIDE):
        raise BadHearer(field="endpoint")
    point, auth = webpush.unpacked(offered.point), webpush.unpacked(offered.auth)
    if not webpush.is_key(point=point, auth=auth):
        raise BadHearer(field="keys")
    return point, auth


def _consent(actor: Actor, *, given: bool, now: datetime) -> None:
    """Keep the consent of whoever stands in the register; of others the device is the proof."""
    try:
        consent.say(
            community=actor.community, account=actor.account, subject="", purpose=PURPOSE,
            given=given, now=now,
        )  # fmt: skip
    except NotInTheRegister:
        return


@transaction.atomic
def hush(*, actor: Actor, id: int, starts: time | None, ends: time | None) -> Hearer:
    """Set the hours in which a device is rung for help only; without them it always is.

    :raises queries.NoSuchHearer: if it is not his
    :raises BadHearer: if one of the two is missing
    """
    if (starts is None) is not (ends is None):
        raise BadHearer(field="hours")
    row = queries.hearer(actor=actor, id=id)
    row.quiet_from, row.quiet_to = starts, ends
    row.save(update_fields=["quiet_from", "quiet_to"])
    return row


@transaction.atomic
def withdraw(*, actor: Actor, id: int, now: datetime) -> None:
    """Let a device not be rung any more; with the last of them the consent is withdrawn.

    :raises queries.NoSuchHearer: if it is not his
    """
    queries.hearer(actor=actor, id=id).delete()
    if not Hearer.rows.of(actor.community).filter(account=actor.account).exists():
        _consent(actor, given=False, now=now)


@transaction.atomic
def stay(*, actor: Actor, id: int, line: str) -> Hearer:
    """Let a device rest on the session that it is signed in by now: it ends with that.

    :raises queries.NoSuchHearer: if it is not his
    """
    row = queries.hearer(actor=actor, id=id)
    row.line = line
    row.save(update_fields=["line"])
    return row


def ended(told: Ended) -> None:
    """Forget the devices that rest on sessions that were ended, in all communities, and what they
    were still to be told. One of which nobody knows on which it rests goes with a session that has
    no name, and with all; it stays where the one that stays has no name: it may be that one's.
    """
    rows = Hearer.rows.across("an account signs out of all communities at once")
    found = set(rows.filter(account=told.account).values_list("community", flat=True))
    for community in sorted(found):
        gone = Hearer.rows.of(community).filter(account=told.account)
        if told.line is not None:
            gone = gone.filter(line=told.line)
        if told.but is not None:
            gone = gone.exclude(line=told.but)
        gone.delete()


def forget(*, community: str, account: int) -> None:
    """Forget all devices of somebody, as he withdraws his consent or is erased."""
    Hearer.rows.of(community).filter(account=account).delete()


def ring(*, fact: Event, kind: str, id: int, told: Collection[int]) -> None:
    """Have the devices of those rung who are told of a fact, once; counted from when it happened,
    so that nobody is told when it is of no use any more.
    """
    if settings.PUSH and told:
        outbox.once(
            consumer="notices.push", fact=fact.id, deal=lambda: _ring_all(fact, kind, id, told)
        )


def ring_account(*, community: str, account: int, kind: str, source: str, now: datetime) -> None:
    """Have the devices of one account rung for the fact `source`, once: that he is told stands in
    no fact.
    """
    if settings.PUSH:
        _ring_each(community, [account], kind, 0, source, now)


def _ring_all(fact: Event, kind: str, id: int, told: Collection[int]) -> None:
    _ring_each(fact.community, told, kind, id, fact.id, fact.at)


def _ring_each(  # noqa: PLR0917 - the parts of one ringing
    community: str, told: Collection[int], kind: str, id: int, source: str, now: datetime
) -> None:
    at = timezone.localtime(now).time()
    for row in queries.hearers(community=community, accounts=told):
        if not logic.hushed(kind=kind, starts=row.quiet_from, ends=row.quiet_to, at=at):
            _lay(row, kind=kind, link=_link(row, kind, id, now), source=source, now=now)


def _link(row: Hearer, kind: str, id: int, now: datetime) -> str:
    """Return the page that is opened: his own, or that of who works here."""
    if kind in _OWN:
        return _OWN[kind]
    if kind in {logic.CHARGED, logic.UNPLUG}:
        return "/my/charging"
    if kind == logic.PASSED_ON:
        return _AT_GATE.format(community=row.community)
    if kind not in {logic.SOS, logic.SOS_MOVED}:
        return f"/my/visitors/{id}" if kind == logic.GUEST else "/my/visitors"
    if employed(account=row.account_id, now=now):
        return _AT_DESK.format(community=row.community, id=id)
    return "/my/help"


def _lay(row: Hearer, *, kind: str, link: str, source: str, now: datetime) -> None:
    Ringing.rows.of(row.community).get_or_create(
        hearer=row,
        source=source,
        defaults={
            "kind": kind,
            "link": link,
            "next_at": now,
            "until": now + logic.TOLD[kind].lasts,
        },
    )


def letters(*, most: int, busy: list[int], now: datetime) -> list[Letter]:
    """Return what is to be sent now; forget what is of no use any more."""
    if not settings.PUSH:
        return []
    late = Ringing.rows.across("what is too late is too late everywhere").filter(until__lte=now)
    for community in set(late.values_list("community", flat=True)):
        Ringing.rows.of(community).filter(until__lte=now).exclude(pk__in=busy).delete()
    return [_letter(row, now) for row in queries.ringings_due(now=now, most=most, busy=busy)]


def _letter(row: Ringing, now: datetime) -> Letter:
    """Return a message that the device alone can read. Nobody's name is in it, and no place."""
    to, told = row.hearer, logic.TOLD[row.kind]
    language = "en" if to.account.language == "en" else "zh-hans"
    said = {
        "title": told.title.in_(language),
        "body": told.text.in_(language),
        "url": row.link,
        "tag": f"{row.kind}:{row.link}",
    }
    browser = Browser(
        endpoint=to.endpoint, point=webpush.unpacked(to.point), auth=webpush.unpacked(to.auth)
    )
    return Letter(
        delivery=row.pk,
        community=row.community,
        line=row.pk,
        url=to.endpoint,
        headers={
            "authorization": webpush.authorization(
                endpoint=to.endpoint, key=_key(), contact=settings.PUSH_CONTACT, now=now
            ),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(max(1, int((row.until - now).total_seconds()))),
            "urgency": "high",
        },
        body=webpush.encrypted(
            msgspec.json.encode(said),
            to=browser,
            key=ec.generate_private_key(ec.SECP256R1()),
            salt=secrets.token_bytes(webpush.SALT_BYTES),
        ),
    )


@transaction.atomic
def sent(*, letter: Letter, reply: Reply, now: datetime) -> None:
    """Settle what was sent: told, to be told again, given up; a device that is not there any more
    is forgotten.
    """
    rows = Ringing.rows.of(letter.community).filter(pk=letter.delivery)
    row = rows.select_related("hearer").first()
    if row is None:
        return
    if logic.forgets(reply.status):
        row.hearer.delete()
        return
    row.tries += 1
    again = logic.ring_again(status=reply.status, tries=row.tries, now=now, until=row.until)
    if reply.taken or again is None:
        if not reply.taken:
            log.warning("%s: a push service answers %s; no more of it", row.community, reply.status)
        row.delete()
        return
    row.next_at = again
    row.save(update_fields=["tries", "next_at"])
