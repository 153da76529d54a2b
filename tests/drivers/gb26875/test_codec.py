import json
from datetime import datetime

import pytest

from linli.drivers import known
from linli.drivers.frames import BadFrame, Frames, from_hex
from linli.drivers.gb26875 import codec, objects, tables
from linli.drivers.gb26875.codec import Frame
from linli.drivers.gb26875.objects import Thing
from tests.drivers.gb26875.samples import samples

ALL = samples()
NAMES = [sample["id"] for sample in ALL]
FIRE = from_hex(ALL[0]["hex"])


def decode(text):
    return known.decoder("gb26875")(text, {})


def cut(*chunks):
    frames = Frames(measure=codec.measure, longest=codec.LONGEST)
    found = []
    for chunk in chunks:
        frames.feed(chunk)
        while (raw := frames.next()) is not None:
            try:
                found.append(codec.decode(raw))
            except BadFrame:
                frames.reject(raw)
    return found


def holds(told, wanted):
    """Whether what is told has all that is wanted, item by item."""
    if isinstance(wanted, dict):
        return all(name in told and holds(told[name], value) for name, value in wanted.items())
    if isinstance(wanted, list) and wanted and isinstance(wanted[0], dict):
        pairs = zip(told, wanted, strict=True)
        return all(holds(one, other) for one, other in pairs)
    return told == wanted


@pytest.mark.parametrize("sample", ALL, ids=NAMES)
class TestSamples:
    def test_says_what_the_frame_says(self, sample):
        wanted = {name: value for name, value in sample["expect"].items() if name != "note"}

        told = decode(sample["hex"])

        assert holds(told, wanted), told
        assert json.loads(json.dumps(told, allow_nan=False)) == told

    def test_writes_the_frame_as_it_came(self, sample):
        raw = from_hex(sample["hex"])

        frame = codec.decode(raw)

        assert codec.encode(frame) == raw

    def test_writes_its_objects_as_they_came(self, sample):
        data = codec.decode(from_hex(sample["hex"])).data
        if not data or "without-time" in sample["id"]:
            return

        told = objects.read(data)

        assert objects.write(told.type, told.things) == data

    def test_refuses_it_with_any_one_byte_flipped(self, sample):
        raw = from_hex(sample["hex"])

        for index in range(len(raw)):
            for flip in (0x01, 0x10, 0x80, 0xFF):
                wrong = bytearray(raw)
                wrong[index] ^= flip
                with pytest.raises(BadFrame):
                    decode(wrong.hex())

    def test_refuses_it_cut_short_or_longer(self, sample):
        raw = from_hex(sample["hex"])

        for wrong in (*(raw[:length] for length in range(len(raw))), raw + b"\0", raw + raw):
            with pytest.raises(BadFrame):
                decode(wrong.hex())


class TestDecode:
    def test_names_both_checksums(self):
        wrong = FIRE[:-3] + b"\x67" + FIRE[-2:]

        with pytest.raises(BadFrame) as refused:
            decode(wrong.hex())

        assert refused.value.why == "checksum 67 != 68"

    def test_gives_names_in_both_languages(self):
        told = decode(FIRE.hex())

        assert told["cmd_name"] == {"zh": "发送数据", "en": "send data"}
        assert told["sys_type_name"] == {"zh": "火灾报警系统", "en": "fire alarm system"}
        assert told["part_type_name"] == {"zh": "通用", "en": "general"}

    def test_reads_text_cut_in_the_middle_of_a_character(self):
        assert objects.text("走廊".encode("gb18030")[:3]) == "走�"

    def test_shows_no_control_characters(self):
        assert objects.text(b"A\x1b[31m\nB\0C") == "A[31mB"

    def test_takes_a_time_that_is_none_for_none(self):
        assert codec.clock(bytes(6)) is None
        assert codec.clock(bytes((60, 0, 0, 1, 1, 26))) is None
        assert codec.clock(bytes((0, 0, 0, 29, 2, 24))) == datetime(2024, 2, 29)  # noqa: DTZ001

    def test_reads_whole_objects_before_one_that_is_cut_short(self):
        data = objects.write(
            objects.PART_STATE,
            [
                Thing(sys_type=1, sys_addr=1, part_type=42, part_addr=n, state=2, text="烟感")
                for n in (1, 2)
            ],
        )

        told = objects.read(data[:-9])

        assert [thing.part_addr for thing in told.things] == [1]
        assert told.short == "object 2 of 2 is cut short"

    def test_reads_a_type_that_nobody_knows_as_bytes(self):
        told = objects.read(bytes((200, 1, 1, 2, 3)))

        assert told.things == (Thing(raw=b"\1\2\3"),)


class TestEncode:
    def test_refuses_more_objects_than_a_frame_may_have(self):
        with pytest.raises(BadFrame):
            objects.write(objects.PART_STATE, [Thing()] * 23)

    @pytest.mark.parametrize("type_", sorted(tables.MOST))
    def test_fits_as_many_objects_as_the_standard_allows(self, type_):
        thing = Thing(
            sys_type=1,
            sys_addr=1,
            part_type=1,
            part_addr=1,
            state=1,
            text="",
            analogue=1,
            value=1,
            operation=1,
            operator=1,
            records=1,
            minutes=1,
        )

        data = objects.write(type_, [thing] * tables.MOST[type_])

        assert len(data) <= codec.LONGEST_DATA

    def test_refuses_what_does_not_fit(self):
        with pytest.raises(BadFrame):
            codec.encode(Frame(serial=1 << 16, command=2, source=1, target=1))
        with pytest.raises(BadFrame):
            codec.encode(Frame(serial=1, command=2, source=1, target=1, data=bytes(1025)))
        with pytest.raises(BadFrame):
            objects.write(objects.ANALOGUE, [Thing(sys_type=1)])

    def test_cuts_text_between_characters(self):
        data = objects.text_bytes("汉" * 20)

        assert len(data) == 31
        assert objects.text(data) == "汉" * 15


class TestStream:
    def test_finds_frames_that_come_byte_by_byte(self):
        chunks = [FIRE[i : i + 1] for i in range(len(FIRE))] * 2

        assert cut(*chunks) == [codec.decode(FIRE)] * 2

    def test_finds_glued_frames_among_garbage(self):
        assert (
            cut(b"\x40\x00" + FIRE + b"##@" + b"\xff" * 40 + FIRE + FIRE)
            == [codec.decode(FIRE)] * 3
        )

    def test_finds_the_frame_behind_a_wrong_one(self):
        wrong = FIRE[:40] + b"\xff" + FIRE[41:]

        assert cut(wrong + FIRE) == [codec.decode(FIRE)]

    def test_refuses_a_length_that_is_too_long_without_waiting_for_it(self):
        long = FIRE[:24] + b"\xff\xff" + FIRE[26:]

        assert cut(long + FIRE) == [codec.decode(FIRE)]


class TestTables:
    def test_has_every_system_and_part_in_both_languages(self):
        assert len(tables.SYSTEMS) == 17
        assert len(tables.PARTS) == 66
        for table in (tables.SYSTEMS, tables.PARTS, tables.TYPES, tables.COMMANDS):
            assert all(words.zh and words.en for words in table.values())

    def test_names_what_is_reserved_and_what_is_the_users_own(self):
        assert tables.name(tables.PARTS, 200).zh == "用户自定义 200"
        assert tables.name(tables.PARTS, 2).en == "reserved 2"

    def test_has_words_for_every_bit(self):
        told = {
            bit
            for table in (tables.SYSTEM_BITS, tables.PART_BITS, tables.DEVICE_BITS)
            for bit in table.values()
        }

        assert told | set(tables.OPERATIONS.values()) <= set(tables.BIT_WORDS)

    def test_tells_a_reserved_bit_by_its_number(self):
        assert tables.bits(0x4003, tables.SYSTEM_BITS) == (
            "normal_running",
            "fire_alarm",
            "bit14",
        )
