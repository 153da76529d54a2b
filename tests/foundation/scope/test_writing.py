import pytest

from linli.foundation.scope.writing import update_all
from linli.registry.places.models import Place

pytestmark = pytest.mark.django_db


def place(community, path):
    return Place.rows.create(
        community=community, path=path, kind="zone", code=path, name_zh="原名", words=""
    )


class TestUpdateAll:
    def test_writes_the_named_fields_of_each_row_and_no_others(self):
        rows = [place("hml", "a"), place("hml", "b")]
        for row in rows:
            row.name_zh, row.kind, row.geometry = row.path, "gate", {"type": "Point"}

        update_all(rows, ["name_zh", "geometry"])

        found = Place.rows.of("hml").order_by("path").values_list("name_zh", "kind", "geometry")
        assert list(found) == [("a", "zone", {"type": "Point"}), ("b", "zone", {"type": "Point"})]

    def test_a_row_said_to_be_of_another_community_is_left_alone(self):
        row = place("hml", "a")
        row.community, row.name_zh = "other", "新名"

        update_all([row], ["name_zh"])

        assert Place.rows.of("hml").get().name_zh == "原名"

    def test_nothing_is_written_for_no_rows(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            update_all([], ["name_zh"])
