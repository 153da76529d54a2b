"""Whoever charged is told that it is over, why, what it came to, that staying costs: once each."""

from datetime import datetime, timedelta

import pytest
from django.test import override_settings

from linli.contracts.charging import StopReason
from linli.domains.charging.logic import informing, pricing
from linli.domains.charging.logic.informing import Step
from linli.domains.charging.logic.tariffs import CHINA, Idle
from linli.domains.charging.models import Site
from linli.domains.charging.operations import stopping
from linli.domains.charging.operations.watching import STATES
from linli.domains.notices.models import Hearer, Ringing
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.kernel.words import Words
from tests.domains.charging.conftest import (
    NOW,
    begin,
    later,
    look,
    notices_of,
    over,
    row,
    start,
    told,
)

IDLE = Idle(grace_s=900, minute_fen=20, most_fen=3000, free_from_min=23 * 60, free_to_min=7 * 60)
WHERE = Words(zh="车库 A1", en="Garage A1")
CHARGING, FINISHING = STATES.index("charging"), STATES.index("finishing")


@pytest.fixture
def resident(people):
    """Return somebody with an account, and a telephone that lets itself be rung."""
    opened = identity.open_account(username="zhang", name="张（虚构）", password="long enough 7")
    people[0].account = Account.objects.get(pk=opened.account)
    people[0].save(update_fields=["account"])
    Hearer.rows.create(
        community="hml", account_id=opened.account, device="phone", mark="m", point="p", auth="a",
        endpoint="https://push.example/1", agreed_at=NOW,
    )  # fmt: skip
    with override_settings(PUSH=True):
        yield people[0]


def _rings():
    return sorted(Ringing.rows.of("hml").values_list("kind", flat=True))


def _ended(resident, *, minutes=60, reason="SOCLimitReached"):
    """Charge 7 kWh in an hour; return when it was over."""
    begin(start(resident).number)
    at = later(minutes=minutes)
    over(at=at, meter_wh=8000, reason=reason)
    return at


def _stays(at):
    """Let the charger show that the plug is still in."""
    look(at, connector_state=FINISHING, plugged_in=1)


class TestWhen:
    @pytest.mark.parametrize(
        ("ended", "costs_from"),
        [
            ((12, 0), (12, 15)),
            ((22, 30), (22, 45)),
            ((22, 45), (31, 0)),
            ((23, 50), (31, 0)),
            ((6, 44), (7, 0)),
            ((6, 50), (7, 5)),
        ],
    )
    def test_staying_costs_from_the_first_minute_that_is_paid(self, ended, costs_from):
        day = datetime(2026, 6, 1, tzinfo=CHINA)
        at = day + timedelta(hours=ended[0], minutes=ended[1])

        since = pricing.idles_from(IDLE, ended_at=at)

        assert since == day + timedelta(hours=costs_from[0], minutes=costs_from[1])
        before = since + timedelta(seconds=59)
        assert pricing.idled(IDLE, ended_at=at, gone_at=before) is None
        first = pricing.idled(IDLE, ended_at=at, gone_at=since + timedelta(minutes=1))
        assert first is not None
        assert first.fen == IDLE.minute_fen

    def test_where_nothing_is_taken_it_never_costs(self):
        free = Idle(grace_s=0, minute_fen=0, most_fen=0)

        assert pricing.idles_from(None, ended_at=NOW) is None
        assert pricing.idles_from(free, ended_at=NOW) is None

    @pytest.mark.parametrize(
        ("told", "ended_min", "step"),
        [
            ("over", -15, Step.IDLE),
            ("soon", -15, Step.IDLE),
            ("idle", -15, None),
            ("over", -5, None),
            ("over", -14, None),
        ],
    )
    def test_a_quarter_of_an_hour_is_told_of_with_the_end_and_once_more(
        self, told, ended_min, step
    ):
        ended = NOW + timedelta(minutes=ended_min)
        costs_from = ended + timedelta(minutes=15)

        assert informing.due(told=told, ended_at=ended, costs_from=costs_from, now=NOW) is step

    @pytest.mark.parametrize(
        ("told", "left_min", "step"),
        [("over", 11, None), ("over", 10, Step.SOON), ("soon", 5, None), ("soon", 0, Step.IDLE)],
    )
    def test_after_a_night_he_is_told_beforehand(self, told, left_min, step):
        costs_from = NOW + timedelta(minutes=left_min)

        found = informing.due(
            told=told, ended_at=NOW - timedelta(hours=8), costs_from=costs_from, now=NOW
        )

        assert found is step

    @pytest.mark.parametrize("reason", list(StopReason))
    def test_every_reason_has_words(self, reason):
        cost = informing.Cost(fee_fen=1)

        said = informing.ended(where=WHERE, reason=reason, energy_wh=10, cost=cost)

        assert "车库 A1" in said.zh
        assert "0.01 元" in said.zh
        assert "0.01 yuan" in said.en


@pytest.mark.django_db
class TestCar:
    def test_is_told_the_end_with_the_reason_and_by_when_to_move(self, site, resident):
        _ended(resident)

        (one,) = notices_of(resident)
        assert one.text_zh == (
            "地库充电 A1 的充电已结束：已充满。充了 7.00 度，目前 10.01 元。"
            "请在 13:15 前拔枪挪车，之后收占位费：每分钟 0.20 元，最多 30.00 元。"
        )
        assert "has ended: full. 7.00 kWh, 10.01 yuan so far" in one.text_en
        assert "by 13:15" in one.text_en
        assert one.link.startswith("/my/charging/LL")
        assert (one.severity, _rings()) == ("minor", ["charged"])

    def test_is_told_when_staying_begins_to_cost_and_what_it_came_to(self, site, resident):
        at = _ended(resident)

        for minutes in (14, 15, 16, 40):
            _stays(at + timedelta(minutes=minutes))
        look(at + timedelta(minutes=40), connector_state=FINISHING, plugged_in=0)

        told_ = [one.text_zh for one in notices_of(resident)]
        assert len(told_) == 3
        assert "占位费从 13:15 开始计：每分钟 0.20 元，最多 30.00 元" in told_[1]
        assert told_[2] == (
            "地库充电 A1 的充电已结算：15.01 元（其中占位费 5.00 元），退回 34.99 元。"
        )
        assert told("ChargingOverstays") == 1
        assert _rings() == ["charged", "unplug"]
        assert set(Ringing.rows.of("hml").values_list("link", flat=True)) == {"/my/charging"}

    def test_told_again_by_the_charge_point_or_looked_at_again_he_hears_it_once(
        self, site, resident
    ):
        at = _ended(resident)
        for _ in range(2):
            over(at=at, meter_wh=8000, reason="SOCLimitReached")
        for _ in range(3):
            _stays(at + timedelta(minutes=20))

        assert len(notices_of(resident)) == 2
        assert told("ChargingOverstays") == 1

    def test_after_an_outage_only_what_still_holds_is_told(self, site, resident):
        at = later(hours=15)  # 03:00: free until 07:00
        begin(start(resident).number)
        over(at=at, meter_wh=8000, reason="SOCLimitReached")

        _stays(at + timedelta(hours=5))

        told_ = [one.text_zh for one in notices_of(resident)]
        assert "请在 07:00 前拔枪挪车" in told_[0]
        assert len(told_) == 2
        assert "占位费从 07:00 开始计" in told_[1]

    def test_a_night_later_he_is_told_before_it_costs(self, site, resident):
        at = later(hours=15)
        begin(start(resident).number)
        over(at=at, meter_wh=8000, reason="SOCLimitReached")

        for minutes in (230, 231, 235):
            _stays(at + timedelta(minutes=minutes))

        told_ = [one.text_zh for one in notices_of(resident)]
        assert len(told_) == 2
        assert "07:00 起收占位费" in told_[1]

    def test_who_unplugs_hears_one_thing_with_fee_and_refund(self, site, resident):
        _ended(resident, reason="EVDisconnected")

        (one,) = notices_of(resident)
        assert one.text_zh == (
            "地库充电 A1 的充电已结束：已拔枪。充了 7.00 度，10.01 元，退回 39.99 元。"
        )

    def test_what_never_began_says_that_all_went_back(self, site, resident):
        start(resident)

        look(later(minutes=3))

        (one,) = notices_of(resident)
        assert "没有充上：没有启动。没有收费，冻结的 50.00 元已退回" in one.text_zh

    def test_who_gave_it_up_himself_is_not_rung_for_it(self, site, resident):
        session = start(resident)

        stopping.stop(
            community="hml", number=session.number, reason=StopReason.USER,
            person=resident.pk, now=NOW,
        )  # fmt: skip

        assert len(notices_of(resident)) == 1
        assert _rings() == []

    def test_what_is_still_to_be_paid_is_said(self, site, resident):
        Site.rows.of("hml").update(pays="after")
        begin(start(resident).number)

        over(at=later(hours=24), meter_wh=150_000, reason="EVDisconnected")

        (one,) = notices_of(resident)
        fee = row(one.link.rpartition("/")[2]).fee_fen
        assert f"还要支付 {fee / 100:.2f} 元" in one.text_zh

    def test_what_comes_a_day_late_stands_on_the_page_and_rings_nobody(self, site, resident):
        begin(start(resident).number)

        over(at=later(hours=1), now=later(hours=25), meter_wh=8000, reason="SOCLimitReached")

        assert len(notices_of(resident)) == 1
        assert _rings() == []

    def test_nobody_is_told_of_anothers_nor_who_has_no_account(self, site, resident, people):
        begin(start(people[1]).number)
        over(at=later(hours=1), meter_wh=8000, reason="SOCLimitReached")

        assert notices_of(resident) == []
        assert told("NoticePosted") == 0


@pytest.mark.django_db
class TestSocket:
    @pytest.mark.parametrize(
        ("shown", "words", "severity"),
        [
            ({"temperature_c": 70}, "温度过高，已断电", "major"),
            ({"power_w": 1200}, "功率过大，已断电", "major"),
            ({"smoking": ("shed1",)}, "附近有烟，已断电", "major"),
            ({"plugged_in": 0}, "已拔枪", "minor"),
        ],
    )
    def test_why_it_ended_is_said(self, shed, resident, shown, words, severity):
        start(resident, device="socket-1")
        on = {"socket_on": 1, "plugged_in": 1, "power_w": 300, "energy_kwh": 1.0}
        look(later(seconds=5), device="socket-1", **on)
        on |= {"energy_kwh": 1.05, **shown}
        look(later(minutes=10), device="socket-1", **on)

        look(later(minutes=10, seconds=5), device="socket-1", **{**on, "socket_on": 0})

        (one,) = notices_of(resident)
        assert words in one.text_zh
        assert one.severity == severity

    def test_a_full_one_asks_to_make_room(self, shed, resident):
        start(resident, device="socket-1")
        on = {"socket_on": 1, "plugged_in": 1, "energy_kwh": 1.0}
        look(later(seconds=5), device="socket-1", power_w=300, **on)
        for minutes in (60, 70):
            look(later(minutes=minutes), device="socket-1", power_w=3, **{**on, "energy_kwh": 1.3})
        look(later(minutes=71), device="socket-1", power_w=0,
             **{**on, "socket_on": 0, "energy_kwh": 1.3})  # fmt: skip

        (one,) = notices_of(resident)
        assert "已充满" in one.text_zh
        assert "让给别人" in one.text_zh
