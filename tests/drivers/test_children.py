"""What a gateway says of the devices behind it: taken, bounded, rubbish told from devices."""

import json

import pytest

from linli.drivers.plain.children import MOST_CHILDREN, Child, children
from linli.drivers.reading import BadPayload


def said(*entries):
    return json.dumps(entries).encode()


class TestChildren:
    def test_takes_codes_and_addresses_with_what_they_are_said_to_be(self):
        found, bad = children(
            said({"code": "meter-1", "model": "electricity_meter", "serial": "SN1", "rssi": -70},
                 {"address": 7, "name": "三号楼", "vendor": ""})
        )  # fmt: skip

        assert bad == []
        assert found == [
            Child(address="meter-1", about={"model": "electricity_meter", "serial": "SN1"}),
            Child(address="7", about={"name": "三号楼"}),
        ]

    def test_one_that_stands_there_twice_is_one(self):
        assert len(children(said({"code": "a1"}, {"address": "a1"}))[0]) == 1

    def test_nobody_is_an_answer(self):
        assert children(b"[]") == ([], [])

    @pytest.mark.parametrize(
        ("payload", "why"),
        [
            (b"", "not_json"),
            (b"\xff[", "not_json"),
            (b"[" * 100_000, "not_json"),
            (b'{"code": "a1"}', "not_children"),
            (b'"a1"', "not_children"),
            (said(*[{"code": f"c{n}"} for n in range(MOST_CHILDREN + 1)]), "too_many_children"),
        ],
        ids=["nothing", "no text", "deep", "object", "word", "many"],
    )
    def test_refuses_what_is_no_list_of_them(self, payload, why):
        with pytest.raises(BadPayload) as refused:
            children(payload)

        assert refused.value.why == why

    @pytest.mark.parametrize(
        "entry",
        [
            1, None, "a1", [], {}, {"code": ""}, {"code": None}, {"code": " "}, {"code": {"x": 1}},
            {"code": "x" * 65}, {"code": "a1", "name": "x" * 65}, {"code": "a\u0000b"},
            {"code": True}, {"address": 1.5}, {"code": "a1", "model": ["m"]},
        ],
        ids=str,
    )  # fmt: skip
    def test_tells_rubbish_from_devices(self, entry):
        found, bad = children(said(entry, {"code": "good-1"}))

        assert [child.address for child in found] == ["good-1"]
        assert bad == [entry]
