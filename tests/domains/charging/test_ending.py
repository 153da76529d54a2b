"""The order of reasons: whatever else holds, danger is on record."""

from datetime import UTC, datetime, timedelta

import pytest

from linli.contracts.charging import StopReason
from linli.domains.charging.logic import ending

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CALM = {"started_at": NOW - timedelta(hours=1), "heard_at": NOW, "power_w": 180.0}
SIGNS = {
    StopReason.SMOKE: {"smoke": True},
    StopReason.OVERHEAT: {"temperature_c": 65.1},
    StopReason.OVERCURRENT: {"current_a": 5.01},
    StopReason.OVERPOWER: {"power_w": 1000.5},
    StopReason.FAULT: {"fault": True},
    StopReason.SILENT: {"heard_at": NOW - timedelta(minutes=5)},
    StopReason.UNPLUGGED: {"plugged_in": False},
    StopReason.CUT: {"live": False},
    StopReason.OVERTIME: {"started_at": NOW - timedelta(hours=10)},
    StopReason.MONEY: {"left_fen": 0},
    StopReason.FULL: {"low_since": NOW - timedelta(minutes=10)},
}
ORDER = list(SIGNS)


def _reason(**signs):
    seen = ending.Seen(**{**CALM, **signs})
    return ending.reason(seen=seen, limits=ending.SOCKET, now=NOW)


@pytest.mark.parametrize(("why", "signs"), SIGNS.items())
def test_each_sign_alone_ends_it(why, signs):
    found = _reason(**signs)

    assert found is why


@pytest.mark.parametrize("at", range(len(ORDER) - 1))
def test_the_graver_of_two_is_on_record(at):
    graver = ORDER[at]

    for lesser in ORDER[at + 1 :]:
        found = _reason(**{**SIGNS[lesser], **SIGNS[graver]})

        assert found is graver


@pytest.mark.parametrize(
    "signs",
    [
        {},
        {"temperature_c": 65.0, "current_a": 5.0, "power_w": 1000.0},
        {"low_since": NOW - timedelta(minutes=9, seconds=59)},
        {"started_at": NOW - timedelta(hours=9, minutes=59)},
        {"heard_at": NOW - timedelta(minutes=4, seconds=59)},
        {"left_fen": 1},
        {"temperature_c": None, "current_a": None, "power_w": None},
    ],
)
def test_goes_on_at_the_limit(signs):
    assert _reason(**signs) is None


def test_a_power_that_rises_again_begins_the_tail_anew():
    since = ending.low_since(power_w=8.0, before=None, limits=ending.SOCKET, now=NOW)
    risen = ending.low_since(power_w=90.0, before=since, limits=ending.SOCKET, now=NOW)
    unknown = ending.low_since(power_w=None, before=since, limits=ending.SOCKET, now=NOW)

    assert (since, risen, unknown) == (NOW, None, NOW)
