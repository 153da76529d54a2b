"""Strangers are noted, and let in or ignored by a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from linli.contracts.devices import NewcomerAdmitted, NewcomerIgnored
from linli.contracts.effects import StrangerHeard
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.foundation.scope.writing import update_all
from linli.kernel.words import Words
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries
from linli.registry.devices.models import Device
from linli.registry.fleet import logic, queries
from linli.registry.fleet.models import Newcomer


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """As what a newcomer is let in. Without a `gateway` he is put behind the line he spoke on."""

    code: str
    model: str
    name: Words
    place: str
    gateway: str | None = None
    options: Mapping[str, Any] = {}


@transaction.atomic
def strangers_heard(*, effects: Sequence[StrangerHeard]) -> None:
    """Note who spoke; one known already, or let in meanwhile, is only heard again.

    Beyond `logic.MOST_NEWCOMERS` nobody new is noted: there is something wrong on that line.
    """
    if not effects:
        return
    community = effects[0].community
    rows = queries.known(
        community=community, keys=[(effect.line[:48], effect.address[:120]) for effect in effects]
    )
    old = {row.pk for row in rows.values()}
    room = logic.MOST_NEWCOMERS - queries.how_many(community=community)
    for effect in effects:
        key = (effect.line[:48], effect.address[:120])
        when = devices.at(effect.at)
        if key in rows:
            rows[key].last_at = max(rows[key].last_at, when)
        elif room > 0:
            rows[key], room = _first(effect, key, when), room - 1
    Newcomer.rows.bulk_create([row for row in rows.values() if row.pk is None])
    update_all([row for row in rows.values() if row.pk in old], ["last_at"])


def _first(effect: StrangerHeard, key: tuple[str, str], when: datetime) -> Newcomer:
    about = effect.about
    return Newcomer(
        community=effect.community,
        line=key[0],
        address=key[1],
        suggested_model=about.get("model", "")[:64],
        name=about.get("name", "")[:120],
        serial=about.get("serial", "")[:120],
        vendor=about.get("vendor", "")[:120],
        sample=effect.sample[:200],
        first_at=when,
        last_at=when,
    )


@transaction.atomic
def admit(
    *,
    community: str,
    id: int,
    admission: Admission,
    seen: Sequence[str] = (),
    by: int,
    now: datetime,
) -> Device:
    """Let a newcomer in as a device of the register; he speaks the protocol of his line.

    :raises logic.NewcomerNotFound: if there is none
    :raises logic.AlreadyAdmitted: if he was let in before
    :raises Fault: what `devices.register` refuses
    """  # fmt: skip
    row = queries.newcomer(community=community, id=id, seen=seen, lock=True)
    if row.state == logic.ADMITTED:
        raise logic.AlreadyAdmitted(device=row.device.code if row.device else "")
    line = device_queries.device(community=community, code=row.line)
    gateway, address = _behind(line, row.address)
    device = devices.register(
        community=community,
        device=devices.NewDevice(
            code=admission.code,
            model=admission.model,
            name=admission.name,
            place=admission.place,
            gateway=admission.gateway or gateway,
            serial=row.serial[:64],
            driver=line.driver,
            address=address if line.driver else "",
            options=admission.options,
        ),
        seen=seen,
        now=now,
    )
    row.state, row.device, row.decided_by_id, row.decided_at = logic.ADMITTED, device, by, now
    row.save()
    outbox.record(
        NewcomerAdmitted(
            id=ids.new(),
            at=now,
            community=community,
            newcomer=row.pk,
            line=row.line,
            device=device.code,
            by=by,
        )
    )
    return device


def _behind(line: Device, address: str) -> tuple[str, str]:
    """Return the gateway and own address of who spoke from behind a member: `77/1.1.40.9`."""
    above, _, own = address.partition("/")
    up = device_queries.at_address(
        community=line.community, driver=line.driver, address=above, below=line
    )
    return (up.code, own) if own and up is not None else (line.code, address)


@transaction.atomic
def ignore(
    *, community: str, id: int, seen: Sequence[str] = (), by: int, now: datetime
) -> Newcomer:
    """Do not let a newcomer in; he can be let in later all the same.

    :raises logic.NewcomerNotFound: if there is none
    :raises logic.AlreadyAdmitted: if he was let in before
    """
    row = queries.newcomer(community=community, id=id, seen=seen, lock=True)
    if row.state == logic.ADMITTED:
        raise logic.AlreadyAdmitted(device=row.device.code if row.device else "")
    if row.state == logic.IGNORED:
        return row
    row.state, row.decided_by_id, row.decided_at = logic.IGNORED, by, now
    row.save()
    outbox.record(
        NewcomerIgnored(
            id=ids.new(), at=now, community=community, newcomer=row.pk, line=row.line, by=by
        )
    )
    return row
