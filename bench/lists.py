"""Every list of the API over tables of 100,000 rows, those within something, narrowed ones, and
layers and entities in the shapes of others: how long an answer takes, and how many questions it
asks the database, of ten rows and of so many. On SQLite, without statistics of its tables as in
life, without network: what the door itself costs, by the clock and of processor (which others on
the same machine do not change).
"""

# ruff: noqa: E402 - the home is set before the settings are read
import gc
import os
import tempfile
import time

os.environ["LINLI_HOME"] = tempfile.mkdtemp(prefix="linli-bench-lists-")
os.environ["DJANGO_SETTINGS_MODULE"] = "linli.app.settings"
os.environ["LINLI_FACTOR_ROLES"] = "none"
for caller in ("ACCOUNT", "THIRD_PARTY", "ADDRESS"):
    os.environ[f"LINLI_CALLS_{caller}"] = "0"  # one account asks all of it

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import own
from tests.proof import nested, world
from tests.proof.calling import Caller, lists, undone
from tests.proof.growing import grow

FEW, ROWS = 10, 100_000
TARGET_MS = 200
_LEAST, _LONGEST_S = 20, 3
"""How often each is asked at least, unless that would take so long."""


def run(*, seconds, points, scenes, only=()):
    """Yield a line for each list, or of some by their names, and one for all of them."""
    for store in ("default", "apart"):
        call_command("migrate", database=store, verbosity=0, interactive=False)
    with world.wired():
        world.sow()
        somebody = own.settle(world.HERE)
        his = own.his(somebody)
        everything = _everything(Caller(), somebody, only)
        with undone():
            grow(community=world.HERE, rows=FEW, his=his)
            own.take_over(somebody, community=world.HERE, rows=FEW)
            few = {name: _asked(enter, call)[1] for name, enter, call in everything}
        began = time.perf_counter()
        grown = grow(community=world.HERE, rows=ROWS, his=his)
        own.take_over(somebody, community=world.HERE, rows=ROWS)
        made_s = round(time.perf_counter() - began)
        gc.collect()
        gc.freeze()  # as the processes do, once they have imported everything (runtime/supervisor)
        lines = []
        for name, enter, call in everything:
            lines.append(_measured(name, enter, call, few[name], seconds / 20))
            yield lines[-1]
        yield _of_all(lines) | {"rows": ROWS, "made_s": made_s, "tables": len(grown)}


def _everything(calling, somebody, only):
    """Return each list: its name, what lets somebody in who may ask for it, and what asks."""

    def whole(door):
        return lambda client: calling(client, door, full=True, community=world.HERE)

    def part(one):
        def ask(client):
            address, query = nested.address_of(one, community=world.HERE)
            with undone():
                return nested.answered(client, one, address, query)

        return ask

    def enters(name, role):
        if name in own.LISTS:
            return lambda: own.enter(somebody, name)
        return lambda: world.enter(Client(), role=role, community=world.HERE)

    found = [(_short(door.path), world.role_for(door), whole(door)) for door in lists(calling)]
    found += [(_short(nested.name_of(one)), nested.role_of(one), part(one)) for one in nested.PARTS]
    if unknown := set(only) - {name for name, _, _ in found}:
        raise SystemExit(f"there is no such list: {', '.join(sorted(unknown))}")
    wanted = set(only) or {name for name, _, _ in found}
    return [(name, enters(name, role), call) for name, role, call in found if name in wanted]


def _short(path):
    return path.removeprefix("/{community}/")


def _asked(enter, call):
    """Return an answer, and how many questions it took: once before for what is kept in mind."""
    client = enter()
    call(client)
    with CaptureQueriesContext(connection) as asked:
        answer = call(client)
    return answer, len(asked)


def _measured(name, enter, call, few, seconds):
    answer, questions = _asked(enter, call)
    client = enter()
    times, work, began = [], [], time.perf_counter()
    while (gone := time.perf_counter() - began) < seconds or (
        len(times) < _LEAST and gone < _LONGEST_S
    ):
        at, worked = time.perf_counter(), time.process_time()
        call(client)
        times.append((time.perf_counter() - at) * 1000)
        work.append((time.process_time() - worked) * 1000)
    return {
        "name": name,
        "status": answer.status_code,
        "bytes": len(answer.content),
        "queries": questions,
        "queries_of_ten_rows": few,
        "calls": len(times),
        "p50_ms": _at(times, 0.5),
        "p95_ms": _at(times, 0.95),
        "processor_p95_ms": _at(work, 0.95),
    }


def _of_all(lines):
    answered = [line for line in lines if line["status"] == 200]
    return {
        "bench": "lists",
        "lists": len(lines),
        "answered": len(answered),
        "refused": [line["name"] for line in lines if line not in answered],
        "more_questions": [
            line["name"] for line in lines if line["queries"] > line["queries_of_ten_rows"]
        ],
        "p95_ms_of_half": _at([line["p95_ms"] for line in answered], 0.5),
        "slowest_p95_ms": max(line["p95_ms"] for line in answered),
        "slowest_processor_p95_ms": max(line["processor_p95_ms"] for line in answered),
        "target_p95_ms": TARGET_MS,
        "slower": [line["name"] for line in answered if line["processor_p95_ms"] > TARGET_MS],
    }


def _at(values, share):
    """Return the value below which a share of them lies."""
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 1)
