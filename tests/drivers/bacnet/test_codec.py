"""Frames both ways, and whatever is not one refused."""

import json
import random
from pathlib import Path

import msgspec
import pytest
from bacpypes3.apdu import APDU, ReadPropertyMultipleACK
from bacpypes3.npdu import NPDU
from bacpypes3.pdu import PDU
from bacpypes3.primitivedata import CharacterString, Double, Integer, Real, TagList, Unsigned

from linli.drivers import known
from linli.drivers.bacnet import codec, services, tags
from linli.drivers.bacnet.decoding import decode
from linli.drivers.frames import BadFrame, Frames

FOLDER = Path(__file__).resolve().parents[2] / "samples/bacnet"
SAMPLES = [
    sample
    for name in ("vectors", "frames")
    for sample in json.loads((FOLDER / f"{name}.json").read_text())
]
SHORTER = {"whois-range", "rpm", "rpm-ack", "subscribe", "unsubscribe"}
"""Their last parameters are optional, as those of writes are: shorter they are right as well."""
FIXED = [s for s in SAMPLES if s["id"] not in SHORTER and not s["id"].startswith("write-")]
SENT = [s for s in SAMPLES if s["id"] not in ("write-date", "write-time")]
"""Dates and times are never sent."""
EACH = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])


def told(frame):
    return decode(frame.hex(), {})


def raw(sample):
    return bytes.fromhex(sample["hex"])


class TestDecode:
    @EACH
    def test_tells_every_field(self, sample):
        found = known.decoder("bacnet")(sample["hex"], {})

        assert {name: found.get(name, "missing") for name in sample["expect"]} == sample["expect"]
        assert json.loads(msgspec.json.encode(found)) == found

    @EACH
    def test_refuses_a_frame_that_is_cut_off(self, sample):
        for size in range(len(raw(sample))):
            with pytest.raises(BadFrame):
                told(raw(sample)[:size])

    @pytest.mark.parametrize("sample", FIXED, ids=lambda sample: sample["id"])
    def test_refuses_a_frame_that_is_cut_off_and_says_that_it_is_not(self, sample):
        whole = raw(sample)
        for size in range(4, len(whole)):
            with pytest.raises(BadFrame):
                told(whole[:2] + size.to_bytes(2) + whole[4:size])

    @EACH
    @pytest.mark.parametrize("more", ["00", "0C", "3F", "FFFF", "C4023D0901"])
    def test_refuses_a_frame_with_something_behind(self, sample, more):
        behind = raw(sample) + bytes.fromhex(more)
        counted = behind[:2] + len(behind).to_bytes(2) + behind[4:]

        for wrong in (behind, counted):
            with pytest.raises(BadFrame):
                told(wrong)

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "nothing to decode"),
            ("810", "not hex: '810'"),
            ("82 0A 00 04", "starts with 82, not 81"),
            ("81 0D 00 04", "no BVLC function 0D"),
            ("81 0A 00 0C 02 20 FF FF 00 FF 10 08", "NPDU version 2, not 1"),
            ("81 0A 00 0C 01 60 FF FF 00 FF 10 08", "NPDU control 60 has reserved bits"),
            ("81 0A 00 0C 01 20 00 00 00 FF 10 08", "network 0 is none"),
            ("81 0A 00 08 01 00 10 0B", "no service 11 of a unconfirmed-request"),
            ("81 0A 00 08 01 00 11 08", "unconfirmed-request 11 has reserved bits"),
            ("81 0A 00 08 01 00 80 08", "no PDU type 8"),
            ("81 0A 00 09 01 00 20 01 0C", "no service 12 of a simple-ack"),
            ("81 0A 00 0A 01 00 10 08 09 05", "something is missing at the end"),
            ("81 0A 00 0C 01 00 10 08 09 05 19 04", "no range of devices: 5 to 4"),
            ("81 05 00 05 3C", "Register-Foreign-Device with 1 bytes"),
        ],
    )
    def test_says_what_is_wrong(self, text, why):
        with pytest.raises(BadFrame) as bad:
            decode(text, {})

        assert bad.value.why == why

    def test_survives_every_byte_changed_to_anything(self):
        rng = random.Random(7)
        for sample in SAMPLES:
            for _ in range(300):
                frame = bytearray(raw(sample))
                for _ in range(rng.choice((1, 1, 2, 5))):
                    frame[rng.randrange(len(frame))] = rng.randrange(256)
                try:
                    json.dumps(told(bytes(frame)), allow_nan=False)
                except BadFrame:
                    continue

    def test_tells_what_is_no_number_in_words(self):
        frame = bytes.fromhex("810A001701003001 0C0C0000000119553E447FC000003F")

        assert told(frame)["value"] == "nan"


class TestEncode:
    @pytest.mark.parametrize("sample", SENT, ids=lambda sample: sample["id"])
    def test_writes_what_it_read(self, sample):
        frame = codec.decode(raw(sample))
        said = services.read(frame.apdu)
        body = b"" if said is None else services.write(said, service=frame.apdu.service)

        again = codec.encode(
            msgspec.structs.replace(frame, apdu=msgspec.structs.replace(frame.apdu, body=body))
        )

        assert again == _grouped(sample) or again == raw(sample)

    @EACH
    def test_is_read_by_the_library(self, sample):
        frame = raw(sample)

        npdu = NPDU.decode(PDU(frame[4:]))
        apdu = APDU.decode(PDU(npdu.pduData))

        assert apdu.apduType == codec.decode(frame).apdu.kind

    def test_writes_an_answer_that_the_library_reads(self):
        item = services.Item(
            object=tags.object_id("analog-input,1"),
            prop=85,
            values=(tags.Value("real", 21.5),),
        )
        error = services.Item(object=tags.object_id("analog-input,2"), prop=85, error=(1, 31))

        body = services.write(services.Items((item, error)), service=services.READ_MULTIPLE)

        apdu = APDU.decode(PDU(bytes((0x30, 9, 14)) + body))
        found = ReadPropertyMultipleACK.decode(apdu).listOfReadAccessResults
        assert [str(each.objectIdentifier) for each in found] == [
            "analog-input,1",
            "analog-input,2",
        ]
        first, second = (each.listOfResults[0].readResult for each in found)
        assert first.propertyValue.cast_out(Real) == 21.5
        assert str(second.propertyAccessError.errorCode) == "unknown-object"

    @pytest.mark.parametrize(
        ("kind", "library", "values"),
        [
            ("unsigned", Unsigned, (0, 1, 127, 128, 255, 256, 65535, 65536, 2**31, 2**32 - 1)),
            ("signed", Integer, (0, -1, 127, 128, -128, -129, 32767, -32769, 2**31 - 1, -(2**31))),
            ("real", Real, (0.0, -1.5, 21.5, 2.0**127)),
            ("double", Double, (0.1, -1e300)),
            ("text", CharacterString, ("", "车库", "x" * 252, "x" * 253, "x" * 700)),
        ],
    )
    def test_writes_values_as_the_library_does(self, kind, library, values):
        for value in values:
            ours = tags.write([tags.tagged(tags.Value(kind, value))])

            theirs = bytes(TagList([*library(value).encode()]).encode().pduData)
            assert ours == theirs
            assert tags.value(tags.read(theirs)[0]) == tags.Value(kind, value)

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            ("boolean", 1),
            ("unsigned", True),
            ("unsigned", -1),
            ("real", "1"),
            ("date", "2026-01-01"),
            ("real", 1e39),
            ("null", 0),
        ],
    )
    def test_refuses_a_value_that_is_not_of_its_kind(self, kind, value):
        with pytest.raises(ValueError, match=kind):
            tags.tagged(tags.Value(kind, value))


def _grouped(sample):
    """Properties of one object may stand below it together or each for itself: we write the
    second, so that the lengths differ; what it says is the same.
    """
    frame = codec.decode(raw(sample))
    said = services.read(frame.apdu)
    if not isinstance(said, services.Items) or len(said.items) == 1:
        return None
    body = services.write(said, service=frame.apdu.service)
    apdu = msgspec.structs.replace(frame.apdu, body=body)
    assert services.read(apdu) == said
    return codec.encode(msgspec.structs.replace(frame, apdu=apdu))


class TestCut:
    def test_finds_glued_and_halved_frames_among_garbage(self):
        stream = b"".join(b"\x00\x7f" + raw(sample) for sample in SAMPLES)
        frames = Frames(measure=codec.measure, longest=1500)
        found = []

        for at in range(0, len(stream), 7):
            frames.feed(stream[at : at + 7])
            while (frame := frames.next()) is not None:
                found.append(frame)

        assert found == [raw(sample) for sample in SAMPLES]
        assert frames.skipped == 2 * len(SAMPLES)
