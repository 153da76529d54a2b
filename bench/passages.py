"""Ten million passages: how long each question takes that screens ask of them, of one who sees the
whole community and of one who sees a part. The rows are made in bulk by the database itself, in
the order of time, within a time that is given, and every index that production has is made after
them; the pages are asked for again and again, each time of another door, person or day.

`LINLI_DATABASE_URL` and `LINLI_APART_DATABASE`: empty databases of PostgreSQL instead of SQLite.
`LINLI_BENCH_ROWS`: so many instead of ten million. `LINLI_BENCH_FILL_S`: so long it fills at most.
`LINLI_BENCH_TIMES`: so often each question is asked. `LINLI_BENCH_DISK`: where.
"""

# ruff: noqa: E402 - the home is set before the settings are read
import os
import tempfile
import time

HOME = tempfile.mkdtemp(prefix="linli-bench-passages-", dir=os.environ.get("LINLI_BENCH_DISK"))
os.environ["LINLI_HOME"] = HOME
os.environ["DJANGO_SETTINGS_MODULE"] = "linli.app.settings"

import django

django.setup()

import gc
import random
import shutil
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from linli.app import wiring
from linli.app.wiring import the_catalogue
from linli.contracts.outbox import wake
from linli.domains.doors import own, schemas
from linli.domains.doors.models import Door, Passage
from linli.domains.doors.operations import looking, setting
from linli.domains.doors.operations.setting import Kept
from linli.domains.doors.queries import finding, listing
from linli.domains.doors.queries.passages import Wanted
from linli.foundation.identity.queries import Actor
from linli.kernel.words import Words
from linli.registry.devices import operations as devices
from linli.registry.people.models import Person
from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace
from linli.runtime import sweeping

HERE, BUILDINGS, DOORS, GATES, PEOPLE = "bench", 10, 100, 4, 5_000
ROWS = int(os.environ.get("LINLI_BENCH_ROWS", "10000000"))
FILL_S = float(os.environ.get("LINLI_BENCH_FILL_S", "480"))
TIMES, ASKING_S = int(os.environ.get("LINLI_BENCH_TIMES", "150")), 5.0
"""Each question is asked so often, or for so long at most."""
_PART, _TELL = 100_000, 1_000_000
_NOBODY = f"door-{DOORS - 1:03d}"
"""A door that nobody has passed yet."""


def run(*, seconds, points, scenes):
    """Yield how far the rows are, each question, and the slowest of all."""
    del seconds, points, scenes
    try:
        yield from _run()
    finally:
        connection.close()
        shutil.rmtree(HOME, ignore_errors=True)


def _run():
    now = datetime.now(UTC)
    call_command("migrate", verbosity=0, interactive=False)
    wiring.wire_records()
    wake.answer_with(lambda: None)
    the_catalogue()
    gc.freeze()
    sweeping.begin()  # as the web process does
    firsts = _sow(now)
    rows = yield from _filled(firsts, now)
    slowest, over = 0.0, []
    for who, actor in _readers().items():
        for what, ask in _questions(actor, firsts[1], now, rows).items():
            line = {"who": who, **_timed(what, ask)}
            slowest = max(slowest, line["p99_ms"])
            over += [f"{who}: {what}"] if line["p99_ms"] > 200 else []
            yield line
    yield {
        "name": "passages", "database": connection.vendor, "rows": rows, "p99_ms": slowest,
        "over_200_ms": over, "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _sow(now):
    """Enter places, doors and people; return the numbers of the first door and person."""
    buildings = [f"b{n}" for n in range(BUILDINGS)]
    estate = NewPlace(kind="estate", code=HERE, parent="", name_zh="测试小区")
    below = [NewPlace(kind="building", code=b, parent=HERE, name_zh=b) for b in buildings]
    places.add_many(community=HERE, places=[estate, *below], now=now)
    made = [
        devices.NewDevice(
            code=f"door-{n:03d}",
            model="access_door",
            name=Words(zh=f"{n}", en=f"{n}"),
            place=f"{HERE}/{buildings[n % BUILDINGS]}",
        )
        for n in range(DOORS)
    ]
    devices.register_many(community=HERE, devices=made, now=now)
    for one in made:
        setting.add(community=HERE, device=one.code, kept=Kept(), by=None, now=now)
    rows = [Person(community=HERE, code=f"p{n}", name=f"住户{n}") for n in range(PEOPLE)]
    Person.rows.bulk_create(rows, batch_size=500)
    first_door = Door.rows.of(HERE).order_by("pk").values_list("pk", flat=True)[0]
    return first_door, Person.rows.of(HERE).order_by("pk").values_list("pk", flat=True)[0]


# -- rows


def _filled(firsts, now):
    """Make the rows, part by part, and yield how far it is; return how many there are."""
    began, told, begin = time.monotonic(), 0, 0
    insert = _insert(firsts, now)
    _hurry()
    with connection.schema_editor() as editor:
        for index in _INDEXES:
            editor.remove_index(Passage, index)
    while begin < ROWS and time.monotonic() - began < FILL_S:
        end = min(ROWS, begin + _PART)
        with connection.cursor() as cursor:
            cursor.execute(insert, [begin, end])
        begin = end
        if begin - told >= _TELL:
            told = begin
            yield {"what": "filling", "rows": begin, "seconds": _since(began)}
    for index in _INDEXES:
        with connection.schema_editor() as editor:
            editor.add_index(Passage, index)
        yield {"what": f"index {index.name}", "seconds": _since(began)}
    _settle()
    yield {"what": "filled", "rows": begin, "wanted": ROWS, "seconds": _since(began), **_size()}
    return begin


def _since(began):
    return round(time.monotonic() - began, 1)


def _hurry():
    """Nothing need outlast a power cut while the rows are made."""
    if connection.vendor == "sqlite":
        _pragmas("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-1500000")
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO off")


def _settle():
    """Go on as in production: with its journal and its cache, and what the planner knows there. Of
    SQLite nothing is known; PostgreSQL counts by itself.
    """
    if connection.vendor == "sqlite":
        _pragmas("journal_mode=WAL")
        connection.close()
        return
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE doors_passage")
        cursor.execute("CHECKPOINT")


def _pragmas(*said):
    with connection.cursor() as cursor:
        for one in said:
            cursor.execute(f"PRAGMA {one}").fetchall()


def _size():
    if connection.vendor == "sqlite":
        size = settings.DATABASES["default"]["NAME"].stat().st_size
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_total_relation_size('doors_passage')")
            size = cursor.fetchone()[0]
    return {"database": connection.vendor, "gigabytes": round(size / 1e9, 2)}


_INDEXES = Passage._meta.indexes  # noqa: SLF001 - Django's own way to them
_COLUMNS = (
    "community, door_id, device, ask, reader, way, person_id, guest, direction, floor, opened, "
    "reason, at, came_at, late, duress, command, fact"
)
_DICE = {"d": "(i * 7919 + i / 131) %% 1000", "w": "(i * 6007 + i / 17) %% 10000"}
"""Two dice from the number of a row: for the door, and for the way and what came of it."""
_DOOR = f"CASE WHEN d < 400 THEN d %% {GATES} ELSE {GATES} + d %% {DOORS - GATES - 1} END"
"""Four gates are passed by four of ten; the last door was passed by nobody yet."""
_WAY = (
    "CASE WHEN w < 7000 THEN 'card' WHEN w < 8500 THEN 'qr' WHEN w < 9500 THEN 'face' "
    "WHEN w < 9999 THEN 'pin' ELSE 'intercom' END"
)
_REFUSED, _GUEST = "w %% 40 = 7", "w %% 25 = 3"


def _insert(firsts, now):
    """Return the statement that makes rows from a number to before another."""
    door, person = firsts
    lite = connection.vendor == "sqlite"
    step_s, start = settings.PASSAGE_DAYS * 86_400 / ROWS, _start(now).timestamp()
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT %s UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %s), "
        if lite
        else "WITH n(i) AS (SELECT generate_series(%s::bigint, %s::bigint - 1)), "
    )
    at = (
        f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', {start!r} + i * {step_s!r}, 'unixepoch') || '000'"
        if lite
        else f"to_timestamp({start!r} + i * {step_s!r})"
    )
    no, yes = ("0", "1") if lite else ("false", "true")
    dice = ", ".join(f"{rolled} AS {name}" for name, rolled in _DICE.items())
    return (
        f"{numbers}rolled AS (SELECT i, {dice}, {at} AS at FROM n) "
        f"INSERT INTO doors_passage ({_COLUMNS}) SELECT '{HERE}', {door} + {_DOOR}, "
        f"'door-' || ({_DOOR}), 'a' || (1000000000 + i), 'in', {_WAY}, "
        f"CASE WHEN {_REFUSED} OR {_GUEST} THEN NULL "
        f"ELSE {person} + (i * 7907 + i / 5003) %% {PEOPLE} END, "
        f"CASE WHEN {_GUEST} THEN 'visit:' || (i / 100) ELSE '' END, 'in', '', "
        f"CASE WHEN {_REFUSED} THEN {no} ELSE {yes} END, "
        f"CASE WHEN {_REFUSED} THEN 'unknown' ELSE 'right' END, at, at, {no}, {no}, '', "
        "'f' || (1000000000 + i) FROM rolled"
    )


def _start(now):
    return now - timedelta(days=settings.PASSAGE_DAYS)


# -- questions


def _readers():
    """Return who asks: of the whole, of one building, and of all buildings but one."""
    whole = Actor(account=0, name="manager", community=HERE, roles=frozenset({"manager"}))
    buildings = [f"{HERE}/b{n}" for n in range(BUILDINGS)]
    one = Actor(
        account=0, name="steward", community=HERE, roles=frozenset({"manager"}),
        places=(buildings[-1],),
    )  # fmt: skip
    most = Actor(
        account=0, name="stewards", community=HERE, roles=frozenset({"manager"}),
        places=tuple(buildings[1:]),
    )  # fmt: skip
    return {"manager": whole, "of one building": one, "of nine buildings": most}


class _Die:
    """Draws whom, which door and which time a question is about."""

    def __init__(self, person, now, rows):
        self._chance, self._person, self._now, self._rows = random.Random(7), person, now, rows

    def day(self):
        span_s = settings.PASSAGE_DAYS * 86_400
        return _start(self._now) + timedelta(seconds=self._chance.random() * span_s)

    def deep(self):
        return f"{round(self.day().timestamp() * 1e6)}-{self._chance.randrange(1, self._rows)}"

    def span(self, days, **more):
        since = self.day()
        return Wanted(since=since, until=since + timedelta(days=days), **more)

    def somebody(self):
        return self._person + self._chance.randrange(PEOPLE)

    def guest(self):
        return f"visit:{self._chance.randrange(self._rows // 100)}"

    def door(self):
        return f"door-{self._chance.randrange(DOORS - 1):03d}"


def _questions(actor, person, now, rows):
    """Return what is asked, each time of something else."""
    die = _Die(person, now, rows)
    door, deep, span, somebody = die.door, die.deep, die.span, die.somebody

    def look(make):
        def ask():
            wanted = make()
            page = looking.look(actor=actor, wanted=wanted, purpose=_purpose(wanted), now=now)
            return [schemas.passage_out(row, named=page.named) for row in page.items]

        return ask

    asked = {
        "newest": Wanted,
        "500 newest": lambda: Wanted(limit=500),
        "a deep page": lambda: Wanted(cursor=deep()),
        "of a door": lambda: Wanted(door=door()),
        "of a door, deep": lambda: Wanted(door=door(), cursor=deep()),
        "of a door in a day": lambda: span(1, door=door()),
        "of a door nobody passed": lambda: Wanted(door=_NOBODY),
        "turned away": lambda: Wanted(opened=False),
        "turned away, deep": lambda: Wanted(opened=False, cursor=deep()),
        "turned away at a door": lambda: Wanted(opened=False, door=door()),
        "let in": lambda: Wanted(opened=True),
        "turned away in a week": lambda: span(7, opened=False),
        "of a day": lambda: span(1),
        "of a month": lambda: span(30),
        "of a person": lambda: Wanted(person=somebody()),
        "of a person, deep": lambda: Wanted(person=somebody(), cursor=deep()),
        "of a person in a month": lambda: span(30, person=somebody()),
        "of a person at a door": lambda: Wanted(person=somebody(), door=door()),
        "of a guest": lambda: Wanted(guest=die.guest()),
        "of a guest nobody knows": lambda: Wanted(guest="visit:x"),
        "by a way": lambda: Wanted(way="face"),
        "by a seldom way": lambda: Wanted(way="intercom"),
        "by a way nobody took": lambda: Wanted(way="voice"),
        "turned away by a seldom way": lambda: Wanted(way="intercom", opened=False),
        "by a way nobody took, at a gate": lambda: Wanted(way="voice", door="door-000"),
        "by a way nobody took, in a month": lambda: span(30, way="voice"),
    }
    found = {what: look(make) for what, make in asked.items()}
    found["the list of doors"] = lambda: _doors(actor, now)
    seen = f"door-{BUILDINGS - 1:03d}"
    found["a door's page"] = lambda: listing.detail(actor=actor, code=seen, now=now).passages
    if not actor.places:
        found["counted for a person"] = lambda: own.held(HERE, f"person:{somebody()}", 100)
    return found


def _purpose(wanted):
    return "case" if wanted.person is not None else ""


def _doors(actor, now):
    page, _ = listing.page(actor=actor, sought=finding.Sought(), after="", limit=100, now=now)
    return [schemas.line_out(one) for one in page]


def _timed(what, ask):
    took, found, end = [], 0, time.perf_counter() + ASKING_S
    while len(took) < TIMES and (time.perf_counter() < end or len(took) < 3):
        began = time.perf_counter()
        found = len(ask())
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return {
        "what": what, "asked": len(took), "found": found,
        "p50_ms": round(took[len(took) // 2], 1),
        "p99_ms": round(took[min(len(took) - 1, len(took) * 99 // 100)], 1),
        "most_ms": round(took[-1], 1),
    }  # fmt: skip
