"""Frames cut out of a stream: halves, glue, garbage, false starts."""

import pytest

from linli.drivers.frames import MORE, SKIP, BadFrame, Frames, from_hex


def measure(kept: bytearray, at: int) -> int:
    """A frame is 68, a length, so many bytes."""
    if kept[at] != 0x68:
        return SKIP
    if len(kept) < at + 2:
        return MORE
    return 2 + kept[at + 1]


def cut(*chunks: bytes) -> list[bytes]:
    frames = Frames(measure=measure, longest=40)
    out = []
    for chunk in chunks:
        frames.feed(chunk)
        while (frame := frames.next()) is not None:
            out.append(frame)
    return out


class TestFrames:
    def test_finds_glued_frames_among_garbage(self) -> None:
        found = cut(b"\xfe\xfe\x68\x01A\x00\x68\x02BC\x99")

        assert found == [b"\x68\x01A", b"\x68\x02BC"]

    def test_waits_for_the_other_half(self) -> None:
        found = cut(b"\x68", b"\x02B", b"C\x68\x00")

        assert found == [b"\x68\x02BC", b"\x68\x00"]

    def test_finds_the_frame_behind_a_false_start(self) -> None:
        frames = Frames(measure=measure, longest=40)
        frames.feed(b"\x68\x03\x68\x01A")
        frames.reject(frames.next() or b"")

        assert frames.next() == b"\x68\x01A"

    def test_never_keeps_more_than_the_longest_frame(self) -> None:
        frames = Frames(measure=measure, longest=4)
        frames.feed(b"\x68\xff" + b"x" * 100)

        assert frames.next() is None
        assert frames.skipped == 102

    def test_gives_up_a_tail(self) -> None:
        frames = Frames(measure=measure, longest=40)
        frames.feed(b"\x68\x05ab")
        assert frames.next() is None

        assert frames.forget() == b"\x68\x05ab"


class TestFromHex:
    def test_ignores_case_and_blanks(self) -> None:
        assert from_hex(" 68 aB\tCd ") == b"\x68\xab\xcd"

    @pytest.mark.parametrize("text", ["", "  ", "6", "zz", "68 1"])
    def test_refuses_what_is_no_hex(self, text: str) -> None:
        with pytest.raises(BadFrame):
            from_hex(text)
