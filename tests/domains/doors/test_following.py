"""Who moved is found in few reads, and controllers are told of him and of nobody else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.contracts.doors import Way
from linli.domains.doors.models import Credential
from linli.domains.doors.operations import entering, forgetting, issuing
from linli.domains.doors.operations.entering import Card
from linli.domains.doors.operations.issuing import NewCredential
from linli.foundation.outbox.models import Outgoing
from linli.registry.people.models import Membership, Staff
from tests.domains.doors.conftest import NOW, later


def follow(now=NOW):
    return forgetting.follow(community="hml", now=now)


@pytest.fixture
def held(homes, card):
    """Let both neighbours and the guard hold something; return the versions of all by holder."""
    entering.enter_cards(
        community="hml", cards=[Card(person=homes.li, value="0000000077")], now=NOW
    )
    guards = NewCredential(way=Way.CARD, staff=homes.guard, value="0000000078")
    issuing.issue(community="hml", new=guards, by=None, now=NOW)

    def versions():
        rows = Credential.rows.of("hml").order_by("pk")
        return dict(rows.values_list("person", "version"))

    return versions


class TestFollow:
    def test_nobody_moved_and_nothing_is_said(self, held):
        before, facts = held(), Outgoing.objects.count()

        assert follow() == 0
        assert (held(), Outgoing.objects.count()) == (before, facts)

    def test_who_moved_out_right_after_he_got_his_card_is_told_of_alone_and_once(self, held, homes):
        before = held()
        Membership.rows.of("hml").filter(person=homes.wang).update(until=NOW.date())

        told = [follow(), follow(), follow(later(days=1))]

        after = held()
        assert told == [1, 0, 0]
        assert {who for who, version in after.items() if version != before[who]} == {homes.wang}

    def test_a_lease_that_begins_and_a_guard_who_leaves_are_found_as_well(self, held, homes):
        Membership.rows.of("hml").filter(person=homes.li).update(since=later(days=2).date())
        Staff.rows.of("hml").update(employed=False)

        assert [follow(), follow(later(days=1)), follow(later(days=2))] == [2, 0, 1]

    def test_it_reads_no_oftener_for_many_than_for_one(self, held, homes):
        with CaptureQueriesContext(connection) as few:
            follow()
        for number in range(30):
            value = f"{2_000_000_000 + number}"
            new = NewCredential(way=Way.CARD, person=homes.li, value=value)
            issuing.issue(community="hml", new=new, by=None, now=NOW)

        with CaptureQueriesContext(connection) as many:
            assert follow() == 0

        assert len(many) == len(few) < 10
