import pytest

from linli.registry.places import logic
from tests.registry.conftest import square


class TestCheckGeometry:
    def test_winds_the_outer_ring_anticlockwise(self):
        ring = logic.check_geometry(square())["coordinates"][0]

        assert ring == [[120, 30], [121, 30], [121, 31], [120, 31], [120, 30]]

    def test_keeps_a_point_and_a_line(self):
        point = {"type": "Point", "coordinates": [120.15, 30.28]}
        line = {"type": "LineString", "coordinates": [[120.15, 30.28], [120.16, 30.28]]}

        assert logic.check_geometry(point) == point
        assert logic.check_geometry(line) == line

    def test_winds_a_hole_the_other_way(self):
        hole = [[120.2, 30.2], [120.4, 30.2], [120.4, 30.4], [120.2, 30.4], [120.2, 30.2]]
        shape = {"type": "MultiPolygon", "coordinates": [[square()["coordinates"][0], hole]]}

        rings = logic.check_geometry(shape)["coordinates"][0]

        assert rings[1] == hole[::-1]

    @pytest.mark.parametrize(
        ("shape", "reason"),
        [
            (None, "type"),
            ([], "type"),
            ({"type": "Circle", "coordinates": [1, 2]}, "type"),
            ({"type": "Point"}, "coordinates"),
            ({"type": "Point", "coordinates": "120,30"}, "coordinates"),
            ({"type": "Point", "coordinates": [120]}, "coordinates"),
            ({"type": "Point", "coordinates": [120, True]}, "coordinates"),
            ({"type": "Point", "coordinates": [120, float("nan")]}, "coordinates"),
            ({"type": "Point", "coordinates": [{}, []]}, "coordinates"),
            ({"type": "Point", "coordinates": [30.2, 120.1]}, "degrees"),
            ({"type": "Point", "coordinates": [520000.0, 4000000.0]}, "degrees"),
            ({"type": "Point", "coordinates": [120, 30], "crs": "GCJ-02"}, "members"),
            ({"type": "LineString", "coordinates": [[120, 30]]}, "too_few"),
            ({"type": "Polygon", "coordinates": [[[120, 30], [121, 30], [121, 31]]]}, "ring"),
            (
                {"type": "Polygon", "coordinates": [[[120, 30], [121, 30], [121, 31], [120, 31]]]},
                "ring",
            ),
            ({"type": "Polygon", "coordinates": [[[1, 1], [2, 2], [3, 3], [1, 1]]]}, "flat"),
            ({"type": "Polygon", "coordinates": []}, "coordinates"),
            ({"type": "LineString", "coordinates": [[1, 1]] * 10_001}, "too_many"),
        ],
    )
    def test_refuses_what_no_map_can_draw(self, shape, reason):
        with pytest.raises(logic.BadGeometry) as refused:
            logic.check_geometry(shape)

        assert refused.value.values["reason"] == reason


class TestCheckParent:
    def test_every_kind_can_be_reached_from_the_top(self):
        reached, before = {""}, set()
        while reached != before:
            before = set(reached)
            reached |= {kind for kind, parents in logic.PARENTS.items() if parents & reached}

        assert reached - {""} == set(logic.PARENTS)

    @pytest.mark.parametrize(
        ("kind", "parent"),
        [("room", "estate"), ("estate", "building"), ("cell", "building"), ("unit", "unit"),
         ("street", "estate"), ("building", "")],
    )  # fmt: skip
    def test_refuses_a_place_where_it_cannot_be(self, kind, parent):
        with pytest.raises(logic.WrongParent):
            logic.check_parent(kind=kind, parent=parent)

    def test_refuses_a_kind_that_there_is_not(self):
        with pytest.raises(logic.UnknownKind):
            logic.check_parent(kind="castle", parent="")


class TestCheckCode:
    @pytest.mark.parametrize("code", ["", "B1", "b 1", "b/1", "-b", "楼", "a" * 33, "../x", "b1\n"])
    def test_refuses_what_cannot_stand_in_a_path(self, code):
        with pytest.raises(logic.BadCode):
            logic.check_code(code=code, kind="building")

    @pytest.mark.parametrize(
        ("code", "ok"), [("hml", True), ("h", False), ("a" * 32, True), ("H", False)]
    )
    def test_a_community_code_has_2_to_32_signs(self, code, ok):
        if ok:
            logic.check_code(code=code, kind="estate")
        else:
            with pytest.raises(logic.BadCode):
                logic.check_code(code=code, kind="estate")
