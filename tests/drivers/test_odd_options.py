"""Options and tables that would listen everywhere, reach nobody, or stop a line: not taken."""

import msgspec
import pytest

from linli.drivers import known
from linli.drivers.dlt645.map import Item


@pytest.mark.parametrize(
    ("driver", "options"),
    [
        ("coap", {"listen": "5683"}),
        ("coap", {"listen": ":5683"}),
        ("coap", {"listen": "127.0.0.1"}),
        ("coap", {"listen": "127.0.0.1:70000"}),
        ("chirpstack", {"connect": "broker"}),
        ("chirpstack", {"connect": "broker:mqtt"}),
        ("chirpstack", {"connect": "broker:1883", "application": "+"}),
        ("bacnet", {"timeout_s": 0}),
        ("bacnet", {"retries": -1}),
        ("knx", {"connect": "127.0.0.1:3671", "answer_s": 0}),
    ],
)
def test_refuses_a_line_that_is_no_place(driver, options):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(options, known.driver(driver).line)


def test_refuses_an_application_that_would_be_another_topic():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"application": "a/device/b"}, known.driver("chirpstack").member)


@pytest.mark.parametrize(
    ("driver", "options"),
    [("knx", {"poll_s": 0}), ("bacnet", {"poll_s": 0}), ("bacnet", {"lifetime_s": 0})],
)
def test_refuses_a_member_that_would_be_asked_without_a_pause(driver, options):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(options, known.driver(driver).member)


def test_refuses_what_is_read_without_a_pause():
    with pytest.raises(ValueError, match="every 0s"):
        Item(property="energy_kwh", di="00000000", every="0s")
