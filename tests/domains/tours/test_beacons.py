"""What beacons say of themselves, as bytes and as text."""

from datetime import UTC, datetime, timedelta

import pytest

from linli.domains.tours import beacons

UUID = "b5b182c7-eab1-4988-aa99-b5c1517008d9"
NAMED = f"ibeacon:{UUID}:1:53092"
FLAGS = "020106"
APPLE = "1aff4c000215" + UUID.replace("-", "") + "0001" + "cf64" + "c5"
"""The advertisement of an iBeacon as a maker of gateways prints it (wiki.aprbrother.com)."""
UID = "8b0ca750095477cb3e77", "0123456789ab"
GOOGLE = "0303aafe" + "1716aafe00ee" + "".join(UID) + "0000"
AT = datetime(2026, 6, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (NAMED, NAMED),
        (f" IBEACON:{UUID.upper()}:1:53092 ", NAMED),
        (f"ibeacon:{UUID.replace('-', '')}:01:53092", NAMED),
        (f"eddystone:{UID[0].upper()}:{UID[1]}", f"eddystone:{UID[0]}:{UID[1]}"),
        (f"ibeacon:{UUID}:1:65536", None),
        (f"ibeacon:{UUID}:1", None),
        (f"ibeacon:{UUID[:-1]}:1:2", None),
        (f"eddystone:{UID[0]}:{UID[1]}0", None),
        ("LT1.gate.1.00000000000000000000", None),
        ("", None),
    ],
)
def test_a_name_is_read_as_people_write_it(said, name):
    assert beacons.read(said) == name


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (FLAGS + APPLE, NAMED),
        (GOOGLE, f"eddystone:{UID[0]}:{UID[1]}"),
        (GOOGLE[:-4].replace("1716", "1516"), f"eddystone:{UID[0]}:{UID[1]}"),  # without its RFU
        (FLAGS + APPLE[:-2], None),  # cut short
        (FLAGS + "1aff4c001005" + "00" * 21, None),  # Apple's, and no beacon
        ("0303aafe" + "0516aafe1000", None),  # another frame of Eddystone
        ("00", None),
        ("", None),
        ("ff", None),
    ],
)
def test_an_advertisement_names_its_beacon(data, name):
    assert beacons.in_air(bytes.fromhex(data)) == name


def test_whoever_was_away_for_a_minute_comes_anew():
    last = AT + timedelta(seconds=30)

    assert beacons.since(began=AT, last_at=last, at=last + timedelta(seconds=60)) == AT
    later = last + timedelta(seconds=61)
    assert beacons.since(began=AT, last_at=last, at=later) == later
