"""Many doors are locked in one order, whoever does it: keeping one, calling them, telling them of
what is new; nobody waits for another in a circle.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from linli.contracts.doors import Hours
from linli.domains.doors.logic.deciding import Mode
from linli.domains.doors.models import Door, RightsVersion
from linli.domains.doors.operations import keeping, pulling, setting
from linli.domains.doors.operations.keeping import Wish
from linli.domains.doors.operations.setting import Kept
from linli.registry.devices.models import Device
from tests.domains.doors.conftest import NOW
from tests.domains.doors.test_faces_at_once import apart, until_it_waits

pytestmark = [
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="SQLite locks no rows: one writes at a time"
    ),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def doors(doors_there):
    """Let all doors be late, those of higher numbers longer; return their codes by number."""
    RightsVersion.rows.of("hml").get_or_create()
    RightsVersion.rows.of("hml").update(version=9)
    Device.rows.of("hml").update(online=True)
    rows = list(Door.rows.of("hml").select_related("device").order_by("pk"))
    for place, row in enumerate(rows):
        row.held_version = row.told_version = 1
        row.told_at = NOW - timedelta(days=9)
        row.called_at = NOW - timedelta(days=1 + place)
        row.save()
    return {row.pk: row.device.code for row in rows}


def remind(codes):
    return pulling.remind(community="hml", now=NOW)


def nudge(codes):
    return pulling.nudge(community="hml", version=9, cause="x", now=NOW)


def back(codes):
    causes = dict.fromkeys(reversed(codes.values()), "x")
    return pulling.back(community="hml", causes=causes, now=NOW)


@pytest.mark.parametrize("call", [remind, nudge, back])
def test_a_door_is_kept_while_doors_are_called_and_one_fetches(doors, manager, call):
    def shut():
        wish = Wish(mode=Mode.SHUT, reason="x")
        return keeping.keep(actor=manager, door=doors[min(doors)], wish=wish, now=NOW)

    able = sorted(row.pk for row in pulling._called("hml"))
    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            held = Door.rows.of("hml").filter(pk=able[1])
            list(held.select_for_update(of=("self",), no_key=True))
            kept = threads.submit(apart, shut)
            until_it_waits(kept)
            called = threads.submit(apart, call, doors)
            until_both_wait([kept, called])
        results = kept.result(30), called.result(30)

    assert results == (None, len(able))


def test_free_hours_are_said_of_a_door_at_which_somebody_passes(doors, manager):
    """Whoever passes holds the door's number; then its row, which who says hours has locked."""

    def say():
        kept = Kept(free_hours=[Hours()])
        return setting.change(community="hml", code="gate-e", kept=kept, by=None, now=NOW).waits

    with ThreadPoolExecutor(1) as threads, transaction.atomic(), connection.cursor() as cursor:
        door = Door.rows.of("hml").get(device__code="gate-e")
        cursor.execute("SELECT 1 FROM doors_door WHERE id = %s FOR KEY SHARE", [door.pk])
        said = threads.submit(apart, say)
        assert said.result(30) is None


def until_both_wait(tasks):
    """Return once both tasks wait for rows that are locked, or one is over."""
    while not any(task.done() for task in tasks):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= len(tasks):
                return
