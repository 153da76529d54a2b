"""Every list of the API over tables of 100,000 rows: how long an answer takes, and how many
questions it asks the database. On SQLite, without network: what the door itself costs, by the clock
and of processor (which others on the same machine do not change).
"""

# ruff: noqa: E402 - the home is set before the settings are read
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

from tests.proof import world
from tests.proof.calling import Caller, lists
from tests.proof.growing import grow

ROWS = 100_000


def run(*, seconds, points, scenes):
    """Yield a line for each list, and one for all."""
    call_command("migrate", verbosity=0, interactive=False)
    with world.wired():
        world.sow()
        grown = grow(community=world.HERE, rows=ROWS)
        connection.cursor().execute("ANALYZE")
        calling, slowest, most = Caller(), 0.0, 0.0
        for door in lists(calling):
            line = _measured(calling, door, seconds / 10)
            slowest = max(slowest, line["p95_ms"])
            most = max(most, line["processor_p95_ms"])
            yield line
        yield {
            "name": "lists", "rows": ROWS, "tables": sorted(grown),
            "slowest_p95_ms": slowest, "slowest_processor_p95_ms": most,
        }  # fmt: skip


def _measured(calling, door, seconds):
    client = world.enter(Client(), role=world.role_for(door), community=world.HERE)
    with CaptureQueriesContext(connection) as asked:
        answer = calling(client, door, full=True, community=world.HERE)
    questions = len(asked)
    times, work, end = [], [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        began, worked = time.perf_counter(), time.process_time()
        calling(client, door, full=True, community=world.HERE)
        times.append((time.perf_counter() - began) * 1000)
        work.append((time.process_time() - worked) * 1000)
    return {
        "name": door.path,
        "status": answer.status_code,
        "bytes": len(answer.content),
        "queries": questions,
        "calls": len(times),
        "p50_ms": _at(times, 0.5),
        "p95_ms": _at(times, 0.95),
        "processor_p95_ms": _at(work, 0.95),
    }


def _at(values, share):
    """Return the value below which a share of them lies."""
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 1)
