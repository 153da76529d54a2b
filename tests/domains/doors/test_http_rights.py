"""Rights, groups and the list of who is barred, over HTTP: who may, for whom, and twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from linli.contracts.doors import Way
from linli.domains.doors.models import Barred, DoorGroup, GroupedDoor, Right
from linli.domains.doors.operations import granting, issuing, setting
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.queries import finding
from linli.foundation.outbox.models import Outgoing
from linli.registry.people.models import Person
from tests.domains.doors.conftest import NOW, later
from tests.domains.doors.test_http import call
from tests.domains.doors.test_moves import clock, sign_up
from tests.registry.conftest import other_estate

__all__ = ["call", "clock", "other_estate"]

NOBODY = 999_999
PLANTS = {"code": "plants", "name": {"zh": "机房", "en": "Plants"}, "doors": ["plant"]}


def changes():
    return Outgoing.objects.filter(topic="RightsChanged").count()


@pytest.fixture
def stranger(other_estate):
    """Return a manager of another community."""
    return sign_up("stranger", "manager", community="other")


class TestRights:
    def test_given_and_ended_and_ended_twice(self, manager, card, homes, call, show):
        given = call(manager, "post", "/door-rights", {"person": homes.wang, "door": "plant"})
        number, opens = given.json()["id"], show("plant").opens
        before = changes()

        ended = [call(manager, "delete", f"/door-rights/{number}") for _ in range(2)]

        assert (given.status_code, opens) == (201, True)
        assert [one.status_code for one in ended] == [200, 200]
        assert show("plant").reason == "no_right"
        assert changes() == before + 1

    @pytest.mark.parametrize(
        ("body", "status", "key"),
        [
            ({"person": NOBODY, "door": "plant"}, 422, "doors.one_holder"),
            ({"household": NOBODY, "door": "plant"}, 422, "doors.one_holder"),
            ({"staff": NOBODY, "door": "plant"}, 422, "doors.one_holder"),
            ({"door": "plant"}, 422, "doors.one_holder"),
            ({"person": 1, "staff": 1, "door": "plant"}, 422, "doors.one_holder"),
            ({"person": 1}, 422, "doors.one_target"),
            ({"person": 1, "door": "plant", "group": "plants"}, 422, "doors.one_target"),
            ({"person": 1, "door": "nowhere"}, 404, "doors.door_not_found"),
            ({"person": 1, "group": "nothing"}, 404, "doors.group_not_found"),
        ],
    )
    def test_of_nobody_or_to_nothing_is_none(  # noqa: PLR0917
        self, manager, homes, call, body, status, key
    ):
        said = {**body, "person": homes.wang} if body.get("person") == 1 else body
        before = Right.rows.of("hml").count()

        answer = call(manager, "post", "/door-rights", said)

        assert (answer.status_code, answer.json()["key"]) == (status, key)
        assert Right.rows.of("hml").count() == before

    def test_one_that_there_is_not_is_not_ended(self, manager, homes, call):
        answer = call(manager, "delete", f"/door-rights/{NOBODY}")

        assert (answer.status_code, answer.json()["key"]) == (404, "doors.right_not_found")

    @pytest.mark.parametrize("role", ["resident", "guard", "auditor"])
    def test_whoever_may_not_give_ends_none_either(self, homes, call, role):
        other, number = sign_up(role, role), Right.rows.of("hml").first().pk

        given = call(other, "post", "/door-rights", {"person": homes.wang, "door": "plant"})
        ended = call(other, "delete", f"/door-rights/{number}")

        assert (given.status_code, ended.status_code) == (403, 403)
        assert Right.rows.of("hml").get(pk=number).ended_at is None

    def test_of_another_community_is_not_there(self, stranger, manager, homes, call, doors_there):
        number = Right.rows.of("hml").first().pk

        here = call(stranger, "delete", f"/door-rights/{number}")
        there = call(stranger, "delete", f"/../other/door-rights/{number}".replace("/..", ""))

        assert here.status_code == 403
        assert there.status_code in {403, 404}
        assert Right.rows.of("hml").get(pk=number).ended_at is None


class TestGroups:
    def test_a_right_to_a_group_opens_its_doors_and_follows_them(
        self, manager, card, homes, call, show
    ):
        made = call(manager, "put", "/door-groups", PLANTS)
        call(manager, "post", "/door-rights", {"person": homes.wang, "group": "plants"})
        opens = show("plant").opens
        before = changes()

        same = call(manager, "put", "/door-groups", PLANTS)
        unchanged = changes()
        call(manager, "put", "/door-groups", {**PLANTS, "doors": ["gate-e"]})

        assert (made.status_code, same.status_code, opens) == (200, 200, True)
        assert DoorGroup.rows.of("hml").count() == 1
        assert (unchanged, changes()) == (before, before + 1)
        assert show("plant").reason == "no_right"

    def test_another_name_is_no_other_right(self, manager, homes, call):
        call(manager, "put", "/door-groups", PLANTS)
        call(manager, "post", "/door-rights", {"person": homes.wang, "group": "plants"})
        before = changes()

        renamed = {**PLANTS, "name": {"zh": "设备房", "en": "Plant rooms"}}
        answer = call(manager, "put", "/door-groups", renamed)

        shown = call(manager, "get", "/door-groups").json()["items"]
        [right] = call(manager, "get", "/door-rights?group=plants").json()["items"]
        assert (answer.status_code, changes()) == (200, before)
        assert (len(shown), shown[0]["name"]["zh"], right["where"]["zh"]) == (1, "设备房", "设备房")

    def test_one_to_which_there_are_rights_is_not_deleted_until_they_are_taken_back(
        self, manager, card, homes, call, show
    ):
        call(manager, "put", "/door-groups", PLANTS)
        given = call(manager, "post", "/door-rights", {"person": homes.wang, "group": "plants"})

        used = call(manager, "delete", "/door-groups/plants")
        opens = show("plant").opens
        call(manager, "delete", f"/door-rights/{given.json()['id']}")
        told = [call(manager, "delete", "/door-groups/plants") for _ in range(2)]

        assert (used.status_code, used.json()["key"]) == (409, "doors.group_in_use")
        assert used.json()["values"]["rights"] == 1
        assert opens
        assert [one.status_code for one in told] == [204, 404]
        assert call(manager, "get", "/door-groups").json()["items"] == []
        assert call(manager, "get", "/doors/plant").json()["groups"] == []
        refused = call(manager, "post", "/door-rights", {"person": homes.wang, "group": "plants"})
        assert refused.json()["key"] == "doors.group_not_found"

    def test_its_code_is_free_then_and_the_new_one_has_none_of_the_old_rights(
        self, manager, card, homes, call, show
    ):
        call(manager, "put", "/door-groups", PLANTS)
        given = call(manager, "post", "/door-rights", {"person": homes.wang, "group": "plants"})
        call(manager, "delete", f"/door-rights/{given.json()['id']}")
        call(manager, "delete", "/door-groups/plants")

        made = call(manager, "put", "/door-groups", PLANTS)

        assert made.status_code == 200
        assert call(manager, "get", "/door-rights?group=plants").json()["items"] == []
        assert show("plant").reason == "no_right"
        assert DoorGroup.rows.of("hml").count() == 2

    @pytest.mark.parametrize("role", ["resident", "guard", "front_desk", "auditor"])
    def test_whoever_does_not_keep_doors_deletes_none(self, manager, doors_there, call, role):
        call(manager, "put", "/door-groups", PLANTS)

        assert call(sign_up(role, role), "delete", "/door-groups/plants").status_code == 403
        assert DoorGroup.rows.of("hml").filter(ended_at=None).count() == 1

    def test_staff_of_another_community_delete_none(self, manager, stranger, doors_there, call):
        call(manager, "put", "/door-groups", PLANTS)

        assert call(stranger, "delete", "/door-groups/plants").status_code == 403
        assert DoorGroup.rows.of("hml").filter(ended_at=None).count() == 1

    def test_a_door_that_there_is_not_makes_no_group(self, manager, doors_there, call):
        wanted = {**PLANTS, "doors": ["plant", "nowhere"]}

        answer = call(manager, "put", "/door-groups", wanted)

        assert (answer.status_code, answer.json()["key"]) == (404, "doors.door_not_found")
        assert DoorGroup.rows.of("hml").count() == 0

    def test_the_same_door_twice_is_in_it_once(self, manager, doors_there, call):
        answer = call(manager, "put", "/door-groups", {**PLANTS, "doors": ["plant", "plant"]})

        assert answer.status_code == 200
        assert GroupedDoor.rows.of("hml").count() == 1

    @pytest.mark.parametrize("role", ["resident", "guard", "front_desk", "auditor"])
    def test_whoever_does_not_keep_doors_makes_none(self, doors_there, call, role):
        assert call(sign_up(role, role), "put", "/door-groups", PLANTS).status_code == 403
        assert DoorGroup.rows.of("hml").count() == 0

    def test_staff_of_another_community_make_none(self, stranger, doors_there, call):
        assert call(stranger, "put", "/door-groups", PLANTS).status_code == 403
        assert DoorGroup.rows.of("hml").count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_group_that_is_deleted_while_a_right_is_given_keeps_it_or_never_had_it(homes):
    group = setting.NewGroup(code="plants", name_zh="机房", doors=["plant"])
    setting.put_group(community="hml", group=group, now=NOW)
    new = granting.NewRight(person=homes.wang, group="plants")

    def give():
        granting.grant(community="hml", new=new, by=None, now=NOW)

    def delete():
        setting.end_group(community="hml", code="plants", now=NOW)

    def at(act):
        try:
            act()
        except (finding.GroupNotFound, setting.GroupInUse):
            return act.__name__
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as threads:
        [refused] = [one for one in threads.map(at, [give, delete]) if one]

    ended = DoorGroup.rows.of("hml").filter(ended_at__isnull=False).count()
    assert (refused, ended, Right.rows.of("hml").filter(group__code="plants").count()) in {
        ("give", 1, 0), ("delete", 0, 1),
    }  # fmt: skip


class TestBarred:
    def wanted(self, homes, **more):
        return {"person": homes.wang, "reason": "多次破坏门禁", **more}

    def test_passes_no_door_until_it_is_lifted_and_lifted_twice_is_once(
        self, manager, card, homes, call, show
    ):
        made = call(manager, "post", "/barred", self.wanted(homes))
        shut, out = show(), show("gate-e", reader="out")
        before = changes()

        lifted = [call(manager, "delete", f"/barred/{made.json()['id']}") for _ in range(2)]

        assert made.status_code == 201
        assert (shut.reason, out.reason) == ("barred", "barred")
        assert [one.status_code for one in lifted] == [200, 200]
        assert show().opens
        assert changes() == before + 1
        assert call(manager, "get", "/barred").json()["items"] == []

    def test_twice_is_refused_and_after_lifting_it_is_not(self, manager, homes, call):
        first = call(manager, "post", "/barred", self.wanted(homes))
        second = call(manager, "post", "/barred", self.wanted(homes))
        call(manager, "delete", f"/barred/{first.json()['id']}")
        third = call(manager, "post", "/barred", self.wanted(homes))

        assert (second.status_code, second.json()["key"]) == (409, "doors.barred_already")
        assert third.status_code == 201
        assert Barred.rows.of("hml").count() == 2

    def test_for_a_time_it_is_over_by_itself(self, manager, card, homes, call, show):
        until = later(hours=1).isoformat()
        call(manager, "post", "/barred", self.wanted(homes, until=until))

        assert show().reason == "barred"
        assert show(now=later(hours=1)).opens

    def test_he_alone_and_not_who_lives_with_him(self, manager, card, homes, call, show):
        new = NewCredential(way=Way.CARD, person=homes.li, value="0000000066")
        issuing.issue(community="hml", new=new, by=None, now=NOW)

        call(manager, "post", "/barred", self.wanted(homes))

        assert show(value="0000000066").opens

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"person": NOBODY, "reason": "xx"}, 422),
            ({"person": 1, "reason": "x"}, 422),
            ({"reason": "xx"}, 422),
        ],
    )
    def test_nobody_and_for_no_reason_is_refused(self, manager, homes, call, body, status):
        assert call(manager, "post", "/barred", body).status_code == status
        assert Barred.rows.of("hml").count() == 0

    def test_one_that_there_is_not_is_not_lifted(self, manager, homes, call):
        assert call(manager, "delete", f"/barred/{NOBODY}").status_code == 404

    @pytest.mark.parametrize("role", ["resident", "guard", "front_desk", "auditor"])
    def test_whoever_does_not_keep_doors_bars_and_lifts_nobody(self, manager, homes, call, role):
        made = call(manager, "post", "/barred", self.wanted(homes)).json()
        other = sign_up(role, role)

        barring = call(other, "post", "/barred", {"person": homes.li, "reason": "xx"})
        lifting = call(other, "delete", f"/barred/{made['id']}")

        assert (barring.status_code, lifting.status_code) == (403, 403)
        assert Barred.rows.of("hml").get().lifted_at is None

    def test_staff_of_another_community_bar_and_lift_nobody(self, manager, stranger, homes, call):
        made = call(manager, "post", "/barred", self.wanted(homes)).json()

        barring = call(stranger, "post", "/barred", {"person": homes.li, "reason": "xx"})
        lifting = call(stranger, "delete", f"/barred/{made['id']}")

        assert (barring.status_code, lifting.status_code) == (403, 403)
        assert Barred.rows.of("hml").get().lifted_at is None

    def test_a_person_of_another_community_is_nobody_here(self, manager, homes, call, other_estate):
        other = Person.rows.create(community="other", code="qian", name="钱外")

        answer = call(manager, "post", "/barred", {"person": other.pk, "reason": "xx"})

        assert (answer.status_code, answer.json()["key"]) == (422, "doors.one_holder")
