"""Rush hour: at 50 doors people show a card or a PIN, at 8 lanes cameras see cars come and go,
twenty passages a second together. Every process runs as it does in earnest; each controller has its
MQTT line. What is measured is the whole way on the wire: shown at the reader, decided, on record,
the answer back at the door; at a lane whose arm is a device of its own, the command that raises it.
"""

# ruff: noqa: E402 - the home is set before the settings are read
import os
import tempfile

os.environ["LINLI_HOME"] = tempfile.mkdtemp(prefix="linli-bench-doors-")
os.environ["DJANGO_SETTINGS_MODULE"] = "linli.app.settings"

import django

django.setup()

import asyncio
import json
import random
import time
from datetime import UTC, datetime

from django.conf import settings
from django.core.management import call_command

from bench import lanes, system
from linli.app import wiring
from linli.app.demo import credentials
from linli.app.demo.line import Line
from linli.app.demo.names import card_number
from linli.contracts.doors import Way
from linli.contracts.outbox import wake
from linli.domains.doors.operations import entering, issuing, setting
from linli.domains.doors.operations.entering import Card
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.operations.setting import Kept, NewGroup, Side
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.devices import operations as devices
from linli.registry.people import operations as people
from linli.registry.people.entries import HouseholdEntry, MembershipEntry, PersonEntry
from linli.registry.people.models import Person
from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace

HERE = "bench"
DOORS, HOMES, A_SECOND = 50, 1_000, 20
PINS = 100


def run(*, seconds, points, scenes):
    """Yield the result."""
    del points, scenes
    pins = _sow()
    with system.serving() as port:
        yield asyncio.run(_rush(port, pins, seconds))


def _sow():
    """Enter the community; return PINs by who holds them."""
    call_command("migrate", verbosity=0, interactive=False)
    wiring.wire_records()
    wake.answer_with(lambda: None)
    now = datetime.now(UTC)
    places.add_many(community=HERE, places=list(_places()), now=now)
    codes = _codes()
    made = [
        devices.NewDevice(
            code=code,
            model=_model(code),
            name=Words(zh=code, en=code),
            place=f"{HERE}/b{n % DOORS:02d}",
            secret_hash=credentials.kept(key=settings.SECRET_KEY, code=code),
        )
        for n, code in enumerate(codes)
    ]
    devices.register_many(community=HERE, devices=made, now=now)
    entries = list(_people())
    people.put_many(community=HERE, entries=entries, today=now.date())
    doors = [code for code in codes if code.startswith("door")]
    for code in doors:
        setting.add(
            community=HERE, device=code, kept=Kept(readers=(Side(code="in"),)), by=None, now=now
        )
    group = NewGroup(code="gates", name_zh="大门", doors=doors[:4])
    outer = setting.put_group(community=HERE, group=group, now=now)
    entering.enter_homes(community=HERE, outer=outer, now=now)
    known = dict(Person.rows.of(HERE).values_list("code", "pk"))
    cards = [Card(person=pk, value=card_number(code)) for code, pk in known.items()]
    entering.enter_cards(community=HERE, cards=cards, now=now)
    lanes.sow(community=HERE, rooms=[_room(n) for n in range(HOMES)], now=now)
    return {
        code: issuing.issue(
            community=HERE, new=NewCredential(way=Way.PIN, person=known[code]), by=None, now=now
        ).digits
        for code in sorted(known)[:PINS]
    }


def _codes():
    return [f"door-{n:02d}" for n in range(DOORS)] + [*lanes.CAMERAS, *lanes.ARMS.values()]


def _model(code):
    return "access_door" if code.startswith("door") else "parking_barrier"


def _room(n):
    return f"{HERE}/b{n % DOORS:02d}/{n // DOORS:03d}"


def _places():
    yield NewPlace(kind="estate", code=HERE, parent="", name_zh="测试小区")
    for n in range(DOORS):
        building = f"{HERE}/b{n:02d}"
        yield NewPlace(kind="building", code=f"b{n:02d}", parent=HERE, name_zh=f"{n}号楼")
        for room in range(HOMES // DOORS):
            yield NewPlace(kind="room", code=f"{room:03d}", parent=building, name_zh=f"{room}室")


def _people():
    for n in range(HOMES):
        room = _room(n)
        yield PersonEntry(code=f"p{n:04d}", name=f"住户{n}")
        yield HouseholdEntry(room=room, occupancy="owner")
        yield MembershipEntry(room=room, person=f"p{n:04d}", relation="owner")


async def _rush(port, pins, seconds):
    """Let people and cars come for so long; return how long each waited."""
    rush = _Rush(port, pins)
    tasks = [asyncio.create_task(line.run()) for line in rush.lines.values()]
    while not all(line.up for line in rush.lines.values()):
        await asyncio.sleep(0.1)
    await rush.come(5.0)  # warm
    await asyncio.to_thread(_all_told)
    await asyncio.sleep(2)
    rush.since = time.perf_counter()
    rush.told.clear()
    count = await rush.come(max(seconds, 10.0))
    await asyncio.sleep(3)
    for task in tasks:
        task.cancel()
    return _result(count, rush)


def _all_told():
    """Wait until the worker has told what was entered before it started."""
    while Outgoing.objects.filter(sent_at=None).exists():
        time.sleep(0.5)


class _Rush:
    """Who was shown what, when, and what became of it. A passage is over when it is refused, or
    when the device that lets it pass is told so.
    """

    def __init__(self, port, pins):
        self.asked, self.told, self.since = {}, [], 0.0
        self._pins, self._traffic, self._arms = pins, lanes.Traffic(), lanes.Arms()
        self._chance = random.Random(20)
        self.lines = {code: _line(code, port, self._hear) for code in _codes()}

    async def _hear(self, topic, payload):
        now, (device, what) = time.perf_counter(), topic.split("/")[2:4]
        if what == "commands":
            answer, key = self._arms.told(device, payload)
            self.lines[device].say(f"v1/{HERE}/{device}/acks", answer)
            if key is not None:
                self._over("arm", key, now, ok=True, reason="raised")
            return
        answer = json.loads(payload)
        key, ok, reason = (device, answer["id"]), answer["ok"], answer["reason"]
        if device in lanes.ARMS and key in self.asked:
            if self.asked[key] >= self.since:
                self.told.append(("camera", now - self.asked[key], ok, reason))
            if not ok:
                self._arms.refused(device, key)
                self.asked.pop(key)
        else:
            self._over("door" if device.startswith("door") else "lane", key, now, ok, reason)

    def _over(self, kind, key, now, ok, reason):
        began = self.asked.pop(key, None)
        if began is not None and began >= self.since:
            self.told.append((kind, now - began, ok, reason))

    async def come(self, seconds):
        """Let them come; return how many they were."""
        count, begin = 0, time.perf_counter()
        due = begin
        while due < begin + seconds:
            due += self._chance.expovariate(A_SECOND)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            count += 1
            share = lanes.LANES / (DOORS + lanes.LANES)
            (self._car if self._chance.random() < share else self._somebody)()
        return count

    def _car(self):
        camera = self._chance.choice(lanes.CAMERAS)
        question = self._traffic.come(camera)
        if camera in lanes.ARMS:
            self._arms.wait(camera, (camera, question["id"]))
        self._ask(camera, question)

    def _somebody(self):
        n = self._chance.randrange(HOMES)
        shown = _shown(self._chance, n, self._pins)
        question = {"id": f"{time.time_ns()}", "ask": "door.presented", "reader": "in", **shown}
        self._ask(f"door-{n % DOORS:02d}", question)

    def _ask(self, code, question):
        self.asked[code, question["id"]] = time.perf_counter()
        self.lines[code].say(f"v1/{HERE}/{code}/asks", json.dumps(question).encode())


def _line(code, port, hear):
    return Line(
        address=("127.0.0.1", port),
        device=code,
        username=f"{HERE}/{code}",
        secret=credentials.device_secret(key=settings.SECRET_KEY, code=code),
        will=(f"v1/{HERE}/{code}/status", b"offline"),
        listen=(f"v1/{HERE}/{code}/answers", f"v1/{HERE}/{code}/commands"),
        hear=hear,
    )


def _shown(chance, n, pins):
    """Return a card; now and then a PIN, or a stranger's card."""
    die, holder = chance.random(), f"p{n:04d}"
    if die < 0.03:
        return {"way": "card", "value": f"{chance.randrange(2**32):010d}"}
    if holder in pins:
        return {"way": "pin", "value": pins[holder]}
    return {"way": "card", "value": card_number(holder)}


def _result(count, rush):
    """Return the figures of all passages, each once, and of each kind."""
    told = rush.told
    passages = [one for one in told if one[0] != "camera"]
    reasons = {}
    for _, _, _, reason in passages:
        reasons[reason] = reasons.get(reason, 0) + 1
    kinds = {kind: _waits(told, {kind}) for kind in ("door", "lane", "camera", "arm")}
    whole = _waits(passages, {"door", "lane", "arm"})
    return {
        "name": "doors", "doors": DOORS, "lanes": lanes.LANES, "a_second": A_SECOND,
        "asked": count, "answered": len(passages), "unanswered": len(rush.asked),
        "opened": sum(ok for _, _, ok, _ in passages), "reasons": reasons, **_figures(whole),
        **{f"{kind}_{name}": value for kind, waits in kinds.items()
           for name, value in {"count": len(waits), **_figures(waits)}.items()},
        "load": [round(one, 1) for one in os.getloadavg()],
    }  # fmt: skip


def _waits(told, kinds):
    return sorted(1000 * wait for kind, wait, _, _ in told if kind in kinds)


def _figures(waits):
    most = round(waits[-1], 1) if waits else None
    return {"p50_ms": _at(waits, 0.5), "p99_ms": _at(waits, 0.99), "most_ms": most}


def _at(values, share):
    return round(values[min(len(values) - 1, int(len(values) * share))], 1) if values else None
