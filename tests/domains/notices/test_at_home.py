"""What happens in a home is told to the grown-ups who live there, and to nobody else."""

from datetime import date, time, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from linli.contracts import privacy
from linli.contracts.effects import NoticeWanted, Severity
from linli.contracts.sos import SosMoved
from linli.domains.notices import handlers, logic, queries
from linli.domains.notices.models import Hearer, Notice, Ringing
from linli.domains.notices.operations import pushing
from linli.domains.notices.operations.pushing import Offered
from linli.foundation import ids, webpush
from linli.foundation.identity.models import Account
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.people.models import Household, Membership, Person
from linli.registry.places.models import Place
from tests.domains.notices.conftest import HERE, NOON

TODAY = date(2026, 6, 1)
ROOM = "hml/b01/201"
NIGHT = NOON + timedelta(hours=11)
"""23:00 at the place."""
TEXT = Words(zh="您家（{place}）漏水", en="A leak in your home ({place})")


@pytest.fixture(autouse=True)
def on(settings, monkeypatch):
    settings.PUSH, settings.PUSH_INSIDE = True, False
    monkeypatch.setattr(privacy.whom, "_answer", lambda c, account, today: [])


@pytest.fixture
def home(places):
    """Return a home that is let, and a maker of who belongs to it."""
    room = Place.rows.create(
        community=HERE, path=ROOM, kind="room", code="201", name_zh="201 室", name_en="201",
        parent=Place.rows.of(HERE).get(path="hml/b01"),
    )  # fmt: skip
    row = Household.rows.create(community=HERE, room=room, occupancy="rented")

    def belongs(name, relation="family", *, born_on=date(1980, 1, 1), signs_in=True, **more):
        account = Account.objects.create(username=name, name=name) if signs_in else None
        person = Person.rows.create(
            community=HERE, code=name, name=name, account=account, born_on=born_on
        )
        Membership.rows.create(
            community=HERE, household=row, person=person, relation=relation, **more
        )
        return account

    return belongs


def wanted(**changes):
    values = {
        "id": "fx1", "at": NOON.timestamp(), "community": HERE, "cause": "r:1:1", "scene": "s",
        "to": "household", "place": ROOM, "text": TEXT, "severity": Severity.MAJOR, **changes,
    }  # fmt: skip
    handlers.notice_wanted(NoticeWanted(**values))


def told():
    names = {f"account:{row.pk}": row.username for row in Account.objects.all()}
    return sorted(names.get(row.to, row.to) for row in Notice.rows.of(HERE))


def hears(account, **quiet):
    key = ec.generate_private_key(ec.SECP256R1())
    actor = queries.Actor(
        account=account.pk, name=account.name, community=HERE, roles=frozenset({"resident"})
    )
    said = Offered(
        endpoint=f"https://push.example.net/{account.pk}",
        point=webpush.packed(webpush.point_of(key)), auth=webpush.packed(b"sixteen bytes..!"),
    )  # fmt: skip
    row = pushing.agree(actor=actor, offered=said, agreed=True, now=NOON)
    Ringing.rows.of(HERE).delete()
    Hearer.rows.of(HERE).filter(pk=row.pk).update(**quiet)
    return actor


def rings():
    return [(row.kind, row.link) for row in Ringing.rows.of(HERE).order_by("pk")]


class TestAtHome:
    def test_is_told_to_the_grown_ups_who_live_there_now(self, home):
        home("tenant", "tenant")
        home("wife", born_on=None)
        home("eighteen", born_on=date(2008, 6, 1))
        home("child", born_on=date(2008, 6, 2))
        home("landlord", "owner")
        home("friend", "other")
        home("gone", until=TODAY)
        home("not_yet", since=TODAY + timedelta(days=1))
        home("grandma", signs_in=False)
        erased = home("erased")
        Person.rows.of(HERE).filter(account=erased).update(erased_at=NOON)

        wanted()

        assert told() == ["eighteen", "tenant", "wife"]

    def test_is_told_once_however_often_the_scene_says_it(self, home):
        hears(home("tenant", "tenant"))

        wanted()
        Ringing.rows.of(HERE).delete()  # it was sent
        wanted()

        assert (told(), rings()) == (["tenant"], [])
        assert Outgoing.objects.filter(topic="NoticePosted").count() == 1

    def test_is_read_by_them_alone_with_their_home_named(self, home, actor):
        mine = hears(home("tenant", "tenant"))

        wanted()

        [row], _ = queries.notices(actor=mine, cursor="", limit=9)
        assert (row.text_zh, row.link) == ("您家（1 幢201 室）漏水", "/my/home")
        for other in (actor("a", "resident"), actor("b", "manager"), actor("c", "guard")):
            assert queries.notices(actor=other, cursor="", limit=9)[0] == []

    @pytest.mark.parametrize("place", ["hml/b01", "hml", "hml/g1"])
    def test_of_a_place_where_nobody_lives_is_told_nobody(self, home, place):
        home("tenant", "tenant")

        wanted(place=place)

        assert told() == []

    @pytest.mark.parametrize(
        ("urgent", "kind"), [(True, [("danger", "/my/home")]), (False, [])], ids=["danger", "not"]
    )
    def test_keeps_quiet_hours_unless_it_is_dangerous(self, home, urgent, kind):
        hears(home("tenant", "tenant"), quiet_from=time(22), quiet_to=time(6))

        wanted(at=NIGHT.timestamp(), urgent=urgent)

        assert (told(), rings()) == (["tenant"], kind)

    def test_rings_by_day_for_what_is_not_dangerous_too(self, home):
        hears(home("tenant", "tenant"), quiet_from=time(22), quiet_to=time(6))

        wanted()

        assert rings() == [("home", "/my/home")]

    def test_rings_nobody_half_an_hour_late(self, home):
        hears(home("tenant", "tenant"))

        wanted(urgent=True)

        assert pushing.letters(most=9, busy=[], now=NOON + timedelta(minutes=31)) == []

    def test_of_another_community_is_none_of_theirs(self, home):
        home("tenant", "tenant")

        wanted(community="other")

        assert told() == []


def test_who_goes_to_a_call_is_rung_when_it_is_elsewhere_and_who_raised_it_is_not(home):
    caller, guard = home("caller"), home("guard")
    hears(caller)
    hears(guard)
    fact = SosMoved(
        id=ids.new(), at=NIGHT, community=HERE, cause=None, call=9, before=ROOM, place="hml/g1",
        going=(guard.pk,), told=(caller.pk, guard.pk),
    )  # fmt: skip

    handlers.sos_moved(fact)
    handlers.sos_moved(fact)

    row = Ringing.rows.of(HERE).get()
    assert (row.hearer.account_id, row.kind, row.link) == (guard.pk, "moved", "/my/help")
    said = logic.TOLD[row.kind]
    assert ROOM not in f"{said.title} {said.text}"
