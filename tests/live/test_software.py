"""What devices tell of their software: from the batches of INPUT to the record half."""

from types import SimpleNamespace

import numpy as np
import pytest

from linli.devices.batch import Batch
from linli.live.gate import Gate
from linli.live.software import Software
from tests.live.house import directory, models

AT = 1_767_225_600.0
FIRMWARE, CONFIG, PRESSED = 7, 8, 9


def batch(*rows, at=AT):
    """Return a batch of events: (point, extras)."""
    size = len(rows)
    return Batch(
        community="house",
        at=at,
        points=np.array([point for point, _ in rows], np.uint32),
        times=np.zeros(size),
        values=np.ones(size),
        quality=np.zeros(size, np.uint8),
        extras={row: extras for row, (_, extras) in enumerate(rows) if extras},
    )


@pytest.fixture
def software():
    points = {FIRMWARE: ("gw-1", "firmware_reported"), CONFIG: ("gw-1", "config_reported")}
    return Software(gate=SimpleNamespace(software_points=points))


class TestHear:
    def test_tells_the_version_of_an_event(self, software):
        (told,) = software.hear(
            batch((PRESSED, b'{"version":"x"}'), (FIRMWARE, b'{"version":"2.0.0"}'))
        )

        assert (told.device, told.firmware, told.configuration) == ("gw-1", "2.0.0", "")
        assert told.cause == f"r:{FIRMWARE}:{round(AT * 1000)}"

    def test_a_configurations_version_is_another(self, software):
        (told,) = software.hear(batch((CONFIG, b'{"version":"c1"}')))

        assert (told.firmware, told.configuration) == ("", "c1")

    def test_the_same_said_again_at_once_is_told_once_and_later_again(self, software):
        said = (FIRMWARE, b'{"version":"2.0.0"}')

        counts = [len(software.hear(batch(said, at=AT + s))) for s in (0, 1, 59, 60)]

        assert counts == [1, 0, 0, 1]

    def test_heard_again_after_a_restart_it_has_the_same_id(self, software):
        once = software.hear(batch((FIRMWARE, b'{"version":"2.0.0"}')))

        fresh = Software(
            gate=SimpleNamespace(software_points={FIRMWARE: ("gw-1", "firmware_reported")})
        )

        assert fresh.hear(batch((FIRMWARE, b'{"version":"2.0.0"}'))) == once

    @pytest.mark.parametrize(
        "extras",
        [b"", b"{", b"[]", b'"2.0.0"', b"{}", b'{"version":2}', b'{"version":""}',
         b'{"version":"a\\nb"}', b'{"version":"\\u0000"}', b"\xff\xfe", b'{"else":"1"}'],
    )  # fmt: skip
    def test_what_says_no_version_tells_nothing(self, software, extras):
        assert software.hear(batch((FIRMWARE, extras))) == []

    def test_a_word_without_end_is_cut(self, software):
        (told,) = software.hear(batch((FIRMWARE, b'{"version":"' + b"9" * 900 + b'"}')))

        assert len(told.firmware) == 64

    def test_the_gate_knows_which_points_tell_of_software(self):
        known = models()
        found = directory(units=1)
        first = found.points[0]
        gate = Gate(directory=found, models=known)

        assert gate.software_points == {}
        renamed = type(first)(number=first.number, device=first.device, name="booted")
        gate.learn(
            type(found)(
                community="house", version=2, places=found.places, devices=found.devices,
                points=[renamed],
            )
        )  # fmt: skip
        assert gate.software_points == {first.number: (first.device, "booted")}
