"""Every write to notices and broadcasts."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from linli.contracts.cases import CaseOverdue, CaseWaits
from linli.contracts.effects import BroadcastWanted, Effect, NoticeWanted, Severity
from linli.contracts.exchange import ExchangeCompared, MessageFailed
from linli.contracts.identity import EmergencyTaken
from linli.contracts.notices import OF_ACCOUNT, NoticePosted
from linli.contracts.openapi import WebhookPaused
from linli.contracts.places import PlaceMoved
from linli.domains.notices import logic, queries
from linli.domains.notices.models import Broadcast, Notice, Reading
from linli.domains.notices.operations import pushing
from linli.foundation import ids
from linli.foundation.causes import operations as causes
from linli.foundation.identity.queries import Actor, name_of
from linli.foundation.identity.roles import NAMES
from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words
from linli.registry.places import queries as places


def post_wanted(*, effect: NoticeWanted, now: datetime) -> None:
    """Post the notice that a scene wants; told again, nothing."""
    effect = msgspec.structs.replace(effect, text=placed(effect))
    if effect.to == logic.WORKPLACE:
        _post_work(effect, now)
        return
    _note_notice(effect, now)
    if effect.to == logic.HOUSEHOLD:
        _post_home(effect, now)
        return
    post(
        community=effect.community,
        to=effect.to,
        place=effect.place,
        text=effect.text,
        severity=effect.severity,
        source=effect.id,
        now=now,
    )


@transaction.atomic
def _post_home(effect: NoticeWanted, now: datetime) -> None:
    """Post it to each of the grown-ups who live there, and let their telephones ring, once. Where
    nobody lives nobody is told: a scene holds for corridors and shops too.
    """
    told = queries.grown_ups(community=effect.community, place=effect.place, now=now)
    kind = logic.DANGER if effect.urgent else logic.HOME
    _post_each(effect, told, kind=kind, link=logic.AT_HOME, now=now)


@transaction.atomic
def _post_work(effect: NoticeWanted, now: datetime) -> None:
    """Post it to each of those who work there, and let their telephones ring for a danger, once.
    Of what happens elsewhere nothing is said to have been wanted: most scenes hold for homes too.
    """
    told = queries.workers(community=effect.community, place=effect.place, now=now)
    if told:
        _note_notice(effect, now)
    kind = logic.WORK if effect.urgent else ""
    _post_each(effect, told, kind=kind, link=logic.AT_WORK, now=now)


def _post_each(
    effect: NoticeWanted, told: Iterable[int], *, kind: str, link: str, now: datetime
) -> None:
    """Post it to each account, and let its telephones ring for a `kind`; where it is empty none."""
    for account in told:
        new = post(
            community=effect.community,
            to=f"{OF_ACCOUNT}{account}",
            place=effect.place,
            text=effect.text,
            severity=effect.severity,
            source=effect.id,
            link=link,
            now=now,
        )
        if new and kind:
            pushing.ring_account(
                community=effect.community, account=account, kind=kind, source=effect.id, now=now
            )


def tell_overdue(*, fact: CaseOverdue) -> None:
    """Tell whom it concerns that a case is late: the supervisor, then the manager."""
    post(
        community=fact.community,
        to=logic.ESCALATES_TO[fact.level],
        place=fact.place,
        text=logic.overdue(number=fact.number, clock=fact.clock, level=fact.level),
        severity=Severity.MAJOR,
        source=fact.id,
        link=f"/cases/{fact.case}",
        now=fact.at,
    )


def tell_waiting(*, fact: CaseWaits) -> None:
    """Tell the dispatcher that a case finds nobody."""
    post(
        community=fact.community,
        to=logic.WAITING_IS_TOLD_TO,
        place=fact.place,
        text=logic.waits(number=fact.number, skill=fact.skill),
        severity=Severity.MAJOR,
        source=fact.id,
        link=f"/cases/{fact.case}",
        now=fact.at,
    )


def tell_webhook_paused(*, fact: WebhookPaused) -> None:
    """Tell the manager that a third party cannot be reached."""
    post(
        community=fact.community,
        to=logic.WEBHOOK_IS_TOLD_TO,
        place=fact.community,
        text=logic.webhook_paused(reason=fact.reason, waiting=fact.waiting),
        severity=Severity.MINOR,
        source=fact.id,
        link="/market",
        now=fact.at,
    )


@transaction.atomic
def tell_message_failed(*, fact: MessageFailed) -> None:
    """Tell the front desk that a message did not reach its department."""
    _tell_exchange(fact, logic.message_failed(refused=fact.refused, reason=fact.reason))


@transaction.atomic
def tell_exchange_compared(*, fact: ExchangeCompared) -> None:
    """Tell the front desk where the lists of a day differ; where they do not, nothing."""
    if fact.differences:
        text = logic.exchange_compared(
            day=fact.day, differences=fact.differences, mended=fact.mended
        )
        _tell_exchange(fact, text)


def _tell_exchange(fact: MessageFailed | ExchangeCompared, text: Words) -> None:
    post(
        community=fact.community,
        to=logic.EXCHANGE_IS_TOLD_TO,
        place=fact.community,
        text=text,
        severity=Severity.MINOR,
        source=fact.id,
        link="/exchange",
        now=fact.at,
    )


@transaction.atomic
def tell_emergency(*, fact: EmergencyTaken) -> None:
    """Tell those who look after rights that somebody took a role for an emergency."""
    local = fact.until.astimezone(ZoneInfo(settings.TIME_ZONE))
    text = logic.emergency(who=name_of(account=fact.by), role=NAMES[fact.role], until=local)
    for to in logic.EMERGENCY_IS_TOLD_TO:
        post(
            community=fact.community,
            to=to,
            place=fact.place or fact.community,
            text=text,
            severity=Severity.MAJOR,
            source=fact.id,
            link="/rights",
            now=fact.at,
        )


@transaction.atomic
def post(
    *, community: str, to: str, place: str, text: Words, severity: Severity, source: str,
    now: datetime, link: str = "",
) -> bool:  # fmt: skip
    """Post words for a role near a place, of one source once; tell whether it is new."""
    row, new = Notice.rows.of(community).get_or_create(
        community=community,
        source=source,
        to=to,
        defaults={
            "place": place,
            "text_zh": text.zh,
            "text_en": text.en,
            "severity": severity,
            "at": now,
            "link": link,
        },
    )
    if not new:
        return False
    fact = NoticePosted(
        id=ids.new(),
        at=now,
        community=community,
        cause=source,
        notice=row.pk,
        to=to,
        place=place,
        text=text,
        severity=severity,
    )
    causes.note(
        id=fact.id,
        cause=source,
        community=community,
        kind="NoticePosted",
        at=now,
        about={"zh": f"已通知：{text.zh}", "en": f"told: {text.en}", "place": place},
    )
    outbox.record(fact)
    return True


@transaction.atomic
def read(*, actor: Actor, notice: int, now: datetime) -> None:
    """Remember that the actor has read a notice; the first time stands.

    :raises NoticeNotFound: if there is none, or it is for others
    """
    row = queries.notice(actor=actor, id=notice)
    Reading.rows.of(actor.community).get_or_create(
        community=actor.community, notice=row, account_id=actor.account, defaults={"at": now}
    )


def place_moved(*, fact: PlaceMoved) -> None:
    """Put what was said at a moved place, or below it, under the new path, once."""
    outbox.once(consumer="notices.following", fact=fact.id, deal=lambda: _move(fact))


def _move(fact: PlaceMoved) -> None:
    path = Concat(Value(fact.after), Substr(F("place"), len(fact.before) + 1))
    for rows in (Notice.rows.of(fact.community), Broadcast.rows.of(fact.community)):
        rows.filter(places.below(fact.before, "place")).update(place=path)


def placed(effect: BroadcastWanted | NoticeWanted) -> Words:
    """Return the words of a scene with {place} as people call it."""
    named = places.full_names(community=effect.community, paths=[effect.place])
    zh, en = named.get(effect.place, (effect.place, effect.place))
    return Words(zh=effect.text.zh.replace("{place}", zh), en=effect.text.en.replace("{place}", en))


def _note_notice(effect: NoticeWanted, now: datetime) -> None:
    zh, en = f"场景要求通知：{effect.text.zh}", f"a scene wants a notice: {effect.text.en}"
    note_wanted(effect, now, Words(zh=zh, en=en))


def note_wanted(effect: Effect, now: datetime, about: Words) -> None:
    """Let the chain of causes know what a scene wanted."""
    causes.note(
        id=effect.id,
        cause=effect.cause,
        community=effect.community,
        kind=type(effect).__name__,
        at=now,
        about={"zh": about.zh, "en": about.en, "scene": effect.scene},
    )
