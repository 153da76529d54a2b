"""Cards of residents at piles, over real sockets: what is asked, and what a pile is answered."""

import asyncio

import msgspec
import pytest

from linli.contracts import charge_points
from linli.contracts.charge_points import NotNow, Verdict, Why
from linli.contracts.charging import StopReason
from linli.drivers.ykc import codec, reasons, words
from linli.drivers.ykc import messages as m
from linli.drivers.ykc.chargings import face, plain
from linli.drivers.ykc.peer import PilePeer
from tests.drivers.ykc.test_line import (
    NOON,
    NUMBER,
    OTHER,
    connected,
    gun,
    order,
    pile,
    running,
)

CARD, STRANGE = "D14B0A54", "E14C0A54"
LISTED = [{"card": "00000000AA000001", "card_face": "42", "balance_fen": 5_000}]
VIN = "LSVAU2A37N1234567"


class Records:
    """Whoever keeps the records: `says` is the verdict by step, or by card; an exception is raised,
    and while `open` is not set nobody answers.
    """

    def __init__(self):
        self.asked = []
        self.says = {}
        self.open = asyncio.Event()
        self.open.set()

    async def verdict(self, question):
        self.asked.append(question)
        await self.open.wait()
        said = self.says.get(question.step, self.says.get(question.tag, Verdict()))
        if isinstance(said, Exception):
            raise said
        return said

    def steps(self):
        return [one.step for one in self.asked]

    def of(self, step):
        return [one for one in self.asked if one.step == step]


@pytest.fixture
def records(monkeypatch):
    found = Records()
    monkeypatch.setattr(charge_points.verdict, "_answer", found.verdict)
    return found


async def shown(peer, card=CARD, *, on=1, **more):
    """Show a card, and return the answer."""
    before = len(peer.verdicts)
    peer.swipe(on, card, **more)
    await peer.until(lambda: len(peer.verdicts) > before)
    return peer.verdicts[-1]


class TestShown:
    async def test_a_card_is_asked_about_and_begins(self, records):
        records.says["wanted"] = Verdict(balance_fen=4_321)
        async with running() as (line, station), connected(line) as peer:
            answer = await shown(peer)
            await station.until(lambda: len(records.asked) == 2)

            wanted, started = records.asked
            assert (answer.allowed, answer.reason, answer.balance_fen) == (1, 0, 4_321)
            assert answer.card_face == "0000000000005988"
            assert (wanted.step, wanted.tag, wanted.device) == ("wanted", CARD, "pile-1")
            assert (wanted.community, wanted.charge_point, wanted.connector) == (
                "house", "pile-1", "1",
            )  # fmt: skip
            assert wanted.transaction == answer.order == started.transaction
            assert (started.step, started.tag, started.meter_wh) == ("started", CARD, 0.0)
            assert 0x36 not in peer.types()

    async def test_where_nothing_was_set_aside_the_balance_is_that_of_the_line(self, records):
        async with running(balance_fen=777) as (line, _), connected(line) as peer:
            assert (await shown(peer)).balance_fen == 777

    async def test_a_gun_of_several_is_asked_about_by_its_own_device(self, records):
        async with (
            running(pile(), gun(1), gun(2)) as (line, _),
            connected(line, guns=2) as peer,
        ):
            await shown(peer, on=2)

            assert (records.asked[0].device, records.asked[0].connector) == ("pile-1-gun-2", "2")
            assert records.asked[0].charge_point == "pile-1"

    @pytest.mark.parametrize("why", list(Why))
    async def test_a_refusal_is_said_in_the_codes_of_the_protocol(self, records, why):
        records.says["wanted"] = Verdict(why=why)
        async with running() as (line, station), connected(line) as peer:
            answer = await shown(peer)
            await asyncio.sleep(0.02)

            assert (answer.allowed, answer.reason) == (0, reasons.REFUSED[why])
            assert (answer.balance_fen, answer.card_face) == (0, "0" * 16)
            assert answer.reason in words.CARD_REFUSED
            assert records.steps() == ["wanted"]
            assert station.refusals == []

    async def test_a_car_is_asked_about_by_its_vin_and_begins(self, records):
        records.says["wanted"] = Verdict(balance_fen=4_321)
        async with running() as (line, station), connected(line) as peer:
            answer = await shown(peer, "", vin=VIN)
            await station.until(lambda: len(records.asked) == 2)

            assert (answer.allowed, answer.balance_fen, answer.card_face) == (1, 4_321, "0" * 16)
            assert [(one.step, one.tag, one.by) for one in records.asked] == [
                ("wanted", VIN, "vin"),
                ("started", VIN, "vin"),
            ]

    @pytest.mark.parametrize(("why", "code"), [(Why.UNKNOWN, 9), (Why.OWES, 4), (Why.OFF, 5)])
    async def test_a_car_that_may_not_is_told_so(self, records, why, code):
        records.says["wanted"] = Verdict(why=why)
        async with running() as (line, _), connected(line) as peer:
            answer = await shown(peer, "", vin=VIN)

            assert (answer.allowed, answer.reason) == (0, code)

    def test_every_refusal_has_its_code(self):
        codes = {why.value: code for why, code in reasons.REFUSED.items()}

        assert codes == {
            "unknown": 1, "blocked": 2, "expired": 2, "too_little": 3, "owes": 4, "too_many": 4,
            "busy": 10, "kept": 6, "elsewhere": 6, "off": 5,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("card", "more", "reason"),
        [
            ("0", {}, 1),
            (CARD, {"password": "0123456789abcdef"}, 7),
            ("", {"vin": VIN, "password": "0123456789abcdef"}, 7),
            ("", {"vin": " " * 17}, 9),
        ],
    )
    async def test_what_the_records_cannot_know_is_refused_unasked(
        self, records, card, more, reason
    ):
        async with running() as (line, _), connected(line) as peer:
            answer = await shown(peer, card, **more)

            assert (answer.allowed, answer.reason, records.asked) == (0, reason, [])

    @pytest.mark.parametrize("by", [2, 7])
    async def test_a_password_and_a_way_that_we_do_not_know_have_no_account(self, records, by):
        body = m.CardStart(
            pile=NUMBER, gun=1, by=by, password_needed=0, card="0" * 16, password_md5="", vin=""
        )
        async with running() as (line, _), connected(line) as peer:
            peer.say(0x31, body)
            await peer.until(lambda: peer.verdicts)

            assert (peer.verdicts[0].reason, records.asked) == (1, [])

    async def test_a_gun_that_nobody_registered_starts_nothing(self, records):
        async with running() as (line, _), connected(line, guns=2) as peer:
            assert (await shown(peer, on=2)).reason == 6
            assert records.asked == []

    async def test_a_pile_out_of_service_starts_nothing(self, records):
        async with running() as (line, station), connected(line) as peer:
            line.send("pile-1", order("connector.disable"))
            await station.until(lambda: station.answers)

            assert (await shown(peer)).reason == 5
            assert records.asked == []

    async def test_one_on_the_list_of_the_line_goes_by_the_list(self, records):
        records.says = {"started": Verdict(why=Why.UNKNOWN)}
        async with running(accounts=LISTED) as (line, station), connected(line) as peer:
            answer = await shown(peer, "AA000001")
            await station.until(lambda: records.asked)
            peer.charge(1, minutes=1)
            await station.until(lambda: station.last("pile-1", "session_energy_kwh"))

            assert (answer.allowed, answer.balance_fen) == (1, 5_000)
            assert answer.card_face == "42".zfill(16)
            assert records.steps() == ["started"]
            assert 0x36 not in peer.types()

    async def test_one_on_the_list_opens_no_site_that_is_closed(self, records):
        records.says = {"started": Verdict(why=Why.OFF)}
        async with running(accounts=LISTED) as (line, _), connected(line) as peer:
            await shown(peer, "AA000001")
            await peer.until(lambda: 0x36 in peer.types())

            assert not peer.guns[1].charging

    async def test_two_guns_run_two_chargings_side_by_side(self, records):
        async with (
            running(pile(), gun(1), gun(2)) as (line, station),
            connected(line, guns=2) as peer,
        ):
            first = await shown(peer)
            second = await shown(peer, STRANGE, on=2)
            await station.until(lambda: len(records.of("started")) == 2)
            for number in (1, 2):
                peer.charge(number, minutes=30 * number, power_w=7_000)
            for number in (2, 1):
                peer.end(number)
            await peer.until(lambda: not peer.bills)

            devices = {first.order: "pile-1-gun-1", second.order: "pile-1-gun-2"}
            ended = {one.transaction: one for one in records.of("ended")}
            assert {number: one.device for number, one in ended.items()} == devices
            assert [one.tag for one in records.of("started")] == [CARD, STRANGE]
            assert ended[second.order].meter_wh > 1.9 * ended[first.order].meter_wh
            assert 0x36 not in peer.types()

    async def test_nobody_keeps_records(self):
        async with running() as (line, _), connected(line) as peer:
            assert (await shown(peer)).reason == 1


class TestAgain:
    async def test_a_frame_that_is_repeated_is_one_question(self, records):
        async with running() as (line, _), connected(line) as peer:
            peer.starts_charging = False
            first = await shown(peer)
            peer.say_bytes(codec.encode(0x31, peer._shown[1], seq=3))
            await peer.until(lambda: len(peer.verdicts) == 2)

            assert peer.verdicts[1] == first
            assert peer.heard[-1].seq == 3
            assert records.steps() == ["wanted"]

    async def test_one_that_was_refused_is_asked_anew(self, records):
        records.says["wanted"] = Verdict(why=Why.TOO_LITTLE)
        async with running() as (line, _), connected(line) as peer:
            first = await shown(peer)
            records.says = {}
            again = await shown(peer)

            assert (first.allowed, again.allowed) == (0, 1)
            assert first.order != again.order

    async def test_another_card_is_another_question(self, records):
        records.says[STRANGE] = Verdict(why=Why.BUSY)
        async with running() as (line, _), connected(line) as peer:
            peer.starts_charging = False
            await shown(peer)

            assert (await shown(peer, STRANGE)).reason == 10
            assert [one.tag for one in records.asked] == [CARD, STRANGE]

    async def test_after_its_time_it_is_asked_anew(self, records):
        async with running(start_within_s=60) as (line, station), connected(line) as peer:
            peer.starts_charging = False
            first = await shown(peer)
            station.clock += 61
            again = await shown(peer)

            assert first.order != again.order
            assert records.steps() == ["wanted", "wanted"]

    async def test_a_listed_card_that_never_began_is_free_again(self, records):
        async with (
            running(pile(), gun(1), gun(2), accounts=LISTED, start_within_s=60) as (line, station),
            connected(line, guns=2) as peer,
        ):
            peer.starts_charging = False
            await shown(peer, "AA000001")
            taken = await shown(peer, "AA000001", on=2)
            station.clock += 61

            assert taken.reason == 4
            assert (await shown(peer, "AA000001", on=2)).allowed == 1


class TestUnreachable:
    async def test_records_that_answer_not_in_time_start_nothing(self, records):
        records.open.clear()
        async with running(answer_within_s=0.05) as (line, station), connected(line) as peer:
            answer = await shown(peer)

            assert (answer.allowed, answer.reason) == (0, 5)
            assert station.refusals == [("pile-1", "not_now", b"")]
            assert station.present["pile-1"]

    async def test_records_that_are_away_start_nothing_and_the_next_time_they_do(self, records):
        records.says["wanted"] = NotNow("busy")
        async with running() as (line, _), connected(line) as peer:
            away = await shown(peer)
            records.says = {}

            assert (away.allowed, away.reason) == (0, 5)
            assert (await shown(peer)).allowed == 1

    async def test_a_start_is_told_again_with_the_next_report(self, records):
        records.says["started"] = NotNow("busy")
        async with running() as (line, station), connected(line) as peer:
            await shown(peer)
            await station.until(lambda: len(records.of("started")) == 1)
            records.says = {}
            peer.charge(1, minutes=1)
            await station.until(lambda: len(records.of("started")) == 2)
            peer.charge(1, minutes=1)
            await station.until(lambda: station.last("pile-1", "session_minutes") == 2)

            first, again = records.of("started")
            assert (first.transaction, first.tag) == (again.transaction, again.tag)
            assert again.at == NOON.timestamp() - 60
            assert 0x36 not in peer.types()

    async def test_a_bill_is_acknowledged_only_when_it_is_on_record(self, records):
        async with running() as (line, station), connected(line) as peer:
            await shown(peer)
            peer.charge(1, minutes=30)
            records.says["ended"] = NotNow("busy")
            peer.end(1)
            await station.until(lambda: station.refusals)
            early = 0x40 in peer.types()
            records.says = {}
            peer.bill_again()
            await peer.until(lambda: not peer.bills)

            assert not early
            assert len([r for _, r in station.readings if r.name == "charge_ended"]) == 1
            assert len(records.of("ended")) == 2

    async def test_an_order_is_not_done_before_it_is_on_record(self, records):
        records.says["started"] = NotNow("busy")
        async with running(start_within_s=0.2) as (line, station), connected(line) as peer:
            peer.plug(1)
            line.send("pile-1", order("charge.start", tag="LL0123456789ABCDE"))
            await station.until(lambda: station.answers)
            await peer.until(lambda: not peer.guns[1].charging)

            assert station.answers == [("pile-1", "o1", False, "not_charging")]


class TestRecords:
    async def test_what_the_platform_starts_is_told_by_its_number(self, records):
        async with running() as (line, station), connected(line) as peer:
            peer.plug(1)
            line.send("pile-1", order("charge.start", tag="LL0123456789ABCDE", balance_yuan=50))
            await station.until(lambda: station.answers)

            (body,) = [f.body for f in peer.heard if f.type == 0x34]
            (started,) = records.asked
            assert (body.card, body.balance_fen) == ("0" * 16, 5_000)
            assert (started.tag, started.transaction) == ("LL0123456789ABCDE", body.order)
            assert station.answers == [("pile-1", "o1", True, "")]

    async def test_a_bill_tells_how_much_why_and_for_whom(self, records):
        async with running() as (line, station), connected(line) as peer:
            answer = await shown(peer)
            peer.charge(1, minutes=60, power_w=7_000)
            await station.until(lambda: station.last("pile-1", "session_energy_kwh"))
            peer.end(1, stop=0x41)
            await peer.until(lambda: not peer.bills)

            (ended,) = records.of("ended")
            assert ended.transaction == answer.order
            assert (ended.meter_start_wh, ended.meter_wh) == (0.0, 6_996.0)
            assert (ended.started_at, ended.at) == (NOON.timestamp(), NOON.timestamp() + 3_600)
            assert (ended.reason, ended.payer, ended.tag) == (StopReason.FULL, CARD, "")

    async def test_one_that_was_never_reported_is_begun_by_its_bill(self, records):
        async with running() as (line, _), connected(line) as peer:
            answer = await shown(peer)
            peer.guns[1].start(order=answer.order, at=NOON, by=2, card=CARD.zfill(16))
            peer.guns[1].charge(minutes=1, power_w=7_000, slots=peer.slots)
            before = records.steps()
            peer.end(1)
            await peer.until(lambda: not peer.bills)

            assert set(before) <= {"wanted", "started"}
            assert records.steps()[-2:] == ["started", "ended"]
            assert records.of("started")[0].tag == CARD

    async def test_a_start_that_failed_is_billed_and_did_not_begin(self, records):
        async with running() as (line, _), connected(line) as peer:
            peer.starts_charging = False
            answer = await shown(peer)
            peer.guns[1].start(order=answer.order, at=NOON, by=2, card=CARD.zfill(16))
            peer.end(1, stop=0x57)
            await peer.until(lambda: not peer.bills)

            assert records.steps() == ["wanted", "ended"]
            assert (records.asked[1].meter_wh, records.asked[1].reason) == (0.0, "not_started")

    async def test_one_sent_again_is_told_once(self, records):
        async with running() as (line, _), connected(line) as peer:
            await shown(peer)
            peer.charge(1, minutes=1)
            bill = peer.end(1)
            peer.say(0x3B, bill)
            await peer.until(lambda: peer.types().count(0x40) == 2)

            assert records.steps() == ["wanted", "started", "ended"]

    async def test_what_may_not_go_on_is_stopped(self, records):
        records.says["started"] = Verdict(why=Why.TOO_LITTLE)
        async with running() as (line, _), connected(line) as peer:
            await shown(peer)
            await peer.until(lambda: 0x40 in peer.types())

            assert not peer.guns[1].charging
            assert records.steps() == ["wanted", "started", "ended"]

    async def test_one_begun_before_us_is_told_and_goes_on(self, records):
        """After a restart nothing is remembered; the records know it by its number."""
        records.says["started"] = Verdict(why=Why.UNKNOWN)
        async with running() as (line, station), connected(line) as peer:
            peer.guns[1].start(order="7" * 32, at=NOON)
            peer.charge(1, minutes=10)
            await station.until(lambda: records.asked)
            peer.charge(1, minutes=1)
            await station.until(lambda: station.last("pile-1", "session_minutes") == 11)

            (started,) = records.asked
            assert (started.tag, started.at) == ("", NOON.timestamp() - 600)
            assert 0x36 not in peer.types()

    async def test_a_charging_where_no_site_is_goes_on(self, records):
        records.says["started"] = Verdict(why=Why.ELSEWHERE)
        async with running() as (line, station), connected(line) as peer:
            peer.plug(1)
            line.send("pile-1", order("charge.start", tag="LL0123456789ABCDE"))
            await station.until(lambda: station.answers)

            assert station.answers == [("pile-1", "o1", True, "")]

    async def test_an_offline_card_is_told_with_its_bill(self, records):
        async with running() as (line, _):
            peer = PilePeer(number=NUMBER)
            peer.charge_offline(1, card=CARD, order="2" * 32, minutes=10)
            await peer.connect(host="127.0.0.1", port=line.port)
            await peer.until(lambda: not peer.bills)
            await peer.hang_up()

            (ended,) = records.asked
            assert (ended.step, ended.payer, ended.meter_start_wh) == ("ended", CARD, 0.0)

    async def test_a_card_for_another_pile_is_refused_unasked(self, records):
        body = m.CardStart(
            pile=OTHER, gun=1, by=1, password_needed=0, card=CARD.zfill(16), password_md5="", vin=""
        )
        async with running() as (line, station), connected(line) as peer:
            peer.say(0x31, body)
            await station.until(lambda: station.refusals)

            [(device, reason, sample)] = station.refusals
            assert (device, reason) == ("pile-1", "other_pile")
            assert bytes.fromhex(CARD) not in sample
            assert (records.asked, peer.verdicts) == ([], [])

    @pytest.mark.parametrize("cut", [1, 20, 45])
    async def test_a_frame_that_is_too_short_asks_nothing(self, records, cut):
        async with running() as (line, station), connected(line) as peer:
            whole = codec.decode(codec.encode(0x31, _body(), seq=1)).raw
            peer.say_bytes(codec.enframe(0x31, whole[:-cut], seq=1))
            await station.until(lambda: station.refusals)

            assert station.refusals[0][1].startswith("bad_frame")
            assert (records.asked, peer.verdicts) == ([], [])


def _body(**more):
    fields = {
        "pile": NUMBER, "gun": 1, "by": 1, "password_needed": 1, "card": CARD.zfill(16),
        "password_md5": "0123456789abcdef", "vin": VIN,
    }  # fmt: skip
    return m.CardStart(**fields | more)


class TestKept:
    """The frames that are kept for an engineer."""

    async def test_show_no_whole_card_no_vehicle_and_no_password(self, records):
        async with running() as (line, station), connected(line) as peer:
            peer.say(0x31, _body(password_needed=0))
            await peer.until(lambda: peer.verdicts)
            peer.guns[1].start(order="3" * 32, at=NOON, card=CARD.zfill(16))
            peer.guns[1].vin = VIN
            peer.end(1)
            await peer.until(lambda: not peer.bills)
            line.send("pile-1", order("offline_cards.add", cards=f"1000000573={CARD}"))
            await station.until(lambda: station.answers)

            kept = b"".join(data for _, data in station.frames["pile-1"])
            frames = [codec.decode(data) for _, data in station.frames["pile-1"]]
            cards = {f.body.card for f in frames if f.type in {0x31, 0x3B}}
            assert cards == {"0000000000000A54"}
            assert bytes.fromhex(CARD) not in kept
            assert VIN.encode() not in kept
            assert VIN[::-1].encode() not in kept
            assert b"0123456789abcdef" not in kept
            (told,) = [f.body for f in frames if f.type == 0x44]
            (row,) = told.cards
            assert (row.card_face, row.card) == ("0" * 12 + "0573", "0" * 12 + "0A54")

    async def test_show_everything_else_as_it_came(self, records):
        async with running() as (line, station), connected(line) as peer:
            body = _body(password_needed=0, password_md5="", vin="")
            peer.say_bytes(codec.encode(0x31, body, seq=0x1234))
            await peer.until(lambda: peer.verdicts)

            (kept,) = [
                codec.decode(data)
                for way, data in station.frames["pile-1"]
                if way == "in" and data[5] == 0x31
            ]
            assert kept.seq == 0x1234
            assert kept.body == msgspec.structs.replace(body, card="0000000000000A54")


@pytest.mark.parametrize(
    ("wire", "card"),
    [
        ("00000000D14B0A54", "D14B0A54"),
        ("D14B0A5400000000", "D14B0A54"),
        ("0000000000000012", "00000012"),
        ("04A1B2C3D4E5F680", "04A1B2C3D4E5F680"),
        ("0" * 16, ""),
    ],
)
def test_a_card_is_read_as_doors_read_it(wire, card):
    assert plain(wire) == card


@pytest.mark.parametrize(("card", "shown"), [("D14B0A54", "5988"), ("00000012", "18")])
def test_of_a_card_the_last_digits_are_shown(card, shown):
    assert face(card) == shown


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0x40, "user"), (0x41, "full"), (0x42, "full"), (0x43, "money"), (0x44, "overtime"),
        (0x45, "user"), (0x4A, "not_started"), (0x64, "not_started"), (0x69, "not_started"),
        (0x6A, "fault"), (0x6B, "unplugged"), (0x6E, "money"), (0x72, "fault"),
        (0x74, "overheat"), (0x7A, "overcurrent"), (0x83, "charger"), (0x90, "charger"),
        (0xFE, "charger"), (0x00, "charger"),
    ],
)  # fmt: skip
def test_why_a_charging_ended_in_our_words(code, reason):
    assert reasons.ended(code) == reason
