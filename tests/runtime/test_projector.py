from datetime import UTC, datetime

import msgspec
import pytest
from django.db import OperationalError

from linli.contracts import effects
from linli.contracts.effects import AlarmCleared, AlarmRaised, Because, DeviceSeen, Severity
from linli.foundation.causes import queries as causes
from linli.foundation.identity.models import Grant
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Handled, Undelivered
from linli.kernel.fault import Fault
from linli.runtime import projector
from linli.runtime.projector import consumer

pytestmark = pytest.mark.django_db
COMMUNITY = "hml"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


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


def project(*, community, table, messages):
    """Project messages given as (sequence, effects), or as (sequence, the bytes of a body)."""
    bodies = [
        (sequence, told if isinstance(told, bytes) else effects.encode(told))
        for sequence, told in messages
    ]
    return projector.project(community=community, table=table, messages=bodies, now=NOON)


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

    def test_what_the_database_would_refuse_again_is_put_aside(self):
        def fail(_run):
            raise OperationalError("too many SQL variables")

        project(community=COMMUNITY, messages=[(3, [raised(1)])], table={AlarmRaised: fail})

        assert "too many" in Undelivered.objects.get().reason
        assert outbox.reached(consumer=consumer(COMMUNITY)) == 3

    def test_an_effect_that_nobody_deals_with_is_put_aside_and_the_rest_go_on(self):
        effect = DeviceSeen(id="d", at=1.0, community=COMMUNITY, cause="", device="x", online=True)
        dealt = []

        project(
            community=COMMUNITY, messages=[(3, [effect, raised(1)])],
            table={AlarmRaised: dealt.extend},
        )  # fmt: skip

        aside = Undelivered.objects.get()
        assert (aside.fact, "Unwired" in aside.reason) == ("d", True)
        assert [effect.id for effect in dealt] == ["a1"]
        assert outbox.reached(consumer=consumer(COMMUNITY)) == 3

    @pytest.mark.parametrize(
        "body", [b"", b"\x91", b"\xc1nonsense", b"\x91" * 5000, b"\x91\xa1\xff"]
    )
    def test_a_message_that_cannot_be_read_is_put_aside_as_it_came(self, body):
        dealt = []

        project(
            community=COMMUNITY, messages=[(3, body), (4, [raised(1)])],
            table={AlarmRaised: dealt.extend},
        )  # fmt: skip

        aside = Undelivered.objects.get()
        assert (bytes(aside.body), aside.community) == (body, COMMUNITY)
        assert [effect.id for effect in dealt] == ["a1"]
        assert outbox.reached(consumer=consumer(COMMUNITY)) == 4

    def test_an_effect_out_of_all_time_is_put_aside(self):
        mad = msgspec.structs.replace(raised(1), cause="r:7:" + "9" * 18, at=1e300)

        project(community=COMMUNITY, messages=[(3, [mad])], table={AlarmRaised: len})

        assert Undelivered.objects.get().fact == "a1"


@pytest.mark.django_db(transaction=True)
def test_a_message_whose_commit_is_refused_is_put_aside_and_the_others_are_kept():
    """A row that points at nothing is noticed only when the whole is committed."""

    def deal(run):
        for effect in run:
            account = 999_999 if effect.id == "a2" else None
            if account:
                Grant.objects.create(account_id=account, community=COMMUNITY, role="guard")
            outbox.once(consumer="deal", fact=effect.id, deal=lambda: None)

    new = project(
        community=COMMUNITY, table={AlarmRaised: deal},
        messages=[(1, [raised(1)]), (2, [raised(2)]), (3, [raised(3)])],
    )  # fmt: skip

    assert new == 3
    assert bytes(Undelivered.objects.get().body) == effects.encode([raised(2)])
    assert set(Handled.objects.values_list("fact", flat=True)) == {"a1", "a3"}
    assert outbox.reached(consumer=consumer(COMMUNITY)) == 3
