"""The ledger: nothing comes from nowhere, nothing is lost, nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from linli.contracts.money import Line
from linli.foundation.money import logic, operations, proof, queries
from linli.foundation.money.models import LedgerAccount, Posting, PostingLine
from linli.kernel.fault import Fault
from tests.foundation.money.conftest import HERE, LI, NOON, WANG, topped_up


def post(*lines, key="k", **more):
    said = {"community": HERE, "key": key, "reason": "test", "now": NOON}
    return operations.post(lines=[Line(*line) for line in lines], **said | more)


def fen(account):
    return queries.balance(community=HERE, account=account)


def at_once(*acts):
    """Start all at the same moment, each on a connection of its own; return results or faults."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait()
            return act()
        except Fault as fault:
            return fault
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db
class TestPost:
    def test_moves_an_amount_and_keeps_both_balances(self):
        topped_up(fen=10_000)

        post((LI, -1_500), ("income:parking", 1_500))

        assert (fen(LI), fen("income:parking"), fen("cash:desk")) == (8_500, 1_500, -10_000)

    @pytest.mark.parametrize(
        ("lines", "refusal"),
        [
            ([], logic.Unbalanced),
            ([(LI, 1)], logic.Unbalanced),
            ([("cash:desk", -10), (LI, 9)], logic.Unbalanced),
            ([("cash:desk", 0), (LI, 0)], logic.BadAmount),
            ([("cash:desk", -0.5), (LI, 0.5)], logic.BadAmount),
            ([("cash:desk", -(10**13)), (LI, 10**13)], logic.BadAmount),
            ([("cash:desk", True), (LI, -1)], logic.BadAmount),
            ([("purse:li", -1), (LI, 1)], logic.BadAccount),
            ([("wallet", -1), (LI, 1)], logic.BadAccount),
            ([("wallet:李", -1), (LI, 1)], logic.BadAccount),
            ([("wallet:a b", -1), (LI, 1)], logic.BadAccount),
        ],
    )
    def test_refuses_what_is_no_posting_and_writes_nothing(self, lines, refusal):
        with pytest.raises(refusal):
            post(*lines)

        assert (Posting.rows.of(HERE).count(), LedgerAccount.rows.of(HERE).count()) == (0, 0)

    def test_a_wallet_never_falls_below_zero(self):
        topped_up(fen=100)

        with pytest.raises(operations.NotEnough) as refused:
            post((LI, -101), ("income:parking", 101))

        assert refused.value.values["short_fen"] == 1
        assert (fen(LI), fen("income:parking")) == (100, 0)

    def test_the_same_key_and_lines_in_another_order_are_one_posting(self):
        topped_up()

        one = post((LI, -5), ("income:parking", 5))
        other = post(("income:parking", 5), (LI, -5))

        assert (one.pk, fen(LI)) == (other.pk, 9_995)

    def test_a_key_is_not_used_for_something_else(self):
        topped_up()
        post((LI, -5), ("income:parking", 5))

        with pytest.raises(operations.KeyUsed):
            post((LI, -6), ("income:parking", 6))

        assert fen(LI) == 9_995

    def test_the_same_key_in_another_community_is_another_posting(self):
        topped_up()
        post((LI, -5), ("income:parking", 5))

        post(("cash:desk", -5), (LI, 5), community="other")

        assert queries.balance(community="other", account=LI) == 5
        assert fen(LI) == 9_995

    def test_an_account_may_stand_in_a_posting_twice(self):
        topped_up()

        post((LI, -5), (LI, -7), ("income:parking", 12))

        rows, _ = queries.statement(community=HERE, account=LI, page=queries.Page())
        assert [(row.number, row.fen, row.after) for row in rows] == [
            (3, -7, 9_988), (2, -5, 9_995), (1, 10_000, 10_000),
        ]  # fmt: skip


@pytest.mark.django_db
class TestFinal:
    """The database keeps the promise, whoever writes to it."""

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE money_posting SET reason = 'x'",
            "DELETE FROM money_posting",
            "UPDATE money_postingline SET fen = fen + 1",
            "DELETE FROM money_postingline",
            "DELETE FROM money_ledgeraccount",
            "UPDATE money_ledgeraccount SET code = 'wallet:person:9'",
            "UPDATE money_ledgeraccount SET covered = NOT covered",
            "UPDATE money_ledgeraccount SET fen = -1 WHERE covered",
        ],
    )
    def test_nothing_of_the_ledger_is_changed_or_dropped(self, sql):
        topped_up()

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

        assert proof.verify().ok

    def test_a_key_stands_once(self):
        row = topped_up()

        with pytest.raises(IntegrityError), transaction.atomic():
            Posting.rows.create(community=HERE, key=row.key, reason="x", at=NOON)


@pytest.mark.django_db
class TestVerify:
    def test_an_untouched_ledger_is_whole(self):
        topped_up()
        post((LI, -5), ("income:parking", 5))

        found = proof.verify()

        assert (found.ok, found.accounts, found.postings, found.first_bad) == (True, 3, 2, None)

    def test_finds_a_balance_that_its_lines_do_not_make(self):
        topped_up()
        LedgerAccount.rows.of(HERE).filter(code=LI).update(fen=10_001)

        found = proof.verify()

        assert (found.ok, found.first_bad) == (False, f"hml {LI}")

    def test_finds_a_posting_that_does_not_sum_to_zero(self):
        row = topped_up()
        account = LedgerAccount.rows.of(HERE).get(code=LI)
        PostingLine.rows.create(
            community=HERE, posting=row, account=account, number=2, fen=5, after=10_005
        )
        LedgerAccount.rows.of(HERE).filter(code=LI).update(fen=10_005, lines=2)

        found = proof.verify()

        assert (found.ok, found.first_bad) == (False, f"hml posting {row.pk}")


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_twenty_who_pay_at_once_from_one_wallet_pay_what_there_is(self):
        topped_up(fen=1_000)

        results = at_once(
            *(
                lambda n=n: post((LI, -100), ("income:parking", 100), key=f"pay-{n}")
                for n in range(20)
            )
        )

        refused = [one for one in results if isinstance(one, operations.NotEnough)]
        assert (len(refused), fen(LI), fen("income:parking")) == (10, 0, 1_000)
        assert proof.verify().ok

    def test_one_key_eight_times_at_once_is_one_posting(self):
        topped_up(fen=1_000)

        rows = at_once(*[lambda: post((LI, -100), ("income:parking", 100))] * 8)

        assert len({row.pk for row in rows}) == 1
        assert fen(LI) == 900

    def test_one_key_for_two_things_at_once_one_wins(self):
        topped_up(fen=1_000)

        results = at_once(
            lambda: post((LI, -100), ("income:parking", 100)),
            lambda: post((LI, -100), ("income:charging", 100)),
        )

        assert [type(one) for one in results].count(operations.KeyUsed) == 1
        assert fen(LI) == 900

    def test_there_and_back_at_once_do_not_wait_for_each_other(self):
        topped_up(LI, 1_000)
        topped_up(WANG, 1_000)

        results = at_once(
            *(lambda n=n: post((LI, -10), (WANG, 10), key=f"there-{n}") for n in range(8)),
            *(lambda n=n: post((WANG, -10), (LI, 10), key=f"back-{n}") for n in range(8)),
        )

        assert not [one for one in results if isinstance(one, Fault)]
        assert (fen(LI), fen(WANG)) == (1_000, 1_000)
        assert proof.verify().ok

    def test_accounts_opened_by_many_at_once_are_opened_once(self):
        results = at_once(
            *(
                lambda n=n: post(
                    ("cash:desk", -2), (LI if n % 2 else WANG, 1), (WANG if n % 2 else LI, 1),
                    key=f"new-{n}",
                )
                for n in range(8)
            )
        )  # fmt: skip

        assert not [one for one in results if isinstance(one, Fault)]
        assert (fen(LI), fen(WANG), fen("cash:desk")) == (8, 8, -16)
