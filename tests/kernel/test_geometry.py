"""Shapes on the ground: where a position lies."""

import pytest

from linli.kernel.geometry import box, holds, meet, middle

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]]}
RING = {
    "type": "Polygon",
    "coordinates": [
        [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]],
        [[1, 1], [1, 3], [3, 3], [3, 1], [1, 1]],
    ],
}
TWO = {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"], [[[9, 9], [9, 8], [8, 8]]]]}


@pytest.mark.parametrize(
    ("shape", "where"),
    [
        (None, None),
        ({"type": "Point", "coordinates": [121.0, 31.0]}, (121.0, 31.0)),
        ({"type": "Point", "coordinates": []}, None),
        ({"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2]]]}, (1.0, 1.0)),
    ],
)
def test_the_middle_of_a_shape(shape, where):
    assert middle(shape) == where


@pytest.mark.parametrize(
    ("shape", "position", "inside"),
    [
        (SQUARE, (2, 2), True),
        (SQUARE, (5, 2), False),
        (SQUARE, (2, -1), False),
        (RING, (2, 2), False),
        (RING, (0.5, 2), True),
        (TWO, (1, 1), True),
        (TWO, (6, 6), False),
        ({"type": "Point", "coordinates": [2, 2]}, (2, 2), False),
        (None, (0, 0), False),
        ({"type": "Polygon", "coordinates": None}, (0, 0), False),
    ],
)
def test_a_position_is_held_or_not(shape, position, inside):
    assert holds(shape, position) is inside


def test_boxes_meet_at_an_edge_and_not_beyond():
    assert box(SQUARE) == (0.0, 0.0, 4.0, 4.0)
    assert box({"type": "Polygon", "coordinates": []}) is None
    assert meet(box(SQUARE), (4, 4, 5, 5))
    assert not meet(box(SQUARE), (4.1, 0, 5, 5))
