"""和睦里 is entered into the register, through the same operations that people use.

Sown twice, it is sown once: what is there already is left as it is.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from django.utils import timezone

from linli.app.demo import (
    charging,
    chosen,
    consents,
    credentials,
    doorways,
    entries,
    garage,
    neighbours,
    outsiders,
    purse,
    residents,
    rounds,
)
from linli.app.demo.devices import TRY
from linli.app.demo.places import COMMUNITY
from linli.app.demo.plan import SEED, Plan, plan
from linli.app.demo.staff import Worker
from linli.app.demo.wires import WIRED, Known
from linli.foundation import durable
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries
from linli.registry.people import operations as people
from linli.registry.people.entries import Entry, StaffEntry
from linli.registry.people.models import Person, Staff
from linli.registry.places import operations as places
from linli.registry.places import queries as place_queries


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """An account to try the platform with, in a `community`. `name` tells who and what he is."""

    username: str
    password: str
    name: str
    role: str
    community: str = COMMUNITY


class DemoInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody needs to use the demo. In the example's lines `$MQTT_HOST`, `$MQTT_PORT` and
    `$URL` stand for where the platform listens.
    """

    community: str
    sign_ins: Sequence[SignIn]
    example: Sequence[str]
    device: SignIn


def seed(*, home: Path, key: str, now: datetime, number: int = SEED) -> DemoInfo:
    """Enter the demo community; write to `home` how to sign in, and who speaks field protocols.

    :param key: the installation's own secret; passwords and devices' secrets follow from it
    """
    sown = plan(number)
    _places(sown, now)
    _people(sown, key, now)
    consents.seed(community=sown.community, homes=sown.homes, now=now)
    residents.seed(community=sown.community, homes=sown.homes, key=key, now=now)
    _devices(sown, key, now)
    doorways.seed(community=sown.community, homes=sown.homes, now=now)
    rounds.seed(community=sown.community, now=now)
    purse.seed(home=home, community=sown.community, key=key, now=now)
    charging.seed(community=sown.community, now=now)
    neighbours.seed(home=sown.community, key=key, now=now)  # a garage is offered to those next door
    garage.seed(community=sown.community, homes=sown.homes, now=now)
    outsiders.seed(home=home, community=sown.community, key=key, now=now)
    info = _info(sown, key)
    _write(home / "demo.json", info)
    _write(home / WIRED, _known(sown))
    return info


def _known(sown: Plan) -> Known:
    """Return which devices the register reaches as the plan does: one that was sown before there
    were field protocols still speaks MQTT, and the simulator must know it.
    """
    wires = {thing.code: thing.wire for thing in sown.things if thing.wire}
    former = [thing.code for thing in sown.former]
    there = device_queries.by_code(community=sown.community, codes=[*wires, *former])
    return Known(
        field=[
            code
            for code, wire in wires.items()
            if code in there and (there[code].driver, there[code].address) == wire[1:3]
        ],
        former=[code for code in former if code in there],
    )


def _places(sown: Plan, now: datetime) -> None:
    paths = [place.path for place in sown.places]
    there = place_queries.by_path(community=sown.community, paths=paths)
    missing = [place for place in sown.places if place.path not in there]
    if missing:
        places.add_many(community=sown.community, places=missing, now=now)


def _devices(sown: Plan, key: str, now: datetime) -> None:
    codes = [thing.code for thing in sown.things]
    there = device_queries.by_code(community=sown.community, codes=codes)
    missing = [thing for thing in sown.things if thing.code not in there]
    if missing:
        made = entries.devices(missing, key=key)
        devices.register_many(community=sown.community, devices=made, now=now)


def _people(sown: Plan, key: str, now: datetime) -> None:
    if Person.rows.of(sown.community).exists():
        _late_accounts(sown, key, now)
        return
    made: list[Entry] = [
        *entries.people(sown.homes),
        *entries.households(sown.homes),
        *entries.memberships(sown.homes),
        *entries.groups(sown.homes),
        *entries.vehicles(sown.homes),
        *entries.organisations(sown.firms),
        *entries.staff(sown.workers, _accounts(sown, key, now)),
        *entries.equipment(sown.machines),
    ]
    people.put_many(community=sown.community, entries=made, today=timezone.localdate(now))


def _late_accounts(sown: Plan, key: str, now: datetime) -> None:
    """Open accounts of staff that had none when the community was sown."""
    there = set(Account.objects.values_list("username", flat=True))
    late = {one.code for one in sown.workers if one.account and _username(one) not in there}
    late &= set(Staff.rows.of(sown.community).values_list("code", flat=True))
    if late:
        made = [
            StaffEntry(code=code, account=number)
            for code, number in _accounts(sown, key, now).items()
            if code in late
        ]
        people.put_many(community=sown.community, entries=made, today=timezone.localdate(now))


def _username(worker: Worker) -> str:
    post, _, number = worker.code.rpartition("-")
    return post if number == "01" else f"{post}-{int(number)}"


def _accounts(sown: Plan, key: str, now: datetime) -> dict[str, int]:
    """Open the accounts that there are not; return their numbers by the code of the worker."""
    numbers = {}
    for worker in sown.workers:
        if worker.account:
            username = _username(worker)
            numbers[worker.code] = _account(username, worker, sown.community, key, now)
    return numbers


def _account(username: str, worker: Worker, community: str, key: str, now: datetime) -> int:
    there = Account.objects.filter(username=username).first()
    if there is not None:
        return int(there.pk)
    password = credentials.password(key=key, username=username)
    opened = identity.open_account(username=username, name=worker.name, password=password)
    identity.grant(account=opened.account, role=worker.role, community=community, now=now)
    return opened.account


def _info(sown: Plan, key: str) -> DemoInfo:
    secret = credentials.device_secret(key=key, code=TRY)
    username = f"{sown.community}/{TRY}"
    topic = f"v1/{sown.community}/{TRY}/readings"
    return DemoInfo(
        community=sown.community,
        sign_ins=[
            SignIn(
                username=_username(worker),
                password=credentials.password(key=key, username=_username(worker)),
                name=f"{worker.name} {worker.zh}",
                role=worker.role,
            )
            for worker in sown.workers
            if worker.account
        ]
        + [_resident(sown, key), *_outsiders(key), *_neighbours(key)],
        device=SignIn(username=username, password=secret, name=TRY, role="device"),
        example=[
            f"mosquitto_pub -h $MQTT_HOST -p $MQTT_PORT -q 1 -i {TRY} -u {username} -P {secret}"
            f" -t {topic} -m '{{\"co_mg_m3\": 66}}'",
            f"curl -H 'Authorization: Bearer {secret}' -H 'Content-Type: application/json'"
            f" -d '{{\"co_mg_m3\": 66}}' $URL/push/v1/{sown.community}/{TRY}/readings",
            "./linli demo incident garage-co",
        ],
    )


def _resident(sown: Plan, key: str) -> SignIn:
    return SignIn(
        username=residents.USERNAME,
        password=credentials.password(key=key, username=residents.USERNAME),
        name=f"{chosen.resident(sown.homes).name} 居民",
        role=residents.ROLE,
    )


def _outsiders(key: str) -> list[SignIn]:
    return [
        SignIn(
            username=one.username,
            password=credentials.password(key=key, username=one.username),
            name=f"{one.name} {one.zh}",
            role=one.role,
        )
        for one in outsiders.OUTSIDERS
    ]


def _neighbours(key: str) -> list[SignIn]:
    return [
        SignIn(
            username=one.username,
            password=credentials.password(key=key, username=one.username),
            name=f"{one.name} {one.zh}",
            role=one.role,
            community=neighbours.COMMUNITY,
        )
        for one in neighbours.NEIGHBOURS
    ]


def _write(file: Path, info: DemoInfo | Known) -> None:
    text = json.dumps(msgspec.to_builtins(info), ensure_ascii=False, indent=1)
    durable.put(file=file, parts=[text.encode()])
