"""What is put on record of transactions, and that nothing is confirmed before it is."""

import pytest

from linli.contracts import charge_points
from linli.contracts.charge_points import Why
from linli.drivers.ocpp.peer import Peer16, Peer201


@pytest.fixture
def asked(monkeypatch):
    """Return the questions that were asked, and let the verdict be set by `asked.says`."""

    class Asked(list):
        says = True

    found = Asked()

    async def answer(question):
        found.append(question)
        if found.says is None:
            raise charge_points.NotNow("busy")
        return charge_points.Verdict(why=None if found.says is True else found.says)

    monkeypatch.setattr(charge_points.verdict, "_answer", answer)
    return found


class TestRecords:
    async def test_tells_where_a_transaction_began_and_ended_and_its_registers(
        self, garage, kind, asked
    ):
        peer = await garage.connected(kind=kind)
        await peer.start("CARD-9")
        peer.energy_wh += 1500
        await peer.stop(reason="Local")

        began, ended = asked
        assert (began.step, began.device, began.tag) == ("started", "dev-CP1", "CARD-9")
        assert (ended.step, ended.transaction) == ("ended", began.transaction)
        assert ended.meter_wh - began.meter_wh == 1500
        assert (ended.meter_start_wh, ended.started_at) == (began.meter_wh, began.at)
        assert ended.reason == "Local"

    async def test_a_start_of_ours_is_put_on_record_and_may_be_refused_there(self, garage, asked):
        await garage.connected(kind=Peer16)
        asked.says = Why.OWES

        await garage.order("charge.start", tag="LL0123456789ABC")
        await garage.station.until(lambda: garage.events("charge_started"))

        [(_, _, said)] = garage.events("charge_started")
        assert said["tag_status"] == "Blocked"
        assert [one.step for one in asked] == ["started"]

    async def test_what_cannot_be_put_on_record_now_is_not_confirmed(self, garage, asked):
        peer = await garage.connected(kind=Peer16)
        asked.says = None

        await peer.raw(
            '[2,"m1","StartTransaction",{"connectorId":1,"idTag":"CARD-9","meterStart":5,'
            '"timestamp":"2026-06-01T04:00:00Z"}]'
        )
        await garage.station.until(lambda: garage.station.refusals)

        assert garage.events("charge_started") == []
        assert [one[1] for one in garage.station.refusals] == ["not_now"]

    @pytest.mark.parametrize("kind", [Peer16, Peer201])
    async def test_what_a_meter_told_late_is_put_on_record_too(self, garage, kind, asked):
        peer = await garage.connected(kind=kind)
        await peer.start("CARD-9")
        await peer.measure()
        before = len(asked)
        now = garage.station.now()
        peer.now = lambda: now - 3600
        await peer.measure()

        assert before == 1
        [late] = asked[1:]
        assert (late.step, late.at, len(late.readings)) == ("meter", now - 3600, 1)
