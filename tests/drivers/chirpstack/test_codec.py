"""ChirpStack's events, as its documentation prints them."""

import json
from base64 import b64decode
from pathlib import Path

import msgspec
import pytest

from linli.drivers.chirpstack import codec
from linli.drivers.reading import BadPayload

SAMPLES = json.loads(
    (Path(__file__).parents[2] / "samples" / "chirpstack" / "events.json").read_text("utf-8")
)


class TestDecode:
    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["kind"])
    def test_reads_the_events_of_the_documentation(self, sample):
        event = codec.decode(msgspec.json.encode(sample["body"]))

        for name, value in sample["expect"].items():
            found = event.payload.hex() if name == "data" else getattr(event, name)
            assert found == value, name

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"", "not_chirpstack"),
            (b"[]", "not_chirpstack"),
            (b"\xff", "not_chirpstack"),
            (b"[" * 100_000, "not_chirpstack"),
            (b"{}", "no_dev_eui"),
            (b'{"deviceInfo":{"devEui":"01"}}', "no_dev_eui"),
            (b'{"deviceInfo":{"devEui":"0101010101010101"},"data":"q"}', "not_base64"),
            (b'{"deviceInfo":{"devEui":"0101010101010101"},"time":"now"}', "not_a_time"),
            (b'{"deviceInfo":{"devEui":"0101010101010101"},"fCnt":"x"}', "not_chirpstack"),
        ],
    )
    def test_says_what_it_cannot_read(self, body, reason):
        with pytest.raises(BadPayload) as bad:
            codec.decode(body)

        assert bad.value.why == reason


class TestDownlink:
    def test_is_the_command_of_the_documentation(self):
        body = codec.downlink(
            id="i", eui="0101010101010101", port=10, confirmed=True, data=b"\xaa\x01"
        )

        found = json.loads(body)
        assert b64decode(found.pop("data")) == b"\xaa\x01"
        assert found == {
            "id": "i",
            "devEui": "0101010101010101",
            "confirmed": True,
            "fPort": 10,
        }
