"""Every write to how well devices are."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from linli.contracts import health as contract
from linli.contracts.health import DeviceFaultCleared, DeviceFaultFound
from linli.contracts.history import PointSummary
from linli.devices import health
from linli.devices.health import Fault, Fleet, Memory, Report, memory
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.foundation.scope.writing import update_all
from linli.kernel.event import Event
from linli.kernel.words import Words
from linli.registry.devices import catalogue
from linli.registry.devices.models import Device
from linli.registry.health import logic, queries
from linli.registry.health.models import DeviceFault, Examination, Health

log = logging.getLogger("linli.health")

_TOLD = ["severity", "words_zh", "words_en", "figures", "points", "behind"]


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Who is looked at: the devices of the register by code, and the fleet that they make."""

    devices: Mapping[str, Device]
    fleet: Fleet


def examine(*, community: str, now: datetime) -> int:
    """Look at the next hour of a community that is over; return 1, or 0 if none is.

    History is asked before anything is locked. What was looked at meanwhile by another is not
    looked at twice.

    :raises Fault: if history cannot be asked, or refuses
    """
    known = queries.examination(community=community)
    span = logic.due(upto=known.upto if known else None, now=now)
    if span is None:
        return 0
    subject = _subject(community, now)
    start, end = span
    summaries = contract.summaries(community, start, end)
    learned = _learned(known)
    window = _window(community, subject.fleet, learned, summaries, span)
    report = health.examine(fleet=subject.fleet, memory=learned, window=window)
    _settle(community, subject, report, before=known.upto if known else None, now=now)
    return 1


def _learned(known: Examination | None) -> Memory:
    """Return what was learned; what cannot be read is learned anew, and said in the log."""
    if known is None:
        return memory.none()
    try:
        return memory.decode(bytes(known.memory))
    except health.BadMemory:
        log.exception("%s: what was learned of devices is lost", known.community)
        return memory.none()


def _subject(community: str, now: datetime) -> Subject:
    rows = queries.enabled(community=community)
    return Subject(
        devices=rows,
        fleet=health.enrol(
            devices=queries.facts(rows=rows, fitted=queries.fitted(community=community), now=now),
            points=queries.points(community=community),
            models=catalogue.models(),
        ),
    )


def _window(
    community: str,
    fleet: Fleet,
    learned: Memory,
    summaries: Sequence[PointSummary],
    span: tuple[float, float],
) -> health.Window:
    """Return the hour; of devices on line that sent nothing in it the newest reading is asked for,
    which is how a clock that is hours behind shows.
    """
    start, end = span
    found = health.columns(start=start, end=end, points=fleet.numbers, summaries=summaries)
    silent = health.silent_points(fleet=fleet, memory=learned, window=found)
    newest = contract.newest(community, silent) if silent else {}
    return health.with_newest(window=found, points=fleet.numbers, newest=newest)


@transaction.atomic
def _settle(
    community: str,
    subject: Subject,
    report: Report,
    *,
    before: datetime | None,
    now: datetime,
) -> None:
    """Keep what was learned and found, unless another did so meanwhile; announce what is new."""
    row = queries.examination(community=community, lock=True)
    if (row.upto if row else None) != before:
        return
    row = row or Examination(community=community)
    row.upto, row.memory = logic.at(report.memory.upto), memory.encode(report.memory)
    row.save()
    standing = {
        (one.device.code, one.kind): one for one in queries.open_faults(community=community)
    }
    found = {(one.device, str(one.kind)): one for one in report.faults}
    told: list[Event] = _clear(community, standing, found, now)
    told += _find(community, subject, standing, found, now)
    _rate(community, subject, report.faults, report.memory, now)
    outbox.record_all(told, about=_about(subject, told))


def _clear(
    community: str,
    standing: Mapping[tuple[str, str], DeviceFault],
    found: Mapping[tuple[str, str], Fault],
    now: datetime,
) -> list[Event]:
    """End the faults that are seen no more; return what to announce."""
    over = [row for key, row in standing.items() if key not in found]
    for row in over:
        row.cleared_at = now
    update_all(over, ["cleared_at"])
    return [
        DeviceFaultCleared(
            id=ids.new(),
            at=now,
            community=community,
            cause=row.fact,
            fault=row.pk,
            device=row.device.code,
            kind=row.kind,
        )
        for row in over
    ]


def _find(
    community: str,
    subject: Subject,
    standing: Mapping[tuple[str, str], DeviceFault],
    found: Mapping[tuple[str, str], Fault],
    now: datetime,
) -> list[Event]:
    """Note new faults, and what is told of old ones now; return what to announce. A fault that was
    its gateway's, and no longer is, is announced then.
    """
    told: list[Event] = []
    older = []
    for key, fault in found.items():
        row = standing.get(key)
        released = row is not None and row.behind and not fault.behind
        if row is None:
            row = _noted(community, subject.devices[fault.device], fault, now)
        else:
            _describe(row, fault)
            older.append(row)
        if released or key not in standing:
            fact = _found(row, subject, fault, now)
            told.append(fact)
            row.fact = fact.id
    update_all(older, [*_TOLD, "fact"])
    fresh = [row for row in told if isinstance(row, DeviceFaultFound)]
    _keep_facts(community, fresh)
    return told


def _keep_facts(community: str, facts: Sequence[DeviceFaultFound]) -> None:
    rows = {row.pk: row for row in queries.open_faults(community=community)}
    for fact in facts:
        rows[fact.fault].fact = fact.id
    update_all([rows[fact.fault] for fact in facts], ["fact"])


def _noted(community: str, device: Device, fault: Fault, now: datetime) -> DeviceFault:
    row = DeviceFault(
        community=community,
        device=device,
        kind=fault.kind,
        since=logic.at(fault.since),
        found_at=now,
    )
    _describe(row, fault)
    row.save(force_insert=True)
    return row


def _describe(row: DeviceFault, fault: Fault) -> None:
    row.severity = fault.severity
    row.words_zh, row.words_en = fault.words.zh[:300], fault.words.en[:300]
    row.figures, row.points = dict(fault.figures), list(fault.points)
    row.behind = fault.behind or ""


def _found(row: DeviceFault, subject: Subject, fault: Fault, now: datetime) -> DeviceFaultFound:
    device = subject.devices[fault.device]
    gateway = any(one.gateway_id == device.pk for one in subject.devices.values())
    wants = logic.case_kind(kind=fault.kind, model=device.model, gateway=gateway)
    return DeviceFaultFound(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=None,
        fault=row.pk,
        device=device.code,
        place=device.place.path,
        kind=row.kind,
        severity=fault.severity,
        case_kind="" if fault.behind else wants,
        words=Words(zh=row.words_zh, en=row.words_en),
    )


def _about(subject: Subject, told: Sequence[Event]) -> dict[str, dict[str, object]]:
    """Return what the chain of causes says of the faults that were found."""
    found = [fact for fact in told if isinstance(fact, DeviceFaultFound)]
    names = {fact.id: subject.devices[fact.device].name for fact in found}
    return {
        fact.id: {
            "device_name": {"zh": names[fact.id].zh, "en": names[fact.id].en},
            "sentence": {"zh": fact.words.zh, "en": fact.words.en},
        }
        for fact in found
    }


def _rate(
    community: str, subject: Subject, faults: Sequence[Fault], learned: Memory, now: datetime
) -> None:
    """Write down the scores that are new or have changed."""
    kinds: dict[str, list[health.Kind]] = {}
    for fault in faults:
        kinds.setdefault(fault.device, []).append(fault.kind)
    known = queries.scores(community=community)
    fresh, changed = [], []
    for one in subject.fleet.devices:
        score = health.score(kinds.get(one.code, ()))
        row = known.get(one.code)
        if row is None:
            device = subject.devices[one.code]
            fresh.append(
                Health(community=community, device=device, code=one.code, score=score, since=now)
            )
        elif row.score != score:
            row.score, row.since = score, now
            changed.append(row)
    Health.rows.bulk_create(fresh)
    update_all(changed, ["score", "since"])
