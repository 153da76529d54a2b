"""Every write to notices and broadcasts."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from linli.contracts import approvals as contract
from linli.contracts.cases import CaseOverdue, CaseWaits
from linli.contracts.effects import BroadcastWanted, Effect, NoticeWanted, Severity
from linli.contracts.exchange import ExchangeCompared, MessageFailed
from linli.contracts.identity import EmergencyTaken
from linli.contracts.notices import BroadcastSpoken, NoticePosted
from linli.contracts.openapi import WebhookPaused
from linli.contracts.places import PlaceMoved
from linli.domains.notices import logic, ports, queries
from linli.domains.notices.models import Broadcast, Notice, Reading
from linli.foundation import ids
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.models import Approval
from linli.foundation.causes import operations as causes
from linli.foundation.identity.queries import Actor, name_of
from linli.foundation.identity.roles import NAMES
from linli.foundation.outbox import operations as outbox
from linli.kernel.place import under
from linli.kernel.words import Words
from linli.registry.places import queries as places


def post_wanted(*, effect: NoticeWanted, now: datetime) -> None:
    """Post the notice that a scene wants; told again, nothing."""
    effect = msgspec.structs.replace(effect, text=_placed(effect))
    _note(effect, now, Words(zh=f"场景要求通知：{effect.text.zh}",
                             en=f"a scene wants a notice: {effect.text.en}"))  # fmt: skip
    post(
        community=effect.community,
        to=effect.to,
        place=effect.place,
        text=effect.text,
        severity=effect.severity,
        source=effect.id,
        now=now,
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
) -> None:  # fmt: skip
    """Post words for a role near a place; of one source, once."""
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
        return
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


@transaction.atomic
def read(*, actor: Actor, notice: int, now: datetime) -> None:
    """Remember that the actor has read a notice; the first time stands.

    :raises NoticeNotFound: if there is none, or it is for others
    """
    row = queries.notice(actor=actor, id=notice)
    Reading.rows.of(actor.community).get_or_create(
        community=actor.community, notice=row, account_id=actor.account, defaults={"at": now}
    )


@transaction.atomic
def speak_wanted(*, effect: BroadcastWanted, now: datetime) -> Broadcast:
    """Speak what a scene wants said, or say why not; told again, nothing. What is out of date when
    a worker catches up is not spoken.
    """
    done = queries.broadcast_of_effect(community=effect.community, effect=effect.id)
    if done is not None:
        return done
    effect = msgspec.structs.replace(effect, text=_placed(effect))
    _note(effect, now, Words(zh=f"场景要求广播：{effect.text.zh}",
                             en=f"a scene wants a broadcast: {effect.text.en}"))  # fmt: skip
    row = Broadcast(
        community=effect.community,
        place=effect.place,
        text_zh=effect.text.zh,
        text_en=effect.text.en,
        urgent=effect.urgent,
        source=effect.id,
    )
    return _speak(row, now, wanted_at=datetime.fromtimestamp(effect.at, UTC))


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """The wish to speak was carried out."""

    row: Broadcast


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """The wish to speak waits for a second person."""

    row: Approval


@transaction.atomic
def say(
    *, actor: Actor, place: str, text: Words, urgent: bool, key: str, now: datetime
) -> Spoken | Waits:
    """Speak a person's words, or, where more than one building would hear them and nothing is
    urgent, ask a second person first.

    :raises NotYourPlace, PlaceNotFound: as `speak`
    """
    heard = places.count(community=actor.community, under=place, kind="building")
    if urgent or heard <= 1 or queries.broadcast_of_key(actor=actor, key=key):
        return Spoken(
            row=speak(actor=actor, place=place, text=text, urgent=urgent, key=key, now=now)
        )
    _check_place(actor, place)
    zh, en = places.full_names(community=actor.community, paths=[place])[place]
    asked = approvals.ask(
        kind=contract.MASS_MESSAGE,
        community=actor.community,
        about=f"broadcast:{key or place}"[:200],
        words=Words(
            zh=f"向 {zh}（{heard} 栋楼）广播：{text.zh}",
            en=f"say at {en} ({heard} buildings): {text.en or text.zh}",
        ),
        request={"place": place, "zh": text.zh, "en": text.en, "key": key},
        by=actor.account,
        now=now,
    )
    return Waits(row=asked)


def carry(passed: contract.LetPass) -> None:
    """Speak the words that a second person let pass.

    :raises PlaceNotFound: if there is no such place any more
    """
    said = passed.request
    places.place(community=passed.community, path=said["place"])
    row = Broadcast(
        community=passed.community,
        place=said["place"],
        text_zh=said["zh"],
        text_en=said["en"],
        urgent=False,
        by_id=passed.by,
        key=said["key"],
    )
    _speak(row, passed.now)


def _check_place(actor: Actor, place: str) -> None:
    if actor.places and not any(under(path=place, ancestor=area) for area in actor.places):
        raise queries.NotYourPlace(place=place)
    places.place(community=actor.community, path=place)


def speak(
    *, actor: Actor, place: str, text: Words, urgent: bool, key: str, now: datetime
) -> Broadcast:
    """Speak a person's words at a place, or say why not; asked twice under one key, once.

    :raises NotYourPlace: if the place is outside the actor's area
    :raises PlaceNotFound: if the community has no such place
    """
    _check_place(actor, place)
    row = Broadcast(
        community=actor.community,
        place=place,
        text_zh=text.zh,
        text_en=text.en,
        urgent=urgent,
        by_id=actor.account,
        key=key,
    )
    try:
        with transaction.atomic():
            return queries.broadcast_of_key(actor=actor, key=key) or _speak(row, now)
    except IntegrityError:
        found = queries.broadcast_of_key(actor=actor, key=key)
        if found is None:
            raise
        return found


def _speak(row: Broadcast, now: datetime, wanted_at: datetime | None = None) -> Broadcast:
    speakers = ports.speakers(row.community, row.place)
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    row.blocked = logic.blocked(
        urgent=row.urgent, local=local, speakers=len(speakers), age=now - (wanted_at or now)
    )
    row.speakers, row.at = [] if row.blocked else speakers, now
    row.save()
    text = Words(zh=row.text_zh, en=row.text_en or row.text_zh)
    fact = BroadcastSpoken(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.source or None,
        broadcast=row.pk,
        place=row.place,
        text=text,
        urgent=row.urgent,
        speakers=tuple(row.speakers),
        blocked=row.blocked,
    )
    _record_spoken(fact)
    row.commands = [
        ports.say(
            ports.Saying(
                community=row.community,
                device=device,
                text=text,
                urgent=row.urgent,
                cause=fact.id,
                key=f"broadcast-{row.pk}-{device}",
                by=row.by_id,
                now=now,
            )
        )
        for device in row.speakers
    ]
    row.save(update_fields=["commands"])
    return row


def _record_spoken(fact: BroadcastSpoken) -> None:
    why = logic.BLOCKED.get(fact.blocked)
    about = {"zh": f"已广播：{fact.text.zh}", "en": f"spoken: {fact.text.en}"}
    if why is not None:
        about = {"zh": f"未播出：{fact.text.zh}（{why.zh}）",
                 "en": f"not spoken: {fact.text.en} ({why.en})"}  # fmt: skip
    causes.note(
        id=fact.id,
        cause=fact.cause,
        community=fact.community,
        kind="BroadcastSpoken",
        at=fact.at,
        about={**about, "place": fact.place},
    )
    outbox.record(fact)


def place_moved(*, fact: PlaceMoved) -> None:
    """Put what was said at a moved place, or below it, under the new path, once."""
    outbox.once(consumer="notices.following", fact=fact.id, deal=lambda: _move(fact))


def _move(fact: PlaceMoved) -> None:
    path = Concat(Value(fact.after), Substr(F("place"), len(fact.before) + 1))
    for rows in (Notice.rows.of(fact.community), Broadcast.rows.of(fact.community)):
        rows.filter(places.below(fact.before, "place")).update(place=path)


def _placed(effect: BroadcastWanted | NoticeWanted) -> Words:
    """Return the words of a scene with {place} as people call it."""
    named = places.full_names(community=effect.community, paths=[effect.place])
    zh, en = named.get(effect.place, (effect.place, effect.place))
    return Words(zh=effect.text.zh.replace("{place}", zh), en=effect.text.en.replace("{place}", en))


def _note(effect: Effect, now: datetime, about: Words) -> None:
    causes.note(
        id=effect.id,
        cause=effect.cause,
        community=effect.community,
        kind=type(effect).__name__,
        at=now,
        about={"zh": about.zh, "en": about.en, "scene": effect.scene},
    )
