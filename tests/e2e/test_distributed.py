"""The distributed profile: the same processes on PostgreSQL and a NATS that somebody else runs."""

import pytest

from linli.adapters import nats_server
from linli.app.checks import both_databases, real_postgres
from tests.e2e.installation import Installation, wait_for
from tests.e2e.test_main_path import Device, get, trouble


@pytest.fixture(scope="module")
def linli(tmp_path_factory):
    bus = nats_server.start(home=tmp_path_factory.mktemp("nats"))
    with real_postgres() as url:
        installation = Installation(
            tmp_path_factory.mktemp("distributed"),
            "--no-simulator",
            environment={**both_databases(url), "LINLI_NATS_URL": bus.url},
        )
        try:
            yield installation.start()
        finally:
            installation.stop()
            bus.stop()


def test_a_reading_becomes_an_alarm_a_command_and_a_case(linli):
    manager = linli.signed_in("manager")
    device = Device(linli)

    device.say(co_mg_m3=66)
    alarm = wait_for(lambda: trouble(manager, device))
    case = wait_for(lambda: get(manager, f"alarms/{alarm['id']}")["case"])

    commands = get(manager, "commands", limit=50)["items"]
    device.leave()
    assert case["number"]
    assert "fan.on" in {command["service"] for command in commands}
    assert "nats" not in linli.ready["pids"]
    assert not [*linli.home.rglob("*.sqlite3")]


def arrived(linli):
    """Return a device that has its line; None while nobody listens."""
    try:
        return Device(linli)
    except OSError:
        return None


@pytest.mark.parametrize("name", ["live", "worker"])
def test_a_killed_process_goes_on_where_it_left_off(linli, name):
    manager = linli.signed_in("manager")
    before = get(manager, "alarms", state="open")["items"]

    linli.kill(name)
    device = wait_for(lambda: arrived(linli), 40)
    device.say(co_mg_m3=5)
    fresh = wait_for(
        lambda: [
            value
            for value in get(manager, "twin", device=device.sign["device"])["items"]
            if value["value"] == 5
        ],
        40,
    )

    device.leave()
    assert fresh
    assert {one["id"] for one in before} <= {
        one["id"] for one in get(manager, "alarms", state="open")["items"]
    }
