"""A guest may pass for as long as his host may, at the moment of the decision, and by what
controllers keep: no job need run first.
"""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from linli.app.demo.controller import Shown as AtReader
from linli.contracts.doors import Leave, Way
from linli.domains.doors.models import Credential, Right
from linli.domains.doors.operations import admitting, forgetting, granting
from linli.registry.people import operations as people
from linli.registry.people.entries import MembershipEntry
from linli.registry.people.models import Household, Membership
from linli.registry.places.models import Place
from tests.domains.doors.conftest import NOW, OTHER_ROOM, ROOM, later
from tests.domains.doors.test_admitting import admission

LAST_DAY = NOW.date() + timedelta(days=1)
"""The lease is over when this day begins."""
MIDNIGHT = timezone.make_aware(datetime.combine(LAST_DAY, datetime.min.time()))
SECOND = timedelta(seconds=1)
BEFORE, AFTER = MIDNIGHT - SECOND, MIDNIGHT


def lease_ends(homes, until=LAST_DAY):
    Membership.rows.of("hml").filter(person=homes.wang).update(until=until)


def rights_end(homes):
    """Let the rights of the home end by time, as of one who moved in until a day."""
    home = Household.rows.of("hml").select_related("room").get(room__path=ROOM)
    granting.move_in(home=home, until=MIDNIGHT, by=None, now=NOW)


def come(homes, **more):
    return admitting.admit(admission(homes, until=later(days=6), with_code=True, **more))


def follow(now=NOW):
    return forgetting.follow(community="hml", now=now)


@pytest.mark.parametrize("ends", [lease_ends, rights_end])
@pytest.mark.parametrize("first", ["the lease", "the guest"])
class TestLease:
    @pytest.fixture
    def digits(self, homes, ends, first):
        """Let a guest be asked for and the lease be known, one first; return his digits."""
        if first == "the lease":
            ends(homes)
        digits = come(homes).code
        if first == "the guest":
            ends(homes)
        return digits

    def test_guests_open_nothing_from_its_end_on_and_are_let_out(self, digits, show):
        told = [
            show(door, way=Way.CODE, value=digits, now=now, **more)
            for door in ("gate-e", "door-3")
            for now, more in ((BEFORE, {}), (AFTER, {}))
        ]
        out = show("gate-e", way=Way.CODE, value=digits, now=AFTER, reader="out")

        assert [one.reason for one in told] == ["right", "gone"] * 2
        assert (out.opens, out.reason) == (True, "leaving")

    def test_a_controller_without_a_line_knows_the_end_from_what_it_was_told(
        self, digits, controller
    ):
        follow()
        door = controller("gate-e")
        door.pull()

        pin = AtReader(way=Way.PIN, value=digits)
        told = [door.by_itself(pin, now.timestamp()).reason for now in (BEFORE, AFTER)]

        assert told == ["right", "over"]

    def test_one_that_fetches_after_it_is_told_of_no_guest(self, digits, controller):
        door = controller("gate-e")

        door.pull(now=AFTER)

        pin = AtReader(way=Way.PIN, value=digits)
        assert door.by_itself(pin, AFTER.timestamp()).opens is False


class TestPass:
    def test_a_picture_says_the_end_itself_to_whom_nobody_told(self, homes, controller):
        lease_ends(homes)
        admitting.admit(admission(homes, since=BEFORE, until=AFTER + 60 * SECOND, uses=2))
        sent = admitting.guest_picture("hml", "visit:1", NOW)
        doors = [controller("gate-e"), controller("gate-w")]
        for door in doors:
            door.pull()
            door._entries.clear()

        told = [
            door.by_itself(AtReader(way=Way.QR, value=sent), now.timestamp()).reason
            for door, now in zip(doors, (BEFORE, AFTER), strict=True)
        ]

        assert told == ["right", "over"]
        assert admitting.guest_picture("hml", "visit:1", AFTER) == ""

    def test_a_picture_leaves_out_the_doors_that_his_host_has_lost(self, homes, show):
        admitting.admit(admission(homes, until=later(hours=6), uses=2))
        held = Right.rows.of("hml").filter(household__room__path=ROOM, ended_at=None)
        lost = held.get(door__device__code="gate-e")
        granting.end(community="hml", id=lost.pk, now=NOW)

        sent = admitting.guest_picture("hml", "visit:1", NOW)
        told = [show(door, way=Way.QR, value=sent).opens for door in ("gate-e", "gate-w")]
        for right in held:
            granting.end(community="hml", id=right.pk, now=NOW)

        assert told == [False, True]
        assert admitting.guest_picture("hml", "visit:1", NOW) == ""

    def test_shows_no_code_of_after_it_and_nothing_then(self, homes):
        lease_ends(homes)
        come(homes)
        moments = [BEFORE, AFTER + 30 * SECOND]

        before = admitting.guest_pass("hml", "visit:1", moments, BEFORE)
        after = admitting.guest_pass("hml", "visit:1", moments, AFTER)

        assert (len(before.codes), len(before.digits)) == (1, 6)
        assert (after.codes, after.digits) == ((), "")

    def test_whose_guest_he_was_is_forgotten_with_it(self, homes):
        come(homes)
        held = Credential.rows.of("hml").filter(guest="visit:1")
        before = set(held.values_list("host", "home__room__path"))

        admitting.withdraw(Leave(community="hml", subject="visit:1", by=None, cause="y", now=NOW))

        assert before == {(homes.wang, ROOM)}
        assert set(held.values_list("host", "home")) == {(None, None)}


class TestHost:
    def test_who_has_another_home_lets_nobody_into_the_one_that_he_left(self, homes, show):
        entry = MembershipEntry(room=OTHER_ROOM, person="wang", relation="family")
        people.put_many(community="hml", entries=[entry], today=NOW.date())
        leaves, stays = come(homes).code, come(homes, subject="visit:2", place=OTHER_ROOM).code
        Membership.rows.of("hml").filter(person=homes.wang, household__room__path=ROOM).update(
            until=LAST_DAY
        )

        told = [
            show("gate-e", way=Way.CODE, value=one, now=AFTER).reason for one in (leaves, stays)
        ]

        assert told == ["gone", "right"]

    def test_a_right_that_somebody_ends_ends_theirs_at_that_door(self, homes, show, controller):
        digits, door = come(homes).code, controller("gate-e")
        door.pull()
        [right] = Right.rows.of("hml").filter(
            household__room__path=ROOM, door__device__code="gate-e", ended_at=None
        )  # fmt: skip

        granting.end(community="hml", id=right.pk, now=NOW)
        door.pull()

        told = [
            show(one, way=Way.CODE, value=digits, now=later(minutes=n)).reason
            for n, one in enumerate(("gate-e", "gate-w"))
        ]
        assert told == ["gone", "right"]
        pin = AtReader(way=Way.PIN, value=digits)
        assert door.by_itself(pin, NOW.timestamp()).opens is False

    def test_while_he_is_barred_they_are(self, homes, show, controller):
        digits, door = come(homes).code, controller("gate-e")
        pin = AtReader(way=Way.PIN, value=digits)
        barred = granting.bar(
            community="hml", person=homes.wang, reason="x", until=None, by=None, now=NOW
        )
        door.pull()
        meanwhile = [
            show("gate-e", way=Way.CODE, value=digits).opens,
            door.by_itself(pin, NOW.timestamp()).opens,
        ]

        granting.lift_bar(community="hml", id=barred.pk, now=NOW)
        door.pull()

        assert meanwhile == [False, False]
        assert show("gate-e", way=Way.CODE, value=digits).opens
        assert door.by_itself(pin, NOW.timestamp()).opens

    def test_the_guest_of_nobody_in_particular_comes_while_anybody_lives_there(self, homes, show):
        entry = MembershipEntry(room=ROOM, person="li", relation="family")
        people.put_many(community="hml", entries=[entry], today=NOW.date())
        digits = come(homes, host=None).code
        lease_ends(homes)
        before = show("gate-e", way=Way.CODE, value=digits, now=AFTER).reason
        Membership.rows.of("hml").filter(household__room__path=ROOM).update(until=LAST_DAY)

        after = show("gate-w", way=Way.CODE, value=digits, now=AFTER).reason

        assert (before, after) == ("right", "gone")

    @pytest.mark.parametrize("how", ["right", "barred"])
    def test_the_guest_of_nobody_in_particular_passes_no_door_that_all_of_it_lost(
        self, homes, show, controller, how
    ):
        digits, door = come(homes, host=None).code, controller("gate-e")
        pin = AtReader(way=Way.PIN, value=digits)
        door.pull()
        before = door.by_itself(pin, NOW.timestamp()).opens
        rights = Right.rows.of("hml").filter(
            household__room__path=ROOM, door__device__code="gate-e", ended_at=None
        )  # fmt: skip
        if how == "right":
            granting.end(community="hml", id=rights.get().pk, now=NOW)
        else:
            granting.bar(
                community="hml", person=homes.wang, reason="x", until=None, by=None, now=NOW
            )  # fmt: skip
        door.pull()

        told = [
            show(one, way=Way.CODE, value=digits, now=later(minutes=n)).opens
            for n, one in enumerate(("gate-e", "gate-w"))
        ]

        assert (before, told) == (True, [False, how == "right"])
        assert not door.by_itself(pin, NOW.timestamp()).opens

    def test_the_guest_of_nobody_in_particular_passes_as_one_of_them_may(self, homes, show):
        digits = come(homes, host=None).code
        rights = Right.rows.of("hml").filter(household__room__path=ROOM, ended_at=None)
        rights.update(household=None, person=homes.wang)

        assert show("gate-e", way=Way.CODE, value=digits).opens

    def test_a_guest_of_a_home_whose_path_is_another_by_now_is_its_guest(self, homes):
        home = Household.rows.of("hml").get(room__path=ROOM)
        Place.rows.of("hml").filter(path=ROOM).update(path=f"{ROOM}a")

        come(homes, household=home.pk)

        held = Credential.rows.of("hml").filter(guest="visit:1")
        assert set(held.values_list("host", "home")) == {(homes.wang, home.pk)}

    def test_one_of_whom_it_is_not_known_whose_he_is_comes_as_his_pass_says(self, homes, show):
        digits = come(homes).code
        Credential.rows.of("hml").filter(guest="visit:1").update(host=None, home=None)
        lease_ends(homes)

        assert show("gate-e", way=Way.CODE, value=digits, now=AFTER).reason == "right"


class TestFollow:
    def test_a_lease_that_goes_on_is_told_for_his_guests_as_well_and_once(self, homes, controller):
        lease_ends(homes)
        digits, door = come(homes).code, controller("gate-e")
        door.pull()
        lease_ends(homes, until=None)

        told = [follow(), follow()]
        door.pull()

        assert told == [2, 0]
        pin = AtReader(way=Way.PIN, value=digits)
        assert door.by_itself(pin, AFTER.timestamp()).reason == "right"
