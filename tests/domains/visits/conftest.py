"""Two homes of an estate, who lives there, a guard, and doors that remember what they were told."""

from datetime import UTC, datetime, timedelta

import pytest

from linli.contracts import directory, doors, parking, visits
from linli.contracts import places as places_contract
from linli.contracts.doors import CODE_LASTS, Admitted, DoorBrief, GuestCode, GuestPass, OpenTold
from linli.contracts.outbox import wake
from linli.contracts.parking import GuestCar
from linli.domains.doors.logic import reasons
from linli.domains.visits.logic import Span
from linli.domains.visits.operations import inviting
from linli.domains.visits.operations.inviting import Guest, Invitation
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from linli.kernel.words import Words
from linli.registry.devices.catalogue import models as thing_models
from linli.registry.people.models import Household, Membership, Person
from linli.registry.places import queries as place_queries
from tests.registry.conftest import estate, other_estate, sign_in, wired

__all__ = ["estate", "other_estate", "sign_in", "wired"]

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
"""Monday noon at the place."""
HOME, NEXT_DOOR = "hml/b03/u1/f01/101", "hml/b03/u1/f01/102"
GATE, LIFT, UNIT = "gate-s", "lift-b03", "door-b03"
WAY = tuple(
    DoorBrief(code=code, kind=kind, place="hml", name=Words(zh=code, en=code))
    for code, kind in ((GATE, "gate"), (UNIT, "door"), (LIFT, "lift"))
)


class FakeDoors:
    """What the doors were told: who is let in, in which order doors were opened."""

    def __init__(self):
        self.admitted, self.opened, self.barred = {}, [], set()
        self.opens, self.his = True, []
        self.lanes, self.parked = {}, GuestCar(lots=(), stay=None)

    def admit(self, wish):
        self.admitted[wish.subject] = wish
        return Admitted(token="t", code="", doors=wish.doors)

    def withdraw(self, leave):
        self.admitted.pop(leave.subject, None)

    def guest_pass(self, community, subject, moments, now):
        given = self.admitted.get(subject)
        if given is None:
            return GuestPass()
        codes = [
            GuestCode(token=f"qr {subject} {at:%H:%M:%S}", since=at, until=at + CODE_LASTS)
            for at in moments
        ]
        return GuestPass(codes=codes, digits="246810" if given.with_code else "")

    def picture(self, community, subject, now):
        return f"picture {subject}" if subject in self.admitted else ""

    def open_for(self, wanted):
        self.opened.append(wanted)
        return OpenTold(opened=self.opens, reason="right" if self.opens else "shut", passage=7)

    def is_barred(self, community, people, now):
        return bool(self.barred & set(people))


@pytest.fixture(autouse=True)
def gates(monkeypatch):
    fake = FakeDoors()
    for port, answer in (
        (doors.admit, fake.admit),
        (doors.withdraw, fake.withdraw),
        (doors.guest_pass, fake.guest_pass),
        (doors.guest_picture, fake.picture),
        (doors.doors_of, lambda community, person, now: fake.his),
        (doors.open_for, fake.open_for),
        (doors.barred, fake.is_barred),
        (doors.way_to, lambda community, place: WAY),
        (doors.reason, reasons.said),
        (parking.guest_car, lambda community, visit, now: fake.parked),
        (parking.lane_names, lambda community, codes: fake.lanes),
        (visits.picture_source, lambda community, door: ""),
        (visits.panel, lambda community, door: None),
        (places_contract.names, _names),
        (directory.communities, lambda: ["hml"]),
        (wake, lambda: None),
        (thing_models, dict),
    ):
        monkeypatch.setattr(port, "_answer", answer)
    return fake


def _names(community, paths):
    found = place_queries.full_names(community=community, paths=paths)
    return {path: Words(zh=zh, en=en or zh) for path, (zh, en) in found.items()}


def live(room, username, community="hml", relation="owner", role="resident"):
    """Let somebody with an account live in a room; return him as he asks."""
    place = place_queries.place(community=community, path=room)
    household, _ = Household.rows.of(community).get_or_create(
        room=place, defaults={"occupancy": "owner"}
    )
    opened = identity.open_account(username=username, name=username, password="long enough 7")
    identity.grant(account=opened.account, role=role, community=community, now=NOW)
    person = Person.rows.create(
        community=community, code=username, name=username, account_id=opened.account
    )
    Membership.rows.create(
        community=community, household=household, person=person, relation=relation
    )
    return actor_of(account=opened.account, community=community, now=NOW)


@pytest.fixture
def host(estate):
    return live(HOME, "host")


@pytest.fixture
def wife(host):
    return live(HOME, "wife", relation="family")


@pytest.fixture
def neighbour(estate):
    return live(NEXT_DOOR, "neighbour")


@pytest.fixture
def guard(estate):
    opened = identity.open_account(username="guard", name="王卫", password="long enough 7")
    identity.grant(account=opened.account, role="guard", community="hml", now=NOW)
    return actor_of(account=opened.account, community="hml", now=NOW)


def wish(kind="guest", name="李来", *, since=NOW, hours=4, uses=1, **more):
    """Return an invitation; what is of the guest or of the span goes there."""
    span = {key: more.pop(key) for key in ("days", "starts", "ends") if key in more}
    guest = {key: more.pop(key) for key in ("phone", "plate", "people", "why") if key in more}
    return Invitation(
        kind=kind,
        guest=Guest(name=name, **guest),
        span=Span(since=since, until=since + timedelta(hours=hours), **span),
        uses=uses,
        **more,
    )


@pytest.fixture
def visit(host):
    return inviting.invite(actor=host, wish=wish(phone="13800138000", plate="浙Z12345"), now=NOW)
