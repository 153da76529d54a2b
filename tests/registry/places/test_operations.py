import msgspec
import pytest
from django.db import IntegrityError, transaction

from linli.contracts import approvals as contract
from linli.contracts.places import PlaceMoved
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Grant
from linli.foundation.outbox.models import Outgoing
from linli.registry.places import logic, operations, queries
from linli.registry.places.logic import NewPlace, PlaceChanges
from linli.registry.places.models import Place
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db


def building(code="b04", **more):
    return NewPlace(kind="building", code=code, parent="hml", name_zh="4号楼", **more)


def topics():
    return list(Outgoing.objects.order_by("id").values_list("topic", flat=True))


class TestAdd:
    def test_enters_it_under_its_parent_and_announces_it(self, estate):
        row = operations.add(community="hml", place=building(), now=NOW)

        assert (row.path, row.parent.path) == ("hml/b04", "hml")
        assert topics() == ["PlacesChanged", "PlacesChanged"]

    def test_refuses_the_same_path_twice_and_announces_nothing(self, estate):
        before = topics()

        with pytest.raises(operations.PlaceExists):
            operations.add(community="hml", place=building("b03"), now=NOW)
        with pytest.raises(operations.PlaceExists):
            operations.add_many(community="hml", places=[building(), building()], now=NOW)

        assert topics() == before
        assert not queries.by_path(community="hml", paths=["hml/b04"])

    def test_refuses_a_parent_of_another_community(self, estate, other_estate):
        stray = NewPlace(kind="unit", code="u9", parent="other/b03", name_zh="x")

        with pytest.raises(queries.PlaceNotFound):
            operations.add(community="hml", place=stray, now=NOW)

    def test_refuses_an_estate_of_another_code(self, db):
        stray = NewPlace(kind="estate", code="other", parent="", name_zh="别处")

        with pytest.raises(operations.NotThere):
            operations.add(community="hml", place=stray, now=NOW)

    def test_refuses_a_room_in_the_open_air(self, estate):
        with pytest.raises(logic.WrongParent):
            operations.add(
                community="hml",
                place=NewPlace(kind="room", code="1", parent="hml", name_zh="x"),
                now=NOW,
            )

    def test_refuses_a_cell_that_is_none(self, estate):
        with pytest.raises(operations.NotACell):
            operations.add(community="hml", place=building(cell="hml/p1"), now=NOW)

    def test_all_or_none(self, estate):
        with pytest.raises(logic.BadGeometry):
            operations.add_many(
                community="hml",
                places=[building("b05"), building("b06", geometry={"type": "x"})],
                now=NOW,
            )

        assert not queries.by_path(community="hml", paths=["hml/b05"])

    def test_takes_children_named_before_their_parents(self, db):
        rows = operations.add_many(
            community="new",
            places=[
                NewPlace(kind="building", code="b1", parent="new", name_zh="一号楼"),
                NewPlace(kind="estate", code="new", parent="@st/nb", name_zh="新里"),
                NewPlace(kind="neighbourhood", code="nb", parent="@st", name_zh="社区"),
                NewPlace(kind="street", code="st", parent="", name_zh="街道"),
            ],
            now=NOW,
        )

        assert [row.path for row in rows] == ["@st", "@st/nb", "new", "new/b1"]

    def test_a_room_takes_the_storey_of_its_floor(self, estate):
        assert queries.place(community="hml", path="hml/b03/u1/f02/201").level == 2

    def test_enters_an_old_estate_of_two_thousand_rooms_in_few_queries(
        self, estate, django_assert_max_num_queries
    ):
        rooms = []
        for b in range(10, 30):
            rooms.append(NewPlace(kind="building", code=f"b{b}", parent="hml", name_zh=f"{b}号楼"))
            for f in range(1, 26):
                up = f"hml/b{b}"
                rooms.append(
                    NewPlace(kind="floor", code=f"f{f:02}", parent=up, name_zh=f"{f}层", level=f)
                )
                rooms += [
                    NewPlace(
                        kind="room", code=f"{f}0{r}", parent=f"{up}/f{f:02}", name_zh=f"{f}0{r}室"
                    )
                    for r in range(1, 5)
                ]

        with django_assert_max_num_queries(120):
            operations.add_many(community="hml", places=rooms, now=NOW)

        assert Place.rows.of("hml").filter(kind="room").count() == 2004


class TestChange:
    def test_renames_and_is_found_by_the_new_name_below_it_too(self, estate):
        before = queries.place(community="hml", path="hml/b03")

        row = operations.change(
            community="hml", path="hml/b03", changes=PlaceChanges(name_zh="和园三栋"), now=NOW
        )

        found = queries.matching(community="hml", text="和园三栋 201", seen=(), limit=9)
        assert row.pk == before.pk
        assert [place.path for place in found] == ["hml/b03/u1/f02/201"]
        assert not queries.matching(community="hml", text="3号楼", seen=(), limit=9)

    def test_what_is_left_out_stays_and_null_empties(self, estate):
        row = operations.change(
            community="hml", path="hml/b03", changes=PlaceChanges(geometry=None), now=NOW
        )

        assert (row.geometry, row.height_m, row.name_zh) == (None, 18.0, "3号楼")

    def test_refuses_a_place_that_there_is_not(self, estate, other_estate):
        with pytest.raises(queries.PlaceNotFound):
            operations.change(
                community="hml", path="other/b03", changes=PlaceChanges(name_zh="x"), now=NOW
            )


class TestDutyRoom:
    @pytest.mark.parametrize(
        ("said", "kept"),
        [("0571-8888 0000", "+8657188880000"), ("199 0009 9999", "+8619900099999"), (" ", "")],
    )
    def test_its_number_is_kept_as_it_is_dialled(self, estate, said, kept):
        changes = PlaceChanges(phone=said)

        operations.change(community="hml", path="hml", changes=changes, now=NOW)

        assert queries.duty_phone(community="hml") == kept

    @pytest.mark.parametrize("said", ["110", "8888", "maintenance", "+", "1" * 30])
    def test_what_is_no_number_is_refused_and_the_old_one_stays(self, estate, said):
        operations.change(
            community="hml", path="hml", changes=PlaceChanges(phone="13800138000"), now=NOW
        )

        with pytest.raises(logic.BadPhone):
            operations.change(
                community="hml", path="hml", changes=PlaceChanges(phone=said), now=NOW
            )

        assert queries.duty_phone(community="hml") == "+8613800138000"

    def test_is_the_estates_alone(self, estate, other_estate):
        changes = PlaceChanges(phone="13800138000")

        with pytest.raises(logic.NoDutyRoom):
            operations.change(community="hml", path="hml/b03", changes=changes, now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            Place.rows.of("hml").filter(path="hml/b03").update(phone="+8613800138000")
        operations.change(community="hml", path="hml", changes=changes, now=NOW)

        assert queries.duty_phone(community="other") == ""


class TestMove:
    def test_keeps_the_numbers_of_all_below_and_tells_where_it_went(self, estate):
        room = queries.place(community="hml", path="hml/b03/u1/f02/201")

        operations.move(community="hml", path="hml/b03", parent="hml", code="b33", now=NOW)

        after = queries.place(community="hml", path="hml/b33/u1/f02/201")
        fact = msgspec.json.decode(Outgoing.objects.get(topic="PlaceMoved").body, type=PlaceMoved)
        assert after.pk == room.pk
        assert (fact.before, fact.after) == ("hml/b03", "hml/b33")
        assert not queries.subtree(community="hml", path="hml/b03")
        assert queries.matching(community="hml", text="b33u1201", seen=(), limit=9)

    def test_leaves_a_neighbour_with_a_like_code_alone(self, estate):
        operations.add(community="hml", place=building("b030"), now=NOW)

        operations.move(community="hml", path="hml/b03", parent="hml", code="b04", now=NOW)

        assert queries.place(community="hml", path="hml/b030").code == "b030"

    def test_carries_grants_along(self, estate):
        account = identity.open_account(username="li", name="李", password="long enough 7").account
        identity.grant(account=account, role="guard", community="hml", place="hml/b03/u1", now=NOW)

        operations.move(community="hml", path="hml/b03", parent="hml", code="b33", now=NOW)

        assert Grant.objects.get(account=account).place == "hml/b33/u1"

    def test_refuses_to_put_a_place_into_itself(self, estate):
        with pytest.raises(operations.NotThere):
            operations.move(community="hml", path="hml/b03", parent="hml/b03/u1", now=NOW)

    def test_refuses_another_code_for_the_estate(self, estate):
        with pytest.raises(operations.NotThere):
            operations.move(
                community="hml", path="hml", parent="@wulin/heping", code="hm2", now=NOW
            )

    def test_refuses_a_taken_path_and_changes_nothing(self, estate):
        operations.add(community="hml", place=building("b04"), now=NOW)

        with pytest.raises(operations.PlaceExists):
            operations.move(community="hml", path="hml/b04", parent="hml", code="b03", now=NOW)

        assert queries.place(community="hml", path="hml/b04").code == "b04"

    def test_refuses_a_place_where_it_cannot_be(self, estate):
        with pytest.raises(logic.WrongParent):
            operations.move(community="hml", path="hml/b03/u1", parent="hml/p1", now=NOW)


class TestRemove:
    def test_takes_an_empty_place_away(self, estate):
        operations.remove(community="hml", path="hml/b03/u1/f01/101", now=NOW)

        assert not queries.by_path(community="hml", paths=["hml/b03/u1/f01/101"])

    def test_refuses_a_place_with_something_in_it(self, estate):
        with pytest.raises(operations.PlaceInUse):
            operations.remove(community="hml", path="hml/b03", now=NOW)

    def test_refuses_a_cell_that_groups_buildings(self, estate):
        with pytest.raises(operations.PlaceInUse):
            operations.remove(community="hml", path="hml/g1", now=NOW)


class TestGroup:
    def test_a_cell_groups_exactly_these_buildings(self, estate):
        operations.add(community="hml", place=building("b04"), now=NOW)

        operations.group(community="hml", cell="hml/g1", buildings=["hml/b04"], now=NOW)

        cell = queries.place(community="hml", path="hml/g1")
        found = queries.in_cells(community="hml", cells=[cell.pk])
        assert found == {cell.pk: ["hml/b04"]}
        assert queries.cell_of(community="hml", path="hml/b03/u1") is None

    def test_refuses_a_place_that_is_no_cell(self, estate):
        with pytest.raises(operations.NotACell):
            operations.group(community="hml", cell="hml/p1", buildings=["hml/b03"], now=NOW)


class TestQueries:
    def test_finds_the_nearest_place_of_a_kind_above(self, estate):
        room = "hml/b03/u1/f02/201"

        assert queries.nearest(community="hml", path=room, kind="building").path == "hml/b03"
        assert queries.nearest(community="hml", path=room, kind="room").path == room
        assert queries.nearest(community="hml", path=room, kind="garage") is None
        assert queries.cell_of(community="hml", path=room).path == "hml/g1"

    def test_names_a_place_in_full(self, estate):
        names = queries.full_names(community="hml", paths=["hml/b03/u1", "hml"])

        assert names == {
            "hml/b03/u1": ("3号楼1单元", "Unit 1, Building 3"),
            "hml": ("和睦里", "Hemuli"),
        }

    @pytest.mark.parametrize(
        "text", ["3-1-201", "3号楼201", "３号楼 201", "b03u1201", "B03 201", "3号楼1单元201室"]
    )
    def test_finds_a_room_as_people_say_it(self, estate, text):
        found = queries.matching(community="hml", text=text, seen=(), limit=9)

        assert [place.path for place in found] == ["hml/b03/u1/f02/201"]

    def test_shows_only_what_the_reader_may_see(self, estate):
        rows = queries.places(community="hml", seen=["hml/b03/u1/f02"])

        assert [row.code for row in rows] == ["f02", "201", "202"]

    def test_lists_the_communities(self, estate, other_estate):
        assert queries.communities() == ["hml", "other"]
        assert queries.estates()["hml"].en == "Hemuli"


class TestRemoval:
    """Taking a place away takes two persons (`linli.foundation.approvals`)."""

    def ask(self, path="hml/b09"):
        by = identity.open_account(username="ma", name="马", password="long enough 7").account
        return operations.ask_removal(community="hml", path=path, by=by, now=NOW)

    def carry(self, row):
        operations.carry_removal(
            contract.LetPass(
                approval=row.pk, kind=row.kind, community="hml", about=row.about,
                request=row.request, by=1, approved_by=2, cause="f1", now=NOW,
            )
        )  # fmt: skip

    def test_is_asked_for_in_words_and_nothing_is_gone_yet(self, estate):
        operations.add(community="hml", place=building("b09"), now=NOW)

        row = self.ask()

        assert (row.kind, row.about) == ("deletion", "place:hml/b09")
        assert Place.rows.of("hml").filter(path="hml/b09").exists()

    def test_once_let_pass_it_is_gone(self, estate):
        operations.add(community="hml", place=building("b09"), now=NOW)

        self.carry(self.ask())

        assert not Place.rows.of("hml").filter(path="hml/b09").exists()

    def test_refuses_at_once_what_could_not_be_taken_away(self, estate):
        with pytest.raises(operations.PlaceInUse):
            self.ask("hml/b03")

    def test_another_place_under_the_same_path_stays(self, estate):
        operations.add(community="hml", place=building("b09"), now=NOW)
        row = self.ask()
        operations.move(community="hml", path="hml/b09", parent="hml", code="b10", now=NOW)
        operations.add(community="hml", place=building("b09"), now=NOW)

        with pytest.raises(queries.PlaceNotFound):
            self.carry(row)

        assert Place.rows.of("hml").filter(path="hml/b09").exists()
