"""An estate with a gate, a barrier, a lift and a house door, and who lives there."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from linli.adapters import working_calendar
from linli.app import card_numbers, catalogue
from linli.app.demo.controller import Controller
from linli.contracts import calendar, cases, directory, notices, visits
from linli.contracts.asking import Asked
from linli.contracts.cases import CaseBrief, CaseState
from linli.contracts.doors import Way
from linli.contracts.outbox import wake
from linli.domains.doors import desk, ports
from linli.domains.doors.logic.deciding import Mode
from linli.domains.doors.operations import granting, issuing, presenting, setting
from linli.domains.doors.operations import keeping as deciding_how
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.operations.keeping import Wish
from linli.domains.doors.operations.setting import Kept, Side
from linli.domains.doors.queries.situation import Shown
from linli.domains.visits.operations import keeping
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import actor_of
from linli.kernel.words import Words
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import operations as devices
from linli.registry.devices.operations.registering import NewDevice
from linli.registry.people import operations as people
from linli.registry.people.entries import (
    HouseholdEntry,
    MembershipEntry,
    PersonEntry,
    StaffEntry,
)
from linli.registry.people.models import Household, Person, Staff
from tests.registry.conftest import NOW, estate, wired

__all__ = ["estate", "wired"]

MODELS, _ = catalogue.models()
CARD = "1234567890"
ROOM, OTHER_ROOM = "hml/b03/u1/f02/201", "hml/b03/u1/f01/101"
BOTH = {"in": "in", "out": "out"}
FLOORS = {"1": "hml/b03/u1/f01", "2": "hml/b03/u1/f02"}


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """Wire what doors ask; return the cases and notices that were asked for."""
    found = SimpleNamespace(cases=[], notices=[])

    def case(wanted):
        found.cases.append(wanted)
        return CaseBrief(id=1, number="1", state=CaseState.DISPATCHED)

    for port, answer in (
        (
            calendar.working_day,
            working_calendar.calendar(arrangement=working_calendar.Arrangement()),
        ),
        (wake, lambda: None),
        (directory.communities, lambda: ["hml"]),
        (cases.ask, case),
        (notices.post, found.notices.append),
        (visits.leaving, keeping.leaving),
        (visits.moved_out, keeping.moved_out),
        (device_catalogue.models, lambda: MODELS),
        (ports.card_of_bits, card_numbers.card_of_bits),
        (ports.card_of_print, card_numbers.card_of_print),
    ):
        monkeypatch.setattr(port, "_answer", answer)
    return found


def device(code, model, place):
    return NewDevice(code=code, model=model, name=Words(zh=code, en=code), place=place)


def keep(actor, how, *, door="door-3"):
    """Keep a door in a mode, for half a day, or as is said of it by whom the estate is founded."""
    if isinstance(how, Mode):
        wish = Wish(mode=how, reason="消防演练", until=NOW + timedelta(hours=12))
        return deciding_how.keep(actor=actor, door=door, wish=wish, now=NOW)
    return setting.change(community="hml", code=door, kept=how, by=None, now=NOW)


@pytest.fixture
def doors_there(estate):
    """Enter the doors: two gates to the estate, a house door, a lift."""
    rows = [
        device("gate-e", "access_door", "hml"),
        device("gate-w", "access_door", "hml"),
        device("door-3", "access_door", "hml/b03/u1"),
        device("lift-3", "lift", "hml/b03/u1"),
        device("plant", "access_door", "hml/p1"),
    ]
    devices.register_many(community=estate, devices=rows, now=NOW)
    both = (Side(code="in"), Side(code="out", direction="out"))
    for code, kept in (
        ("gate-e", Kept(kind="gate", readers=both)),
        ("gate-w", Kept(kind="gate", readers=both)),
        ("door-3", Kept(escape=True)),
        ("lift-3", Kept(floors=FLOORS)),
        ("plant", Kept(area="plant", readers=both)),
    ):
        setting.add(community=estate, device=code, kept=kept, by=None, now=NOW)
    return estate


@pytest.fixture
def homes(doors_there):
    """Enter two households, who have moved in; return the persons by code."""
    entries = [
        PersonEntry(code="wang", name="王小和"),
        PersonEntry(code="li", name="李小睦"),
        StaffEntry(code="g1", name="张大门", duty="on"),
        HouseholdEntry(room=ROOM, occupancy="owner"),
        HouseholdEntry(room=OTHER_ROOM, occupancy="rented"),
        MembershipEntry(room=ROOM, person="wang", relation="owner"),
        MembershipEntry(room=OTHER_ROOM, person="li", relation="tenant"),
    ]
    people.put_many(community="hml", entries=entries, today=NOW.date())
    for home in Household.rows.of("hml").select_related("room"):
        granting.move_in(home=home, until=None, by=None, now=NOW)
    found = {row.code: row.pk for row in Person.rows.of("hml")}
    return SimpleNamespace(**found, guard=Staff.rows.of("hml").get().pk)


@pytest.fixture
def card(homes):
    new = NewCredential(way=Way.CARD, person=homes.wang, value=CARD)
    return issuing.issue(community="hml", new=new, by=None, now=NOW).row


@pytest.fixture
def show(db):
    """Show something at a door; return the answer."""
    count = iter(range(1, 10_000))

    def show(door="door-3", value=CARD, way=Way.CARD, ask="", now=NOW, **more):
        return presenting.present(
            community="hml",
            device=door,
            ask=ask or f"a{next(count)}",
            shown=Shown(way=way, value=value, **more),
            now=now,
        )

    return show


@pytest.fixture
def manager(estate):
    opened = identity.open_account(username="manager", name="周经理", password="long enough 7")
    identity.grant(account=opened.account, role="manager", community="hml", now=NOW)
    return actor_of(account=opened.account, community="hml", now=NOW)


@pytest.fixture
def resident(homes):
    """Let Wang sign in; return him as who asks."""
    opened = identity.open_account(username="wang", name="王小和", password="long enough 7")
    identity.grant(account=opened.account, role="resident", community="hml", now=NOW)
    entry = PersonEntry(code="wang", account=opened.account)
    people.put_many(community="hml", entries=[entry], today=NOW.date())
    return actor_of(account=opened.account, community="hml", now=NOW)


@pytest.fixture
def browser(client):
    def sign_in(actor):
        client.force_login(Account.objects.get(pk=actor.account))
        return client

    return sign_in


@pytest.fixture
def controller(db):
    """Make the controller of a door, and let it ask."""

    def make(door="door-3", panel=None):
        made = Controller(community="hml", device=door, readers=BOTH, panel=panel)

        def ask(question, now=NOW):
            body = {name: value for name, value in question.items() if name not in {"id", "ask"}}
            asked = Asked(
                community="hml", device=door, kind=question["ask"], id=question["id"], body=body,
                at=now.timestamp(),
            )  # fmt: skip
            return desk.ANSWERS[asked.kind](asked, now)

        def pull(now=NOW, off_s=0.0):
            clock = now.timestamp() + off_s
            while made.take_rights(ask(made.wants_rights(clock), now).body, clock):
                pass

        def tell(now=NOW, off_s=0.0):
            while run := made.tells(now.timestamp() + off_s):
                ask(run, now)
                made.told(len(run["items"]))

        made.ask, made.pull, made.tell = ask, pull, tell
        return made

    return make


def later(**span):
    return NOW + timedelta(**span)
