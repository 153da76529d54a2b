"""Cases of devices at fault: one for each device and fault, until it is closed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from linli.contracts.health import DeviceFaultCleared, DeviceFaultFound
from linli.domains.cases import ports, queries
from linli.domains.cases.logic import assigning
from linli.domains.cases.logic.kinds import GENERAL
from linli.domains.cases.models import Case
from linli.domains.cases.operations import opening, recording, timing
from linli.domains.cases.operations.dispatching import dispatch_waiting
from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words

REPAIR = "device.repair"
"""The kind of case that many faults want: two of them on one device are two cases."""


def key(kind: str) -> str:
    """Return under which key the case of a kind of fault is found again."""
    return f"health.{kind}"


@transaction.atomic
def fault_found(*, fact: DeviceFaultFound, now: datetime) -> Case | None:
    """Open the case that a fault of a device wants, timed from when it was found; None where it
    wants none. While its case is open, or a scene's for the same thing, that is told instead.
    """
    if not fact.case_kind:
        return None
    done = queries.case_of_effect(community=fact.community, effect=fact.id)
    if done is not None:
        return done
    standing = _standing(fact)
    if standing is not None:
        _tell(standing, fact, "again")
        return standing
    row = opening.opened(_case(fact), by=recording.SYSTEM, now=fact.at)
    if fact.severity in assigning.EMERGENCIES:
        opening.file(row, fact.at)
        dispatch_waiting(community=fact.community, now=max(now, fact.at))
        row = queries.case_by_id(community=fact.community, id=row.pk)
    return row


def _standing(fact: DeviceFaultFound) -> Case | None:
    """Return the open case of this fault; or a scene's, for the same work on the device."""
    rows = queries.open_cases_of_device(community=fact.community, device=fact.device)
    own = _of_fault(rows, fact.kind)
    if own is not None or fact.case_kind == REPAIR:
        return own
    same = (row for row in rows if row.kind == fact.case_kind and row.scene)
    return next(same, None)


def _of_fault(rows: Sequence[Case], kind: str) -> Case | None:
    return next((row for row in rows if row.key == key(kind)), None)


def _case(fact: DeviceFaultFound) -> Case:
    kinds = ports.case_kinds()
    kind = kinds.get(fact.case_kind) or kinds[GENERAL]
    return Case(
        community=fact.community,
        kind=kind.id,
        title=kind.name.zh,
        title_en=kind.name.en,
        description=fact.words.zh,
        description_en=fact.words.en,
        matter=kind.matter,
        severity=fact.severity,
        place=fact.place,
        device=fact.device,
        effect=fact.id,
        cause=fact.id,
        key=key(fact.kind),
        group=kind.skill,
        event_code=kind.event_code,
    )


def _tell(row: Case, fact: DeviceFaultFound, step: str) -> None:
    outbox.once(
        consumer="cases.fault_again",
        fact=fact.id,
        deal=lambda: recording.remarked(row=row, step=step, fact=fact, note=fact.words),
    )


@transaction.atomic
def fault_cleared(*, fact: DeviceFaultCleared) -> None:
    """Write into the open case of a fault that it is over, once."""
    rows = queries.open_cases_of_device(community=fact.community, device=fact.device)
    row = _of_fault(rows, fact.kind)
    if row is None:
        return
    at = timing.local(fact.at)
    note = Words(zh=f"故障已于 {at} 消失", en=f"the fault was gone at {at}")
    outbox.once(
        consumer="cases.fault_cleared",
        fact=fact.id,
        deal=lambda: recording.remarked(row=row, step="cleared", fact=fact, note=note),
    )
