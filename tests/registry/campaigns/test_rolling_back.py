"""Roll back: every device has again what it had."""

import pytest

from linli.registry.campaigns import operations, queries
from linli.registry.campaigns.logic.faults import NothingToDo
from linli.registry.campaigns.models import Target
from tests.registry.campaigns.kit import (
    add,
    advance,
    again,
    answer,
    answer_all,
    commands,
    facts,
    flying,
    started,
    states,
    told,
    when,
)

pytestmark = pytest.mark.django_db


def back(row, account, at_s):
    return operations.roll_back(community="hml", id=row.pk, by=account, now=when(at_s))


@pytest.fixture
def old(barriers, account):
    """Two earlier releases that devices have."""
    found = add(account, "1.0.0", image=b"one"), add(account, "1.5.0", image=b"one and a half")
    for number, code in enumerate(barriers):
        told(code, at_s=-60, firmware=found[number % 2].version)
    return found


class TestRollBack:
    def test_brings_each_device_what_it_had(self, account, old, release):
        row = started(account, release)
        advance()
        answer_all(row)
        advance(2.0)

        back(row, account, 10)
        advance(11.0)
        sent = {(c.args["version"], c.args["sha256"]) for c in commands()[10:]}
        answer_all(row, at_s=12)
        advance(13.0)

        assert sent == {(one.version, one.sha256) for one in old}
        assert (states(row), again(row).state) == ({"rolled_back": 10}, "rolled_back")
        has = queries.installed(
            community="hml", kind="firmware",
            numbers=[t.device_id for t in Target.rows.of("hml")],
        )  # fmt: skip
        assert sorted(one.version for one in has.values()) == ["1.0.0"] * 5 + ["1.5.0"] * 5
        assert facts("CampaignRollBackBegan", "CampaignRolledBack") == [
            "CampaignRollBackBegan", "CampaignRolledBack",
        ]  # fmt: skip

    def test_in_the_middle_those_under_way_follow_and_those_waiting_are_left(
        self, account, old, release
    ):
        row = started(account, release, at_once=4)
        advance()
        first = flying(row)
        answer(first[0])
        answer(first[1])
        advance(2.0)

        back(row, account, 3)
        for target in first[2:]:
            answer(target, at_s=4)
        advance(5.0)
        answer_all(row, at_s=6)
        advance(7.0)
        answer_all(row, at_s=8)
        advance(9.0)

        counted = states(row)
        assert again(row).state == "rolled_back"
        assert counted["skipped"] == 10 - counted["rolled_back"]
        assert counted["rolled_back"] >= 4

    def test_what_it_had_must_be_here(self, account, release):
        row = started(account, release, codes=["bar-00"], devices=1)
        advance()
        answer_all(row)
        advance(2.0)

        back(row, account, 3)
        advance(4.0)

        (target,) = Target.rows.of("hml").filter(campaign=row)
        assert (target.state, target.reason) == ("failed", "nothing_before")
        assert again(row).state == "rolled_back"

    def test_is_done_at_any_hour_and_can_be_stopped(self, account, old, release):
        row = started(account, release, at_once=3)
        advance()
        answer_all(row)
        advance(2.0)
        operations.pause(community="hml", id=row.pk, by=account, now=when(2))

        back(row, account, 3)
        operations.cancel(community="hml", id=row.pk, by=account, now=when(4))
        advance(5.0)

        assert again(row).state == "cancelled"
        assert states(row)["done"] == 3

    def test_refuses_where_there_is_nothing_to_bring_back(self, account, release):
        row = started(account, release)
        operations.cancel(community="hml", id=row.pk, by=account, now=when(1))

        with pytest.raises(NothingToDo):
            back(row, account, 2)

        assert again(row).state == "cancelled"

    def test_one_that_failed_of_time_and_has_it_all_the_same_goes_back_too(
        self, account, old, release
    ):
        row = started(account, release, codes=["bar-00"], devices=1, proof="reported")
        advance()
        answer_all(row, ok=False)
        advance(2.0)
        told("bar-00", at_s=60, firmware="2.0.0")

        back(row, account, 70)
        advance(71.0)
        told("bar-00", at_s=80, firmware="1.0.0")
        advance(81.0)

        assert states(row) == {"rolled_back": 1}
