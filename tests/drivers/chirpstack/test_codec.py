"""ChirpStack's events, as its documentation prints them."""

import json
from base64 import b64decode
from pathlib import Path

import msgspec
import pytest

from linli.drivers.chirpstack import codec
from linli.drivers.chirpstack.decoding import decode
from linli.drivers.frames import BadFrame
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


class TestBrief:
    def test_leaves_a_short_event_as_it_is_and_a_long_one_without_the_air(self):
        body = msgspec.json.encode(SAMPLES[0]["body"])
        long = msgspec.json.encode({**SAMPLES[0]["body"], "rxInfo": [{"rssi": -1}] * 200})

        assert codec.brief(b"{}") == b"{}"
        assert len(codec.brief(long)) < 1024 < len(long)
        assert codec.decode(codec.brief(long)).payload == codec.decode(body).payload


class TestDecoding:
    def test_says_what_an_event_holds(self):
        found = decode(json.dumps(SAMPLES[0]["body"]), {})

        assert found["payload_hex"] == "aa"
        assert (found["dev_eui"], found["f_port"], found["f_cnt"]) == ("0101010101010101", 1, 0)
        assert found["time_ms"] == 1658136855775

    def test_says_what_is_wrong(self):
        with pytest.raises(BadFrame, match="not_chirpstack"):
            decode("{", {})


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
