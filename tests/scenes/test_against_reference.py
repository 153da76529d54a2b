"""The engine against a reference too simple to be wrong: every reading looked at, one by one."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.contracts.effects import AlarmCleared, AlarmRaised
from linli.scenes.model import Scene
from tests.scenes.town import NUMBER, START, Town, batch, scene


@dataclass
class Reference:
    """One scene with one limit: what must come of a row of readings, worked out plainly."""

    above: float
    hold: float
    slack: float
    clear_below: float | None
    clear_hold: float
    cooldown: float
    active: bool = False
    since: float | None = None
    quiet: float = 0.0
    armed: bool = True
    value: float | None = None
    newest: float = -100.0
    out: list[tuple[float, str]] = field(default_factory=list)

    def run(self, readings: list[tuple[float, float, float]], until: int) -> list:
        """Look at every second, first for what time brings, then at each reading."""
        for now in range(until + 1):
            if self.quiet and now >= self.quiet:
                self.quiet, self.armed = 0.0, True
            self.look(now)
            for at, measured, value in readings:
                if at == now and measured > self.newest:
                    self.newest, self.value = measured, value
                    self.look(now)
        return self.out

    def look(self, now: float) -> None:
        if self.value is None:
            return
        if not self.active:
            self.idle(now)
        if self.active:
            self.busy(now)

    def idle(self, now: float) -> None:
        if self.value <= self.above:
            self.since, self.armed = None, True
            return
        if self.since is None:
            self.since = now
        held = now >= self.since + self.hold
        if not held:
            self.armed = True
        if held and self.armed and not self.quiet:
            self.active, self.since = True, None
            self.out.append((now, "raised"))

    def busy(self, now: float) -> None:
        if self.clear_below is None:
            over = self.value <= self.above - self.slack
        elif self.value >= self.clear_below:
            self.since, over = None, False
        else:
            self.since = now if self.since is None else self.since
            over = now >= self.since + self.clear_hold
        if over:
            self.active, self.since = False, None
            self.out.append((now, "cleared"))
            self.quiet = now + self.cooldown if self.cooldown else 0.0
            self.armed = False
            if self.value > self.above:
                self.since = now
                self.armed = self.hold > 0
            else:
                self.armed = True


def _scene(hold: int, slack: int, clear: tuple[int, int] | None, cooldown: int) -> Scene:
    body = ["[when]", 'point = "co"', "above = 30"]
    body += [f'hold = "{hold}s"'] if hold else []
    body += [f"hysteresis = {slack}"] if slack and clear is None else []
    if clear is not None:
        body += ["[clear]", f"below = {clear[0]}"]
        body += [f'hold = "{clear[1]}s"'] if clear[1] else []
    return scene("\n".join(body), head=f'cooldown = "{cooldown}s"' if cooldown else "")


readings = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.integers(-3, 0),
        st.sampled_from([0, 20, 24, 27, 28, 29, 30, 31, 40]),
    ),
    min_size=1,
    max_size=25,
)
rules = st.tuples(
    st.sampled_from([0, 3, 10]),
    st.sampled_from([0, 2, 5]),
    st.sampled_from([None, (24, 0), (28, 0), (24, 5), (30, 7)]),
    st.sampled_from([0, 12]),
)


def _both(rule: tuple, rows: list, sizes: int) -> tuple[list, list]:
    hold, slack, clear, cooldown = rule
    rows, at = _timed(rows)
    town = Town(_scene(*rule))
    for start in range(0, len(rows), sizes):
        part = rows[start : start + sizes]
        for now in sorted({row[0] for row in part}):
            same = [row for row in part if row[0] == now]
            town.read(now, *[("s1", "co", v) for _, _, v in same], times=[m for _, m, _ in same])
    town.wait(at + 100)
    got = [
        (effect.at - START, "raised" if isinstance(effect, AlarmRaised) else "cleared")
        for effect in town.said
        if isinstance(effect, (AlarmRaised, AlarmCleared))
    ]
    plain = Reference(
        above=30,
        hold=hold,
        slack=0 if clear else slack,
        clear_below=clear[0] if clear else None,
        clear_hold=clear[1] if clear else 0,
        cooldown=cooldown,
    )
    return got, plain.run(rows, at + 100)


def _timed(rows: list[tuple[int, int, int]]) -> tuple[list[tuple[float, float, float]], float]:
    """Return (arrival, measurement, value): some are late, some repeat a time."""
    at, out = 1, []
    for step, late, value in rows:
        at += step
        out.append((at, at + (late if late < -1 else 0), float(value)))
    return out, at


class TestReference:
    @settings(max_examples=400, deadline=None)
    @given(rule=rules, rows=readings, sizes=st.integers(1, 8))
    def test_does_what_the_plain_reading_of_the_rule_says(self, rule, rows, sizes):
        got, expected = _both(rule, rows, sizes)

        assert got == expected

    @pytest.mark.long
    @settings(max_examples=10_000, deadline=None)
    @given(rule=rules, rows=readings, sizes=st.integers(1, 8))
    def test_does_so_ten_thousand_times(self, rule, rows, sizes):
        got, expected = _both(rule, rows, sizes)

        assert got == expected


def test_every_point_of_the_town_has_a_number_of_its_own():
    assert len(set(NUMBER.values())) == len(NUMBER)
    assert batch(0, [("s1", "co", 1)], [START]).points.tolist() == [NUMBER["s1", "co"]]
