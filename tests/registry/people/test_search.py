import pytest

from linli.registry.people.entries import PersonEntry, StaffEntry, VehicleEntry
from linli.registry.people.search import search
from tests.registry.people.conftest import ROOM, put

pytestmark = pytest.mark.django_db


def found(text, community="hml", seen=(), people=True):
    hits = search(community=community, text=text, seen=seen, people=people)
    return [(hit.kind, hit.title[0]) for hit in hits]


class TestSearch:
    @pytest.mark.parametrize("text", ["周桂兰", "桂兰", "8000", "13800008000", "+86 138 0000 8000"])
    def test_finds_a_person_by_name_phone_or_its_end(self, lived_in, text):
        assert ("person", "周桂兰") in found(text)

    @pytest.mark.parametrize("text", ["浙A12345", "12345", "浙a·123", "ａ１２３４５", "B1-017"])
    def test_finds_a_vehicle_by_any_part_of_its_plate_or_parking(self, lived_in, text):
        assert ("vehicle", "浙A12345") in found(text)

    @pytest.mark.parametrize("text", ["201", "3-1-201", "3号楼 201"])
    def test_finds_a_room(self, lived_in, text):
        assert found(text)[0] == ("place", "201室")

    def test_finds_shops_staff_and_equipment(self, lived_in):
        assert found("便利") == [("organisation", "小李便利店")]
        assert found("水电") == [("staff", "张工")]
        assert found("eq-1") == [("equipment", "1号电梯")]

    def test_the_middle_of_a_phone_number_finds_nobody(self, lived_in):
        assert found("0000800") == []
        assert found("1380000") == []

    def test_shows_only_masked_numbers(self, lived_in):
        [hit] = search(community="hml", text="周桂兰", people=True)

        assert hit.subtitle == ("3号楼1单元2层201室 · 138****8000", hit.subtitle[1])
        assert hit.path == ROOM

    def test_finds_no_person_for_who_may_not_know_people(self, lived_in):
        assert found("周桂兰", people=False) == []
        assert found("浙A12345", people=False) == [("vehicle", "浙A12345")]

    def test_finds_nothing_of_another_community_or_area(self, lived_in, other_estate):
        assert found("周桂兰", community="other") == []
        assert found("周桂兰", seen=("hml/p1",)) == []
        assert found("201", seen=("hml/p1",)) == []

    def test_the_whole_comes_before_a_beginning_before_a_part(self, lived_in):
        put([PersonEntry(code="a", name="李安"), PersonEntry(code="b", name="李安民"),
             PersonEntry(code="c", name="小李安"), StaffEntry(code="d", name="李安")])  # fmt: skip

        assert [title for _, title in found("李安")] == ["李安", "李安", "李安民", "小李安"]

    def test_gives_fifty_at_most(self, lived_in):
        put([VehicleEntry(plate=f"浙B{n:05}") for n in range(80)])

        assert len(found("浙B")) == 50

    @pytest.mark.parametrize(
        "text", ["", "   ", "%", "_", "'; DROP TABLE places_place;--", "\\", "·"]
    )
    def test_signs_without_words_find_nothing(self, lived_in, text):
        assert found(text) == []
