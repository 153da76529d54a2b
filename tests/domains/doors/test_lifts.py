"""Who is let in by a call, or taps at home, finds the lift free for one floor and no other."""

import pytest

from linli.contracts.doors import OpenWanted, Way
from linli.contracts.effects import Severity
from linli.domains.doors.logic.deciding import Mode
from linli.domains.doors.models import Door, Passage, Right
from linli.domains.doors.operations import opening, setting
from linli.domains.doors.operations.setting import Kept
from linli.domains.doors.queries import listing
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from linli.registry.alarms.models import Alarm
from linli.registry.devices.models import Command, Device
from linli.registry.devices.queries import DeviceNotFound
from linli.registry.people.models import Person
from tests.domains.doors.conftest import NOW, OTHER_ROOM, ROOM, keep


def wanted(person=None, *, door="door-3", home=ROOM, way=Way.INTERCOM, key="call:1", account=None):
    return OpenWanted(
        community="hml", door=door, way=way, key=key, person=person, account=account, home=home,
        cause="call:1", now=NOW,
    )  # fmt: skip


def told():
    rows = Command.rows.of("hml").order_by("issued_at", "pk")
    return sorted((row.device, row.service, row.args) for row in rows)


FREED = ("lift-3", "floor.free", {"floor": "2", "seconds": 300})


@pytest.fixture
def resident(homes):
    opened = identity.open_account(username="wang", name="王小和", password="long enough 7")
    identity.grant(account=opened.account, role="resident", community="hml", now=NOW)
    Person.rows.of("hml").filter(pk=homes.wang).update(account=opened.account)
    return actor_of(account=opened.account, community="hml", now=NOW)


class TestGuest:
    def test_is_taken_to_the_floor_of_the_home_that_let_him_in(self, homes):
        opening.open_for(wanted(homes.wang))
        opening.open_for(wanted(homes.wang))

        assert told() == [("door-3", "door.unlock", {}), FREED]
        [passage] = Passage.rows.of("hml").filter(device="lift-3")
        assert (passage.opened, passage.way, passage.floor) == (True, "intercom", "2")

    def test_whom_the_guard_lets_in_is_too(self, homes, manager):
        opening.open_for(wanted(way=Way.STAFF, account=manager.account))

        assert FREED in told()

    def test_nobody_frees_a_floor_to_which_he_has_no_right(self, homes):
        opening.open_for(wanted(homes.wang, home=OTHER_ROOM))

        assert told() == [("door-3", "door.unlock", {})]
        assert Passage.rows.of("hml").get(device="lift-3").reason == "floor"

    def test_a_door_that_stays_shut_frees_no_floor(self, homes, manager):
        keep(manager, Mode.OFF)

        assert not opening.open_for(wanted(homes.wang)).opened
        assert told() == []

    @pytest.mark.parametrize("how", ["disabled", "no floors", "off"])
    def test_a_lift_that_cannot_keeps_no_door_shut(self, homes, manager, how):
        if how == "disabled":
            Device.rows.of("hml").filter(code="lift-3").update(enabled=False)
        elif how == "off":
            keep(manager, Mode.OFF, door="lift-3")
        else:
            setting.change(community="hml", code="lift-3", kept=Kept(floors={}), by=None, now=NOW)

        assert opening.open_for(wanted(homes.wang)).opened
        assert [one[1] for one in told()] == ["door.unlock"]

    def test_a_landing_too_long_for_a_lift_keeps_no_door_shut_and_is_not_kept(self, homes):
        lift = Door.rows.of("hml").get(device__code="lift-3")
        long = {f"{name}, the one of the tower": path for name, path in lift.floors.items()}
        Door.rows.of("hml").filter(pk=lift.pk).update(floors=long)
        Right.rows.of("hml").filter(door=lift).update(floors=list(long))

        assert opening.open_for(wanted(homes.wang)).opened
        assert [one[1] for one in told()] == ["door.unlock"]
        with pytest.raises(setting.LongLanding):
            setting.change(
                community="hml", code="lift-3", kept=Kept(floors=long), by=None, now=NOW
            )  # fmt: skip

    def test_a_lift_whose_device_takes_no_command_keeps_no_door_shut(self, homes, monkeypatch):
        ask = opening.devices.request_command

        def refuse(*, device, **said):
            if device == "lift-3":
                raise DeviceNotFound(device=device)
            return ask(device=device, **said)

        monkeypatch.setattr(opening.devices, "request_command", refuse)

        assert opening.open_for(wanted(homes.wang)).opened
        assert [one[1] for one in told()] == ["door.unlock"]
        assert not Passage.rows.of("hml").filter(device="lift-3").exists()

    @pytest.mark.parametrize(("place", "free"), [("hml/b03/u1/f01/101", 0), ("hml/p1", 1)])
    def test_nobody_is_sent_into_the_lift_of_a_house_that_burns(self, homes, place, free):
        Alarm.rows.create(
            community="hml", scene="safety.fire.panel_fire", target="x", place=place,
            severity=Severity.CRITICAL, state="raised", first_at=NOW, last_at=NOW,
        )  # fmt: skip

        assert opening.open_for(wanted(homes.wang)).opened

        assert told().count(FREED) == free
        reason = Passage.rows.of("hml").get(device="lift-3").reason
        assert reason == ("right" if free else "no_lift_in_fire")


class TestTap:
    def test_frees_his_own_floor_once(self, resident):
        for _ in range(2):
            assert opening.open_own(actor=resident, door="lift-3", key="k", now=NOW).opened

        assert told() == [FREED]

    def test_is_offered_where_his_right_names_his_floor(self, resident):
        mine = {row.door.device.code: row.tap for row in listing.mine(actor=resident, now=NOW)}
        assert mine["lift-3"]

        setting.change(
            community="hml", code="lift-3", kept=Kept(ways=(Way.CARD,)), by=None, now=NOW
        )

        mine = {row.door.device.code: row.tap for row in listing.mine(actor=resident, now=NOW)}
        assert not mine["lift-3"]

    def test_no_floor_of_another_house_is_freed(self, resident):
        setting.change(community="hml", code="lift-3", kept=Kept(place="hml/p1"), by=None, now=NOW)

        opening.open_for(wanted(listing.standing.himself(actor=resident).person, key="c2"))

        assert FREED not in told()

    def test_a_neighbours_frees_his_own_alone(self, homes, resident):
        Person.rows.of("hml").filter(pk=homes.wang).update(account=None)
        Person.rows.of("hml").filter(pk=homes.li).update(account=resident.account)

        opening.open_own(actor=resident, door="lift-3", key="k", now=NOW)

        assert told() == [("lift-3", "floor.free", {"floor": "1", "seconds": 300})]

    def test_who_has_no_right_there_is_refused(self, homes, resident):
        Right.rows.of("hml").update(ended_at=NOW)

        said = opening.open_own(actor=resident, door="lift-3", key="k", now=NOW)

        assert (said.opened, said.reason, told()) == (False, "no_right", [])

    def test_a_right_to_all_floors_names_none_to_free(self, homes, resident):
        Right.rows.of("hml").update(floors=[])

        with pytest.raises(opening.NotFromAfar):
            opening.open_own(actor=resident, door="lift-3", key="k", now=NOW)

        assert told() == []

    def test_the_desk_frees_none_without_saying_whose(self, homes, manager):
        with pytest.raises(opening.NotFromAfar):
            opening.open_by_staff(actor=manager, door="lift-3", key="k", now=NOW)

        assert told() == []
