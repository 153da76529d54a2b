"""Words spoken aloud: those of scenes, and those of persons, alone or let pass by a second."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction

from linli.contracts import approvals as contract
from linli.contracts.effects import BroadcastWanted, Severity
from linli.contracts.notices import BroadcastSpoken
from linli.domains.notices import logic, ports, queries
from linli.domains.notices.models import Broadcast
from linli.domains.notices.operations.posting import note_wanted, placed, post
from linli.foundation import ids
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.models import Approval
from linli.foundation.causes import operations as causes
from linli.foundation.identity.queries import Actor, name_of
from linli.foundation.outbox import operations as outbox
from linli.kernel.place import under
from linli.kernel.words import Words
from linli.registry.places import queries as places


@transaction.atomic
def speak_wanted(*, effect: BroadcastWanted, now: datetime) -> Broadcast:
    """Speak what a scene wants said, or say why not; told again, nothing. What is out of date when
    a worker catches up is not spoken.
    """
    done = queries.broadcast_of_effect(community=effect.community, effect=effect.id)
    if done is not None:
        return done
    effect = msgspec.structs.replace(effect, text=placed(effect))
    note_wanted(effect, now, Words(zh=f"场景要求广播：{effect.text.zh}",
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


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants spoken where; `alone`: many hear it, and nobody else was asked."""

    place: str
    text: Words
    urgent: bool = False
    key: str = ""
    alone: bool = False


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
    urgent, ask a second person first. What is urgent is spoken at once, for lives outrank; where
    many hear it those who could have let it pass are told, and one of them reviews it.

    :raises NotYourPlace, PlaceNotFound: as `speak`
    """
    heard = places.count(community=actor.community, under=place, kind="building")
    if urgent or heard <= 1 or queries.broadcast_of_key(actor=actor, key=key):
        wish = Wish(place=place, text=text, urgent=urgent, key=key, alone=urgent and heard > 1)
        return Spoken(row=speak(actor=actor, wish=wish, now=now))
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


def speak(*, actor: Actor, wish: Wish, now: datetime) -> Broadcast:
    """Speak a person's words at a place, or say why not; asked twice under one key, once.

    :raises NotYourPlace: if the place is outside the actor's area
    :raises PlaceNotFound: if the community has no such place
    """
    _check_place(actor, wish.place)
    row = Broadcast(
        community=actor.community,
        place=wish.place,
        text_zh=wish.text.zh,
        text_en=wish.text.en,
        urgent=wish.urgent,
        by_id=actor.account,
        key=wish.key,
        alone=wish.alone,
    )
    try:
        with transaction.atomic():
            return queries.broadcast_of_key(actor=actor, key=wish.key) or _speak(row, now)
    except IntegrityError:
        found = queries.broadcast_of_key(actor=actor, key=wish.key)
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
    if row.alone:
        tell_alone(row, roles=logic.ALONE_IS_TOLD_TO, now=now)
    return row


def tell_alone(row: Broadcast, *, roles: Sequence[str], now: datetime) -> None:
    """Tell people of these roles that somebody spoke to many alone, and that it is to be reviewed;
    said once more, another time.
    """
    text = logic.alone(who=name_of(account=row.by_id or 0), text=row.text_zh, again=row.reminded)
    for to in roles:
        post(
            community=row.community,
            to=to,
            place=row.place,
            text=text,
            severity=Severity.MAJOR,
            source=f"alone-{row.pk}-{row.reminded}",
            link="/approvals",
            now=now,
        )


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
