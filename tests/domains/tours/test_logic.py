"""The rules of tours, as tables."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from linli.domains.tours import logic
from linli.domains.tours.logic import PointRule, Shown, Stand, WindowRule

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 6, 1, 14, tzinfo=UTC)
END = START + timedelta(hours=1)
GATE = (121.4700, 31.2300)


def at(minutes):
    return START + timedelta(minutes=minutes)


class TestVerdict:
    @pytest.mark.parametrize(
        ("scan", "proof", "told", "flags", "refusal"),
        [
            # (minute of the scan, minute at which its code was shown, metres off, ± metres)
            ((10, None, None, 0), "none", 10, (), ""),
            ((10, None, None, 0), "none", 90, ("later",), ""),
            ((10, None, None, 0), "position", 10, ("unproven",), ""),
            ((10, None, 30, 0), "position", 10, (), ""),
            ((10, None, 80, 0), "position", 10, (), "far"),
            ((10, None, 80, 40), "position", 10, (), ""),
            ((10, None, 900, 5000), "position", 10, (), "far"),
            ((10, 10, None, 0), "rotating", 10, (), ""),
            ((10, None, None, 0), "rotating", 10, (), "old_code"),
            ((10, 30, None, 0), "rotating", 30, ("clock",), ""),
            ((-14, None, None, 0), "none", -14, (), ""),
            ((-16, None, None, 0), "none", -16, (), "too_early"),
            ((61, None, None, 0), "none", 61, ("late",), ""),
            ((181, None, None, 0), "none", 181, (), "too_late"),
        ],
    )
    def test_says_what_a_scan_proves(self, scan, proof, told, flags, refusal):
        minute, shown_minute, metres, accuracy = scan
        shown = Shown(
            at=at(minute),
            shown_at=None if shown_minute is None else at(shown_minute),
            distance_m=metres,
            accuracy_m=accuracy,
        )
        rule = PointRule(proof=proof, position=GATE, radius_m=50)

        said = logic.verdict(shown=shown, rule=rule, starts_at=START, ends_at=END, told_at=at(told))

        assert (said.flags, said.refusal) == (flags, refusal)

    def test_takes_the_time_from_a_changing_code(self):
        shown = Shown(at=at(50), shown_at=at(5))

        said = logic.verdict(
            shown=shown, rule=PointRule(proof="rotating"), starts_at=START, ends_at=END,
            told_at=at(50),
        )  # fmt: skip

        assert said.at == at(5)
        assert said.flags == ("later", "clock")


class TestCorrected:
    @pytest.mark.parametrize(
        ("scanned", "phone", "now", "ours", "wrong"),
        [
            (10, 20, 20, 10, False),
            (10, 21, 20, 10, False),  # a minute off is a clock as clocks are
            (13, 23, 20, 10, True),
            (7, 17, 20, 10, True),
            (10, 600, 20, -570, True),
            (30, 20, 20, 20, True),  # from the future by its own clock
        ],
    )
    def test_reads_a_wrong_clock(self, scanned, phone, now, ours, wrong):
        found, _, said = logic.corrected(at=at(scanned), phone_at=at(phone), now=at(now))

        assert (found, said) == (at(ours), wrong)


class TestSpan:
    @pytest.mark.parametrize(
        ("starts", "minutes", "ends"),
        [
            (time(22), 60, datetime(2026, 6, 1, 23, tzinfo=SHANGHAI)),
            (time(23, 30), 90, datetime(2026, 6, 2, 1, tzinfo=SHANGHAI)),
        ],
    )
    def test_goes_past_midnight(self, starts, minutes, ends):
        rule = WindowRule(days="1", starts=starts, minutes=minutes)
        midnight = datetime(2026, 6, 1, tzinfo=SHANGHAI)

        found = logic.span(rule=rule, day=date(2026, 6, 1), midnight=midnight)

        assert found[1] == ends

    def test_opens_on_its_days_alone(self):
        rule = WindowRule(days="67", starts=time(22), minutes=60)

        assert not logic.starts_on(rule=rule, day=date(2026, 6, 1))
        assert logic.starts_on(rule=rule, day=date(2026, 6, 6))


class TestOutcome:
    @pytest.mark.parametrize(
        ("states", "over", "expected"),
        [
            (["due", "due"], False, "waiting"),
            (["visited", "due"], False, "walking"),
            (["visited", "skipped"], False, "done"),
            (["visited", "missed"], True, "incomplete"),
            (["visited", "late"], True, "incomplete"),
            (["missed", "missed"], True, "missed"),
            (["visited", "visited"], True, "done"),
        ],
    )
    def test_follows_from_the_points(self, states, over, expected):
        assert logic.outcome(states=states, over=over) == expected


class TestOutOfOrder:
    @pytest.mark.parametrize(
        ("order", "first", "number", "expected"),
        [("fixed", "due", 2, True), ("fixed", "visited", 2, False), ("fixed", "skipped", 2, False),
         ("free", "due", 2, False), ("fixed", "due", 1, False)],
    )  # fmt: skip
    def test_asks_for_what_stands_before(self, order, first, number, expected):
        stands = [Stand(number=1, state=first), Stand(number=2, state="due")]

        assert logic.out_of_order(order=order, stands=stands, number=number) is expected


class TestRead:
    @pytest.mark.parametrize(
        "text",
        ["", "LT1", "LT4.a.1.f", "LT1.a.b.f", "LT1.a.-1.f", "LT1.a.٣.f", "https://example.invalid",
         "LT1.a.1.f.g", "LT2.a.9999999999999.f"],
    )  # fmt: skip
    def test_knows_what_is_none_of_ours(self, text):
        assert logic.read(text) is None

    def test_reads_what_was_written(self):
        code = logic.Code(point="gate-s", number=2, rotating=False, signature="ab12")

        assert logic.read(f" {logic.text(code)} ") == code
