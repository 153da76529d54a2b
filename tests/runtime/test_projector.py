from datetime import UTC, datetime

import pytest
from django.db import OperationalError

from linli.contracts.effects import AlarmCleared, AlarmRaised, Because, DeviceSeen, Severity
from linli.foundation.causes import queries as causes
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Undelivered
from linli.kernel.fault import Fault
from linli.runtime.projector import consumer, project

pytestmark = pytest.mark.django_db
COMMUNITY = "hml"


class Refused(Fault):
    key = "tests.refused"


def raised(number, cause="r:7:1000"):
    return AlarmRaised(
        id=f"a{number}",
        at=1.0,
        community=COMMUNITY,
        cause=cause,
        scene="s",
        severity=Severity.MAJOR,
        device="co-1",
        place="hml/g1",
        because=Because(device="co-1", point="co", value=41, limit=30),
    )


def cleared(number):
    return AlarmCleared(id=f"c{number}", at=2.0, community=COMMUNITY, cause="r:7:2000", alarm="a1")


class TestProject:
    def test_deals_with_runs_of_a_kind_in_order_and_moves_the_position(self):
        seen = []

        def raisings(run):
            seen.append(run)

        def clearings(run):
            seen.append(run)

        table = {AlarmRaised: raisings, AlarmCleared: clearings}

        new = project(
            community=COMMUNITY, table=table,
            messages=[(4, [raised(1)]), (5, [raised(2), cleared(1), raised(3)])],
        )  # fmt: skip

        assert new == 2
        assert [[e.id for e in run] for run in seen] == [["a1", "a2"], ["c1"], ["a3"]]
        assert outbox.reached(consumer=consumer(COMMUNITY)) == 5

    def test_kinds_that_share_a_deal_are_dealt_with_together(self):
        seen = []
        table = dict.fromkeys((AlarmRaised, AlarmCleared), seen.append)

        project(
            community=COMMUNITY, table=table, messages=[(1, [raised(1), cleared(1), raised(2)])]
        )

        assert [[e.id for e in run] for run in seen] == [["a1", "c1", "a2"]]

    def test_does_nothing_when_told_twice(self):
        seen = []
        told = {"community": COMMUNITY, "messages": [(5, [raised(1)])]}
        project(**told, table={AlarmRaised: seen.append})

        new = project(**told, table={AlarmRaised: seen.append})

        assert new == 0
        assert len(seen) == 1

    def test_gives_the_chain_its_reading_with_what_it_said(self):
        project(community=COMMUNITY, messages=[(1, [raised(1)])], table={AlarmRaised: len})

        (reading,) = causes.chain(community=COMMUNITY, id="r:7:1000")

        assert reading.kind == "Reading"
        assert reading.about == {"device": "co-1", "point": "co", "value": 41.0, "limit": 30.0}
        assert reading.at == datetime.fromtimestamp(1, UTC)

    @pytest.mark.parametrize("error", [Refused(), KeyError("bug")])
    def test_puts_aside_what_is_refused_and_goes_on_with_the_rest(self, error):
        dealt = []

        def deal(run):
            if any(effect.id == "a2" for effect in run):
                raise error
            dealt.extend(effect.id for effect in run)

        project(
            community=COMMUNITY, table={AlarmRaised: deal},
            messages=[(9, [raised(1), raised(2), raised(3)])],
        )  # fmt: skip

        assert dealt == ["a1", "a3"]
        aside = Undelivered.objects.get()
        assert (aside.fact, aside.community) == ("a2", COMMUNITY)
        assert outbox.reached(consumer=consumer(COMMUNITY)) == 9

    def test_stays_where_it_is_when_the_database_fails(self):
        def fail(_run):
            raise OperationalError("database is locked")

        with pytest.raises(OperationalError):
            project(community=COMMUNITY, messages=[(3, [raised(1)])], table={AlarmRaised: fail})

        assert outbox.reached(consumer=consumer(COMMUNITY)) == 0
        assert not Undelivered.objects.exists()

    def test_an_effect_that_nobody_deals_with_is_a_fault_of_wiring(self):
        effect = DeviceSeen(id="d", at=1.0, community=COMMUNITY, cause="", device="x", online=True)

        with pytest.raises(KeyError):
            project(community=COMMUNITY, messages=[(3, [effect])], table={})
