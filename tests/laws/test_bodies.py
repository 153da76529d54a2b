"""What may be sent to a door is named: no body takes a field that its description does not have."""

import json

from tests.laws.test_communication import schemas_of_bodies, told

FREE = {
    ("AdmissionIn", "options"), ("DeviceChange", "options"), ("DeviceIn", "options"),
    ("ReplacementIn", "options"),
    ("CellChange", "geometry"), ("NewCell", "geometry"), ("PlaceChange", "geometry"),
    ("PlaceIn", "geometry"),
    ("DraftTable", "table"),
    ("PasskeyNew", "credential"), ("PasskeyShown", "credential"),
}  # fmt: skip
"""What is read by something that knows its shape: the driver of a device, geometry, the loader of
scenes, WebAuthn. Nothing of it is a column.
"""


def test_no_body_is_open():
    shapes = told()["components"]["schemas"]
    names = {name for name, _ in schemas_of_bodies()}

    assert [name for name in names if shapes[name].get("additionalProperties")] == []
    assert len(names) > 150


def test_a_field_is_free_only_where_something_knows_its_shape():
    shapes = told()["components"]["schemas"]

    free = {
        (name, field)
        for name, field in schemas_of_bodies()
        if '"additionalProperties": true' in json.dumps(shapes[name]["properties"][field])
        or not shapes[name]["properties"][field].keys() - {"title", "default", "description"}
    }

    assert free == FREE
