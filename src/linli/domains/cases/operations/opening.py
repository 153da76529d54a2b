"""How a case comes into being: a person reports it, a scene wants it, an alarm is made one."""

from datetime import UTC, datetime

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone

from linli.contracts.alarms import AlarmGone
from linli.contracts.cases import CaseState, Matter
from linli.contracts.effects import CaseWanted, Severity
from linli.contracts.scenes import scene_briefs
from linli.domains.cases import ports, queries
from linli.domains.cases.logic import assigning, opening
from linli.domains.cases.logic.kinds import GENERAL, CaseKind
from linli.domains.cases.models import Case
from linli.domains.cases.operations import joining, numbering, recording, timing
from linli.domains.cases.operations.dispatching import dispatch_waiting
from linli.foundation.causes import operations as causes
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.foundation.vault import sealed
from linli.kernel.event import Event
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.alarms import queries as alarms
from linli.registry.places import queries as places


class UnknownKind(Fault):
    key = "cases.unknown_kind"
    status = 422


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says is the matter. The same `key` from the same person is the same report."""

    kind: str
    place: str
    title: str = ""
    description: str = ""
    matter: Matter | None = None
    contact: str = ""
    key: str = ""


def report(*, actor: Actor, report: Report, now: datetime) -> Case:
    """Take a person's report; sent twice under one key it is one case.

    :raises UnknownKind: if the catalogue has no such kind
    :raises PlaceNotFound: if the community has no such place
    """
    try:
        with transaction.atomic():
            return queries.case_of_key(actor=actor, key=report.key) or _reported(actor, report, now)
    except IntegrityError:
        found = queries.case_of_key(actor=actor, key=report.key)
        if found is None:
            raise
        return found


def _reported(actor: Actor, report: Report, now: datetime) -> Case:
    kind = _known(report.kind)
    place = places.place(community=actor.community, path=report.place)
    title = report.title.strip()
    row = Case(
        community=actor.community,
        kind=kind.id,
        title=title or kind.name.zh,
        title_en="" if title else kind.name.en,
        description=report.description.strip(),
        matter=report.matter or kind.matter,
        severity=Severity.MINOR,
        place=place.path,
        reporter_id=actor.account,
        reporter_name=actor.name,
        key=report.key,
        group=kind.skill,
        event_code=kind.event_code,
    )
    if contact := report.contact.strip():
        row.reporter_contact = contact
        sealed.seal_all([row], community=actor.community, today=timezone.localdate(now))
    return opened(row, by=recording.by(actor), now=now)


def from_alarm(*, actor: Actor, alarm: int, kind: str, now: datetime) -> Case:
    """Make an alarm of the desk a case; if it has an open one, that is the case.

    :raises AlarmNotFound: if there is none in the actor's area
    :raises UnknownKind: if the catalogue has no such kind
    """
    row = alarms.alarm(community=actor.community, id=alarm, seen=actor.places)
    try:
        with transaction.atomic():
            found = queries.open_case_of_alarm(community=actor.community, alarm=alarm)
            if found is not None:
                return found
            return opened(
                _of_alarm(
                    community=actor.community,
                    kind=_known(kind or GENERAL),
                    place=row.place,
                    device=row.device,
                    severity=Severity(row.severity),
                    because=msgspec.convert(row.because, opening.Because | None),
                    alarm=alarm,
                    scene=row.scene,
                    cause=row.effect,
                    reporter=actor,
                ),
                by=recording.by(actor),
                now=now,
            )
    except IntegrityError:
        found = queries.open_case_of_alarm(community=actor.community, alarm=alarm)
        if found is None:
            raise
        return found


def want(*, effect: CaseWanted, now: datetime) -> Case:
    """Open the case that a scene wants: one for each effect, one open for each alarm.

    An emergency is filed and dispatched at once, each as an act of its own. An unknown kind becomes
    `general`, and says so. Told again, nothing is done. The clocks count from when the scene wanted
    it; it goes to who is on duty now, which is later when a worker catches up.
    """
    try:
        with transaction.atomic():
            return _want(effect, now)
    except IntegrityError:
        with transaction.atomic():  # somebody was quicker: this time his case is found
            return _want(effect, now)


def _want(effect: CaseWanted, now: datetime) -> Case:
    done = queries.case_of_effect(community=effect.community, effect=effect.id)
    if done is not None:
        return done
    _note_effect(effect)
    alarm = alarms.by_effect(community=effect.community, effect=effect.alarm or "")
    if alarm is not None:
        standing = queries.open_case_of_alarm(community=effect.community, alarm=alarm, lock=True)
        if standing is not None:
            return _again(standing, effect)
    same = _same(effect, alarm)
    if same is not None:
        return same
    at = datetime.fromtimestamp(effect.at, UTC)
    row = _wanted(effect, alarm, at)
    if effect.severity in assigning.EMERGENCIES:
        file(row, at)
        dispatch_waiting(community=effect.community, now=max(now, at))
        row = queries.case_by_id(community=effect.community, id=row.pk)
    return row


def _same(effect: CaseWanted, alarm: int | None) -> Case | None:
    """Return the case of what another domain told of just before; the alarm is its alarm too."""
    kind = ports.case_kinds().get(effect.kind)
    if kind is None:
        return None
    row = joining.join(
        kind=kind, device=effect.device or "", fact=_fact(effect), note=_said(effect), by_scene=True
    )
    if row is not None and row.alarm_id is None:
        row.alarm_id = alarm
        row.save(update_fields=["alarm"])
    return row


def _wanted(effect: CaseWanted, alarm: int | None, now: datetime) -> Case:
    kinds = ports.case_kinds()
    kind = kinds.get(effect.kind)
    row = _of_alarm(
        community=effect.community,
        kind=kind or kinds[GENERAL],
        place=effect.place,
        device=effect.device or "",
        severity=effect.severity,
        because=effect.because,
        alarm=alarm,
        scene=effect.scene,
        cause=effect.id,
    )
    row.effect = effect.id
    row.group = opening.skill(effect.to) or row.group
    row.respond_within_s = effect.within_s
    note = Words(zh="", en="")
    if kind is None:
        note = Words(
            zh=f"场景要的案件类型“{effect.kind}”不在目录里，按一般案件受理",
            en=f"the scene wanted a kind of case that is not in the catalogue: {effect.kind}",
        )
    return opened(row, by=recording.SYSTEM, now=now, note=note)


def _of_alarm(
    *,
    community: str,
    kind: CaseKind,
    place: str,
    device: str,
    severity: Severity,
    because: opening.Because | None,
    alarm: int | None,
    scene: str,
    cause: str,
    reporter: Actor | None = None,
) -> Case:
    said = opening.because(because, queries.named(community=community, reading=because))
    brief = scene_briefs(community).get(scene)
    title = brief.name if brief else kind.name
    return Case(
        community=community,
        kind=kind.id,
        title=title.zh,
        title_en=title.en,
        description=said.zh,
        description_en=said.en,
        matter=kind.matter,
        severity=severity,
        place=place,
        device=device,
        alarm_id=alarm,
        scene=scene,
        cause=cause,
        group=kind.skill,
        event_code=kind.event_code,
        reporter_id=reporter.account if reporter else None,
        reporter_name=reporter.name if reporter else "",
    )


def opened(row: Case, *, by: recording.By, now: datetime, note: Words | None = None) -> Case:
    """Write down a new case: numbered, its clocks running, its first line of history told."""
    row.number = numbering.next_number(community=row.community, now=now)
    row.state, row.created_at = CaseState.REPORTED, now
    row.save(force_insert=True)
    timing.settle(row=row, now=now)
    recording.moved(
        row=row, step="report", before="", by=by, now=now, note=note or Words(zh="", en="")
    )
    return row


def file(row: Case, now: datetime) -> None:
    """File a case that the system reported itself, for it cannot wait."""
    row.state, row.filed_at = CaseState.FILED, now
    row.save()
    timing.settle(row=row, now=now)
    recording.moved(row=row, step="file", before=CaseState.REPORTED, by=recording.SYSTEM, now=now)


def _again(row: Case, effect: CaseWanted) -> Case:
    """The trouble came back while its case is open: history says so, once for each effect."""
    outbox.once(
        consumer="cases.again",
        fact=effect.id,
        deal=lambda: recording.remarked(
            row=row, step="again", fact=_fact(effect), note=_said(effect)
        ),
    )
    return row


def _fact(effect: CaseWanted) -> Event:
    at = datetime.fromtimestamp(effect.at, UTC)
    return Event(id=effect.id, at=at, community=effect.community, cause=effect.cause)


def _said(effect: CaseWanted) -> Words:
    named = queries.named(community=effect.community, reading=effect.because)
    return opening.because(effect.because, named)


@transaction.atomic
def trouble_gone(*, fact: AlarmGone) -> None:
    """Write into the open case of an alarm that the trouble cleared by itself, once."""
    row = queries.open_case_of_alarm(community=fact.community, alarm=fact.alarm, lock=True)
    if row is None:
        return
    at = timing.local(fact.at)
    note = Words(zh=f"险情已于 {at} 自行解除", en=f"the trouble cleared by itself at {at}")
    outbox.once(
        consumer="cases.trouble_gone",
        fact=fact.id,
        deal=lambda: recording.remarked(row=row, step="cleared", fact=fact, note=note),
    )


def _note_effect(effect: CaseWanted) -> None:
    kind = ports.case_kinds().get(effect.kind)
    zh, en = (kind.name.zh, kind.name.en) if kind else (effect.kind, effect.kind)
    causes.note(
        id=effect.id,
        cause=effect.cause,
        community=effect.community,
        kind="CaseWanted",
        at=datetime.fromtimestamp(effect.at, UTC),
        about={
            "zh": f"场景要求立案：{zh}",
            "en": f"a scene wants a case: {en}",
            "scene": effect.scene,
            "place": effect.place,
        },
    )


def _known(kind: str) -> CaseKind:
    found = ports.case_kinds().get(kind)
    if found is None:
        raise UnknownKind(kind=kind)
    return found
