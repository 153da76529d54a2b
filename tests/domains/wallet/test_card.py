"""The card at a terminal: it pays once, whatever the terminal repeats."""

from datetime import timedelta

import msgspec
import pytest

from linli.contracts.asking import Asked, Told
from linli.domains.wallet import desk
from linli.domains.wallet import queries as wallet_queries
from linli.domains.wallet.models import CardAsk, Terminal
from linli.domains.wallet.operations import desk as staff
from linli.foundation.money import proof, queries
from linli.foundation.outbox.models import Outgoing
from tests.domains.wallet.conftest import HERE, person_of, topped_up
from tests.foundation.money.test_posting import at_once
from tests.registry.conftest import NOW


def fen(account):
    return queries.balance(community=HERE, account=account)


def asks(kind, body, *, id="a1", device="meal-1", now=NOW):
    asked = Asked(
        community=HERE, device=device, kind=kind, id=id, body=body, at=now.timestamp()
    )  # fmt: skip
    return desk.ANSWERS[kind](asked, now)


def spends(fen=1_800, *, shown="04A1", **more):
    return asks("card.spend", {"way": "card", "shown": shown, "fen": fen, "what": "午餐"}, **more)


def back(fen, of="a1", id="r1", **more):
    return asks("card.refund", {"of": of, "fen": fen}, id=id, **more)


@pytest.fixture
def wallet(resident, wiring, canteen):
    wiring.cards["card", "04A1"] = person_of(resident)
    return topped_up(resident)


class TestSpend:
    def test_pays_and_shares_with_the_merchant(self, wallet):
        told = spends(1_801)

        assert told == Told(ok=True, body={"left_fen": 8_199})
        assert (fen("share:merchant:canteen"), fen("income:canteen")) == (1_710, 91)

    def test_asked_again_it_is_answered_the_same_and_paid_once(self, wallet):
        one, other = spends(), spends(now=NOW + timedelta(days=1))

        assert one == other
        assert fen(wallet) == 8_200

    def test_another_question_under_the_same_id_is_refused(self, wallet):
        spends()

        assert spends(1_900) == Told(ok=False, reason="other_question")
        assert spends(shown="04FF") == Told(ok=False, reason="other_question")
        assert fen(wallet) == 8_200

    def test_a_card_that_is_nobody_s_pays_nothing(self, wallet):
        assert spends(shown="lost") == Told(ok=False, reason="unknown_card")
        assert fen("income:canteen") == 0

    def test_what_is_not_there_is_not_spent_and_a_later_ask_may_be(self, wallet, resident):
        Terminal.rows.of(HERE).update(most_fen=50_000)

        refused = spends(10_001)
        topped_up(resident, key="more")
        again, later = spends(10_001), spends(10_001, id="a2")

        assert refused == again == Told(ok=False, reason="not_enough", body={"left_fen": 10_000})
        assert later.ok
        assert fen(wallet) == 9_999

    @pytest.mark.parametrize("sum_fen", [0, -5, 5_001])
    def test_no_more_than_the_terminal_may_take_at_once(self, wallet, sum_fen):
        assert spends(sum_fen) == Told(ok=False, reason="too_much")

    def test_a_device_that_is_no_terminal_takes_nothing(self, wallet):
        assert spends(device="door-1") == Told(ok=False, reason="no_terminal")
        assert CardAsk.rows.of(HERE).count() == 0

    def test_a_qr_code_pays_once_at_whichever_terminal(self, wallet, wiring, resident):
        wiring.cards["qr", "Q1"] = person_of(resident)
        wiring.cards["qr", " q1"] = person_of(resident)
        body = {"way": "qr", "shown": "Q1", "fen": 5_001}

        refused = asks("card.spend", body, id="q0")
        told = [
            asks("card.spend", {**body, "fen": 900, "shown": spelt}, id=f"q{n}")
            for n, spelt in enumerate(["Q1", "Q1", " q1"], 1)
        ]

        assert [one.reason for one in (refused, *told)] == ["too_much", "", "used", "used"]
        assert fen(wallet) == 9_100

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"way": "card", "shown": "04A1", "fen": "18"},
            {"way": "pin", "shown": "2468", "fen": 18},
        ],
    )
    def test_what_cannot_be_read_is_not_guessed(self, wallet, body):
        with pytest.raises(msgspec.ValidationError):
            asks("card.spend", body)

    def test_what_was_shown_is_kept_nowhere(self, wallet):
        spends()

        kept = CardAsk.rows.of(HERE).values().get()
        assert "04A1" not in str(kept)


class TestRefund:
    def test_gives_back_in_parts_no_more_than_was_spent(self, wallet):
        spends(1_800)

        told = [back(800), back(800), back(1_001, id="r2"), back(1_000, id="r3")]

        assert [(one.ok, one.reason) for one in told] == [
            (True, ""), (True, ""), (False, "too_much"), (True, ""),
        ]  # fmt: skip
        assert (fen(wallet), fen("share:merchant:canteen"), fen("income:canteen")) == (
            10_000, 0, 0,
        )  # fmt: skip

    def test_refuses_what_was_not_spent_here_or_is_a_day_old(self, wallet):
        spends(1_800)
        Terminal.rows.create(
            community=HERE, device="meal-2", merchant_id=Terminal.rows.of(HERE).get().merchant_id
        )

        assert back(1, of="a9").reason == "no_such_spend"
        assert back(1, device="meal-2", id="r2").reason == "no_such_spend"
        assert back(1, id="r3", now=NOW + timedelta(hours=25)).reason == "too_late"


class TestCredit:
    def test_rewards_within_what_the_terminal_may_give_a_day(self, wallet):
        Terminal.rows.of(HERE).update(credits_fen=300)
        said = {"way": "card", "shown": "04A1"}

        told = [asks("card.credit", {**said, "fen": 200}, id=f"c{n}") for n in (1, 2)]
        tomorrow = asks("card.credit", {**said, "fen": 200}, id="c3", now=NOW + timedelta(days=1))

        assert [one.reason for one in told] == ["", "too_much"]
        assert tomorrow.ok
        assert (fen(wallet), fen("cost:canteen")) == (10_400, -400)

    def test_says_on_the_statement_what_it_was_for(self, wallet, resident):
        Terminal.rows.of(HERE).update(credits_fen=300)
        asks("card.credit", {"way": "card", "shown": "04A1", "fen": 96, "what": "纸板 1.2 kg"})

        moves, _ = wallet_queries.moves(actor=resident, page=queries.Page(limit=9), now=NOW)

        assert [(one.line.fen, one.title.zh) for one in moves[:1]] == [(96, "纸板 1.2 kg")]

    def test_a_qr_code_is_rewarded_once_and_does_not_pay_after(self, wallet, wiring, resident):
        Terminal.rows.of(HERE).update(credits_fen=1_000)
        wiring.cards["qr", "Q1"] = person_of(resident)
        body = {"way": "qr", "shown": "Q1", "fen": 200}

        told = [asks("card.credit", body, id=f"c{n}") for n in (1, 2)]
        again = asks("card.credit", body, id="c1")
        paid = asks("card.spend", body, id="p1")

        assert [one.reason for one in (*told, again, paid)] == ["", "used", "", "used"]
        assert fen(wallet) == 10_200

    def test_most_terminals_reward_nothing(self, wallet):
        told = asks("card.credit", {"way": "card", "shown": "04A1", "fen": 1})

        assert told.reason == "too_much"


class TestTakeTerminal:
    def test_the_card_pays_and_is_given_back_there_no_more_and_what_was_paid_stands(
        self, wallet, finance
    ):
        spends()

        staff.take_terminal(actor=finance, device=Terminal.rows.of(HERE).get().device, now=NOW)

        assert spends(id="2").reason == back(100).reason == "no_terminal"
        assert CardAsk.rows.of(HERE).get().ok
        assert Outgoing.objects.filter(topic="TerminalTaken").count() == 1

    def test_what_it_asked_before_and_did_not_hear_it_is_told_still(self, wallet, finance):
        paid = spends()

        staff.take_terminal(actor=finance, device="meal-1", now=NOW)

        assert paid.ok
        assert spends() == paid
        assert CardAsk.rows.of(HERE).count() == 1

    def test_what_is_no_terminal_is_refused_and_told_nobody(self, wallet, finance):
        with pytest.raises(staff.NoSuchTerminal):
            staff.take_terminal(actor=finance, device="lamp-1", now=NOW)

        assert not Outgoing.objects.filter(topic="TerminalTaken").exists()


@pytest.mark.django_db(transaction=True)
def test_one_ask_six_times_at_once_is_paid_once(resident, wiring, canteen):
    wiring.cards["card", "04A1"] = person_of(resident)
    wallet = topped_up(resident)

    told = at_once(*[spends] * 6)

    assert {(one.ok, one.body["left_fen"]) for one in told} == {(True, 8_200)}
    assert fen(wallet) == 8_200
    assert proof.verify().ok
