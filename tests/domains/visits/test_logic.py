from datetime import UTC, datetime, time, timedelta

import pytest

from linli.domains.visits import logic
from linli.domains.visits.logic import BadHours, Ringing, Span, Stands, State

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def span(since=0.0, until=4.0, **more):
    return Span(since=NOW + since * HOUR, until=NOW + until * HOUR, **more)


class TestChecked:
    @pytest.mark.parametrize(
        ("kind", "when", "uses", "problem"),
        [
            ("guest", span(), 1, ""),
            ("guest", span(24, 24 + 168), 2, ""),
            ("guest", span(0, 169), 1, "too_long"),
            ("guest", span(-200, 4), 1, ""),
            ("guest", span(-2, 0), 1, "over"),
            ("guest", span(4, 2), 1, "over"),
            ("guest", span(24 * 31, 24 * 31 + 2), 1, "too_far"),
            ("guest", span(), 0, "uses"),
            ("guest", span(), 51, "uses"),
            ("guest", span(days="135"), 1, "days"),
            ("courier", span(0, 12), 1, ""),
            ("courier", span(0, 13), 1, "too_long"),
            ("food", span(0, 2.5), 1, "too_long"),
            ("help", span(0, 24 * 180, days="135", starts=time(9), ends=time(12)), 0, ""),
            ("help", span(0, 24 * 181), 0, "too_long"),
            ("help", span(days="8"), 0, "days"),
            ("help", span(starts=time(9)), 0, "hours"),
            ("stranger", span(), 1, "kind"),
        ],
    )
    def test_promises_no_more_than_its_kind_may(self, kind, when, uses, problem):
        if not problem:
            assert logic.checked(kind=kind, span=when, uses=uses, now=NOW) is when
            return

        with pytest.raises(BadHours) as refused:
            logic.checked(kind=kind, span=when, uses=uses, now=NOW)

        assert refused.value.values == {"problem": problem}


class TestStands:
    @pytest.mark.parametrize(
        ("state", "when", "uses", "used", "stands"),
        [
            (State.EXPECTED, span(), 1, 0, Stands.NOW),
            (State.EXPECTED, span(1, 2), 1, 0, Stands.SOON),
            (State.EXPECTED, span(-2, 0), 1, 0, Stands.OVER),
            (State.EXPECTED, span(), 1, 1, Stands.USED),
            (State.EXPECTED, span(), 0, 9, Stands.NOW),
            (State.EXPECTED, span(-2, 0), 1, 1, Stands.OVER),
            (State.EXPECTED, span(days="2"), 0, 0, Stands.HOURS),
            (State.WITHDRAWN, span(), 1, 0, Stands.OVER),
            (State.REFUSED, span(), 1, 0, Stands.OVER),
            (State.ASKED, span(), 1, 0, Stands.ASKED),
            (State.ASKED, span(-2, 0), 1, 0, Stands.OVER),
        ],
    )
    def test_says_whether_a_guest_may_come(self, state, when, uses, used, stands):
        local = NOW + 8 * HOUR

        found = logic.stands(state=state, span=when, now=NOW, local=local, uses=uses, used=used)

        assert found is stands

    @pytest.mark.parametrize(
        ("days", "hours", "day", "hour", "inside"),
        [
            ("1", (time(9), time(12)), 1, 9, True),
            ("1", (time(9), time(12)), 1, 12, False),
            ("1", (time(9), time(12)), 2, 10, False),
            ("1", (time(22), time(6)), 1, 23, True),
            ("1", (time(22), time(6)), 2, 5, True),
            ("1", (time(22), time(6)), 1, 5, False),
            ("1", (time(22), time(6)), 2, 6, False),
            ("", (time(9), time(12)), 5, 10, True),
            ("67", (None, None), 6, 1, True),
            ("67", (None, None), 5, 1, False),
        ],
    )
    def test_knows_days_and_hours_past_midnight(self, days, hours, day, hour, inside):
        local = datetime(2026, 6, day, hour, tzinfo=UTC)
        starts, ends = hours

        found = logic.in_hours(span=span(days=days, starts=starts, ends=ends), local=local)

        assert found is inside


class TestHear:
    @pytest.mark.parametrize(
        ("said", "heard"),
        [
            ("开门", "open"),
            ("开门。", "open"),
            ("Open the door!", "open"),
            ("let them in", "open"),
            ("不要开门", "refuse"),
            ("don't open the door", "refuse"),
            ("别开", "refuse"),
            ("电视里说开门", ""),
            ("", ""),
            ("openness", ""),
        ],
    )
    def test_opens_only_by_the_whole_word(self, said, heard):
        assert logic.heard(said) == heard


class TestNext:
    @pytest.mark.parametrize(
        ("after_s", "at_home", "passed_on", "answered_after_s", "becomes"),
        [
            (29, True, False, None, ""),
            (30, True, False, None, "pass_on"),
            (31, True, True, None, ""),
            (0, False, False, None, "pass_on"),
            (89, True, True, None, ""),
            (90, True, True, None, "miss"),
            (90, True, False, None, "miss"),
            (120, True, False, 10, ""),
            (190, True, False, 10, "end"),
        ],
    )
    def test_passes_on_after_thirty_seconds(
        self, after_s, at_home, passed_on, answered_after_s, becomes
    ):
        answered = None if answered_after_s is None else NOW + timedelta(seconds=answered_after_s)
        call = Ringing(rang_at=NOW, at_home=at_home, passed_on=passed_on, answered_at=answered)

        assert logic.next_of(call=call, now=NOW + timedelta(seconds=after_s)) == becomes


@pytest.mark.parametrize(
    ("text", "masked"), [("李来", "李*"), ("欧阳小来", "欧**"), ("", ""), ("Li", "L*")]
)
def test_shows_the_first_sign_of_a_name(text, masked):
    assert logic.masked_name(text) == masked
