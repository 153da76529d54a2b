"""Orders to piles: starting within ninety seconds, stopping, cards, upkeep."""

import pytest

from linli.drivers.ykc import messages as m
from linli.drivers.ykc.codec import encode
from tests.drivers.ykc.test_line import CARD, NOON, TARIFF, connected, gun, order, pile, running

ACCOUNTS = [
    {"card": "D14B0A54", "card_face": "1000000573", "balance_fen": 5000},
    {"card": "E14C0A54", "card_face": "1000000574", "frozen": True},
    {"card": "F14C0A54", "card_face": "1000000575"},
    {"vin": "LSVAU2A37N1234567", "card_face": "1000000576", "balance_fen": 100},
]


def started(peer):
    return [frame.body for frame in peer.heard if frame.type == 0x34]


class TestStart:
    async def test_is_done_when_it_is_confirmed_and_the_gun_reports_charging(self):
        async with running() as (line, station), connected(line) as peer:
            peer.starts_charging = False
            peer.plug(1)
            assert line.send("pile-1", order("charge.start", tag="D14B0A54", balance_yuan=12.5))
            await peer.until(lambda: started(peer))
            (body,) = started(peer)
            await station.until(lambda: len(station.frames["pile-1"]) > 4)
            confirmed_only = list(station.answers)
            peer.guns[1].start(order=body.order, at=NOON)
            peer.report(1)
            await station.until(lambda: station.answers)

            assert confirmed_only == []
            assert station.answers == [("pile-1", "o1", True, "")]
            assert (body.card, body.balance_fen) == (CARD, 1250)
            assert body.order[:28] == "55031412782305" + "01" + "260528120000"

    async def test_is_refused_when_nobody_charges_in_time_and_what_began_is_stopped(self):
        async with running(start_within_s=0.1) as (line, station), connected(line) as peer:
            peer.starts_charging = False
            peer.plug(1)
            line.send("pile-1", order("charge.start"))
            await station.until(lambda: station.answers)
            await peer.until(lambda: 0x36 in peer.types())

            assert station.answers == [("pile-1", "o1", False, "not_charging")]

    async def test_is_refused_when_nobody_answers_in_time(self):
        async with running(start_within_s=0.1) as (line, station), connected(line) as peer:
            peer.deaf = {0x34}
            line.send("pile-1", order("charge.start"))
            await station.until(lambda: station.answers)

            assert station.answers == [("pile-1", "o1", False, "no_answer")]

    async def test_waits_for_the_plug(self):
        async with running() as (line, station), connected(line) as peer:
            line.send("pile-1", order("charge.start"))
            await peer.until(lambda: started(peer))
            peer.plug(1)
            await station.until(lambda: station.answers)

            assert station.answers == [("pile-1", "o1", True, "")]

    async def test_without_a_plug_in_time_says_so(self):
        async with running(start_within_s=0.1) as (line, station), connected(line):
            line.send("pile-1", order("charge.start"))
            await station.until(lambda: station.answers)

            assert station.answers == [("pile-1", "o1", False, "not_plugged")]

    async def test_what_begins_after_its_time_is_stopped(self):
        async with running(start_within_s=0.05) as (line, station), connected(line) as peer:
            line.send("pile-1", order("charge.start"))
            await station.until(lambda: station.answers)
            peer.plug(1)
            await peer.until(lambda: 0x36 in peer.types())
            await peer.until(lambda: not peer.guns[1].charging)

            assert station.answers == [("pile-1", "o1", False, "not_plugged")]

    @pytest.mark.parametrize(
        ("faults", "charging", "reason"), [(1, False, "fault"), (0, True, "already_charging")]
    )
    async def test_is_refused_with_the_reason_of_the_pile(self, faults, charging, reason):
        async with running() as (line, station), connected(line) as peer:
            peer.plug(1)
            peer.guns[1].faults = faults
            if charging:
                peer.guns[1].start(order="9" * 32, at=NOON)
            line.send("pile-1", order("charge.start"))
            await station.until(lambda: station.answers)

            assert station.answers == [("pile-1", "o1", False, reason)]

    async def test_one_order_is_one_charging_however_often_it_comes(self):
        async with running() as (line, station), connected(line) as peer:
            line.send("pile-1", order("charge.start"))
            line.send("pile-1", order("charge.start"))
            await peer.until(lambda: len(started(peer)) == 2)
            peer.plug(1)
            await station.until(lambda: station.answers)
            line.send("pile-1", order("charge.start"))

            assert len({body.order for body in started(peer)}) == 1
            assert station.answers == [("pile-1", "o1", True, "")] * 2

    async def test_one_order_is_one_charging_where_the_line_was_begun_anew(self):
        async with running() as (line, station), connected(line) as peer:
            peer.plug(1)
            line.send("pile-1", order("charge.start"))
            await peer.until(lambda: started(peer))
            before = started(peer)

        async with running(heartbeat_s=11) as (line, station), connected(line) as peer:
            peer.plug(1)
            peer.guns[1].start(order=before[0].order, at=NOON)
            line.send("pile-1", order("charge.start"))
            await station.until(lambda: station.answers)

            assert started(peer) == before
            assert station.answers == [("pile-1", "o1", True, "")]
            assert 0x36 not in peer.types()

    async def test_another_order_is_another_charging(self):
        async with running() as (line, _station), connected(line) as peer:
            line.send("pile-1", order("charge.start"))
            line.send("pile-1", order("charge.start", id="o2"))
            await peer.until(lambda: len(started(peer)) == 2)

            assert len({body.order for body in started(peer)}) == 2

    async def test_is_refused_where_the_gun_does_not_charge_after_all(self):
        async with running() as (line, station), connected(line) as peer:
            peer.plug(1)
            peer.guns[1].start(order="9" * 32, at=NOON)
            peer.deaf = {0x12}
            line.send("pile-1", order("charge.start"))
            await peer.until(lambda: started(peer))
            await peer.until(lambda: peer.types().count(0x12) >= 2)
            peer.end(1)
            peer.report(1)
            await station.until(lambda: station.answers)

            assert station.answers == [("pile-1", "o1", False, "already_charging")]

    async def test_two_guns_begin_together(self):
        async with (
            running(pile(), gun(1), gun(2)) as (line, station),
            connected(line, guns=2) as peer,
        ):
            peer.plug(1)
            peer.plug(2)
            line.send("pile-1", order("charge.start", parallel=True))
            await station.until(lambda: station.answers)

            bodies = [f.body for f in peer.heard if f.type == 0xA4]
            assert station.answers == [("pile-1", "o1", True, "")]
            assert {body.parallel for body in bodies} == {"260528120000"}
            assert len({body.order for body in bodies}) == 2

    async def test_when_one_of_two_guns_will_not_the_other_is_stopped(self):
        async with (
            running(pile(), gun(1), gun(2)) as (line, station),
            connected(line, guns=2) as peer,
        ):
            peer.plug(1)
            peer.plug(2)
            peer.guns[2].faults = 1
            line.send("pile-1", order("charge.start", parallel=True))
            await station.until(lambda: station.answers)
            await peer.until(lambda: not peer.guns[1].charging)

            assert station.answers == [("pile-1", "o1", False, "fault")]

    async def test_a_limit_in_ampere_cannot_be_sent(self):
        async with running() as (line, station), connected(line):
            line.send("pile-1", order("charge.start", current_a=16))

            assert station.answers == [("pile-1", "o1", False, "no_current_limit")]


class TestStop:
    async def test_a_gun_stops_and_bills(self):
        async with (
            running(pile(), gun(2)) as (line, station),
            connected(line, guns=2) as peer,
        ):
            peer.guns[2].start(order="8" * 32, at=NOON)
            line.send("pile-1-gun-2", order("charge.stop"))
            await station.until(lambda: station.answers)
            await peer.until(lambda: 0x40 in peer.types())

            assert station.answers == [("pile-1-gun-2", "o1", True, "")]

    async def test_a_pile_that_is_told_stops_every_gun(self):
        async with (
            running(pile(), gun(1), gun(2)) as (line, station),
            connected(line, guns=2) as peer,
        ):
            for number in (1, 2):
                peer.guns[number].start(order=str(number) * 32, at=NOON)
            line.send("pile-1", order("charge.stop"))
            await station.until(lambda: station.answers)

            assert station.answers == [("pile-1", "o1", True, "")]
            assert not any(one.charging for one in peer.guns.values())

    async def test_is_refused_where_nothing_charges(self):
        async with running() as (line, station), connected(line):
            line.send("pile-1", order("charge.stop"))
            await station.until(lambda: station.answers)

            assert station.answers == [("pile-1", "o1", False, "not_charging")]

    async def test_there_is_no_way_to_a_pile_that_is_away(self):
        async with running() as (line, station):
            assert not line.send("pile-1", order("charge.stop"))
            assert not line.send("somebody", order("charge.stop"))
            assert station.answers == []

    async def test_is_sent_again_after_the_line_broke(self):
        async with running() as (line, station), connected(line) as peer:
            peer.deaf = {0x36}
            peer.guns[1].start(order="8" * 32, at=NOON)
            line.send("pile-1", order("charge.stop"))
            await peer.until(lambda: 0x36 in peer.types())
            await peer.hang_up()
            await station.until(lambda: not station.present["pile-1"])
            peer.deaf = set()
            await peer.connect(host="127.0.0.1", port=line.port)

            assert line.send("pile-1", order("charge.stop"))
            await station.until(lambda: station.answers)
            assert station.answers == [("pile-1", "o1", True, "")]


class TestUpkeep:
    @pytest.mark.parametrize(
        ("service", "args", "answer"),
        [
            ("connector.disable", {}, (True, "")),
            ("connector.enable", {}, (True, "")),
            ("charge.limit", {"power_pct": 50}, (True, "")),
            ("charge.limit", {"power_w": 60_000}, (True, "")),
            ("charge.limit", {"power_w": 10_000}, (False, "below_30_pct")),
            ("charge.limit", {}, (False, "needs_power")),
            ("charge.unlimit", {}, (True, "")),
            ("charger.restart", {"hard": True}, (True, "")),
            ("clock.set", {}, (True, "")),
            ("tariff.push", {}, (True, "")),
            ("state.read", {}, (True, "")),
            ("balance.tell", {"balance_yuan": 8.88}, (True, "")),
            ("balance.tell", {"balance_yuan": -1}, (False, "bad_balance_yuan")),
            ("offline_cards.add", {"cards": "1000000573=D14B0A54, 574=E14C0A54"}, (True, "")),
            ("offline_cards.add", {"cards": "x=D14B0A54"}, (False, "bad_card_face")),
            ("offline_cards.find", {"cards": "D14B0A54"}, (True, "0_of_1")),
            ("offline_cards.remove", {"cards": "D14B0A54"}, (False, "1_cards_not_removed")),
            ("offline_cards.remove", {"cards": ""}, (False, "bad_cards")),
            ("charger.upgrade", {"location": "ftp://u:p@192.0.2.7/fw.bin"}, (True, "")),
            ("charger.upgrade", {"location": "https://192.0.2.7/fw.bin"}, (False, "bad_location")),
            ("parking_lock.lower", {}, (True, "")),
            ("charge.schedule", {}, (False, "unknown_service")),
        ],
    )
    async def test_is_answered(self, service, args, answer):
        async with running(pile(rated_w=120_000)) as (line, station), connected(line) as peer:
            await peer.until(lambda: peer.set_to)

            assert line.send("pile-1", order(service, **args))
            await station.until(lambda: station.answers)

            assert station.answers == [("pile-1", "o1", *answer)]

    async def test_a_limit_leaves_a_stopped_pile_stopped(self):
        async with running(pile(rated_w=120_000)) as (line, station), connected(line) as peer:
            line.send("pile-1", order("connector.disable", id="a"))
            line.send("pile-1", order("charge.limit", id="b", power_w=60_000))
            await station.until(lambda: len(station.answers) == 2)

            assert (peer.work.enabled, peer.work.power_pct) == (1, 50)

    async def test_the_password_of_an_upgrade_is_not_kept(self):
        async with running() as (line, station), connected(line) as peer:
            line.send("pile-1", order("charger.upgrade", location="ftp://u:Geheim9@192.0.2.7/a"))
            await station.until(lambda: station.answers)

            kept = b"".join(data for _, data in station.frames["pile-1"])
            assert b"Geheim9" not in kept
            assert next(f for f in peer.heard if f.type == 0x94).body.password == "Geheim9"

    async def test_a_tariff_that_changed_is_pushed(self):
        async with running() as (line, _), connected(line) as peer:
            await peer.until(lambda: peer.tariff == "0100")
            line.rewire([pile(tariff=TARIFF | {"number": "0101"})])
            await peer.until(lambda: peer.tariff == "0101")

            assert 0x58 in peer.types()

    async def test_the_clock_is_set_again(self):
        async with running(clock_every_s=0.05) as (line, _), connected(line) as peer:
            await peer.until(lambda: peer.types().count(0x56) >= 3)

    async def test_a_pile_that_got_another_number_signs_in_again(self):
        async with running() as (line, station), connected(line) as peer:
            line.rewire([pile(number="1")])
            await peer.until(lambda: not peer.connected)

            assert station.reasons["pile-1"] == "renamed"

    async def test_there_is_no_way_to_a_gun_whose_pile_is_not_there(self):
        async with running(pile(), gun(1)) as (line, _), connected(line):
            line.rewire([gun(1)])

            assert not line.send("pile-1-gun-1", order("charge.stop"))

    async def test_a_pile_that_is_taken_out_of_the_register_is_hung_up_on(self):
        async with running() as (line, station), connected(line) as peer:
            line.rewire([])
            await peer.until(lambda: not peer.connected)

            assert station.reasons["pile-1"] == "removed"


class TestCards:
    @pytest.mark.parametrize(
        ("card", "vin", "reason"),
        [
            ("D14B0A54", "", 0),
            ("11111111", "", 1),
            ("E14C0A54", "", 2),
            ("F14C0A54", "", 3),
            ("", "LSVAU2A37N1234567", 0),
            ("", "LSVAU2A37N7654321", 9),
        ],
    )
    async def test_may_charge_or_not(self, card, vin, reason):
        async with running(accounts=ACCOUNTS) as (line, _), connected(line) as peer:
            peer.swipe(1, card, vin=vin)
            await peer.until(lambda: peer.verdicts)

            (verdict,) = peer.verdicts
            assert (verdict.allowed, verdict.reason) == (0 if reason else 1, reason)

    async def test_nobody_charges_at_a_pile_that_was_taken_out_of_service(self):
        async with running(accounts=ACCOUNTS) as (line, station), connected(line) as peer:
            line.send("pile-1", order("connector.disable"))
            await station.until(lambda: station.answers)
            peer.swipe(1, "D14B0A54")
            await peer.until(lambda: peer.verdicts)

            assert peer.verdicts[0].reason == 5

    async def test_one_card_charges_once_until_its_bill_is_in(self):
        async with running(accounts=ACCOUNTS) as (line, _), connected(line, guns=2) as peer:
            peer.swipe(1, "D14B0A54")
            peer.swipe(2, "D14B0A54")
            await peer.until(lambda: len(peer.verdicts) == 2)
            peer.end(1)
            await peer.until(lambda: not peer.bills)
            peer.swipe(2, "D14B0A54")
            await peer.until(lambda: len(peer.verdicts) == 3)

            assert [verdict.reason for verdict in peer.verdicts] == [0, 4, 0]

    async def test_two_guns_asked_for_together_are_answered_as_asked(self):
        async with running(accounts=ACCOUNTS) as (line, _), connected(line, guns=2) as peer:
            body = m.ParallelCardStart(
                pile=peer.number,
                gun=1,
                by=1,
                password_needed=0,
                card=CARD,
                password_md5="",
                vin="",
                role=0,
                parallel="201029112801",
            )
            peer.say_bytes(encode(0xA1, body, seq=7))
            await peer.until(lambda: peer.verdicts)

            (verdict,) = peer.verdicts
            assert (verdict.parallel, verdict.allowed) == ("201029112801", 1)
