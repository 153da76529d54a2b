"""Payloads: plain JSON and SenML, by the rules of RFC 8428 and by its vectors."""

import json
from pathlib import Path

import pytest

from linli.drivers.http_push import codec as push
from linli.drivers.plain import codec as plain
from linli.drivers.reading import BadPayload
from linli.drivers.senml import cbor
from linli.drivers.senml import codec as senml

SAMPLES = Path(__file__).parents[1] / "samples" / "senml"
NOW = 1_767_225_600.0


def why(read, *args, **kwargs):
    with pytest.raises(BadPayload) as found:
        read(*args, **kwargs)
    return found.value.why


class TestPlain:
    def test_reads_an_object_with_a_time_in_seconds(self):
        found = plain.readings(b'{"co": 41, "t": 1767225600, "on": true}')

        assert [(r.name, r.value, r.at) for r in found] == [
            ("co", 41.0, NOW),
            ("on", True, NOW),
        ]

    @pytest.mark.parametrize(
        "time", ["1767225600", "1767225600000", '"2026-01-01T00:00:00Z"',
                 '"2026-01-01T08:00:00+08:00"'],
    )  # fmt: skip
    def test_reads_a_time_however_it_is_written(self, time):
        found = plain.readings(f'{{"co": 1, "t": {time}}}'.encode())

        assert found[0].at == NOW

    def test_reads_a_list_in_order(self):
        found = plain.readings(b'[{"co": 1, "t": 1}, {"co": 2}]')

        assert [(r.value, r.at) for r in found] == [(1.0, 1.0), (2.0, None)]

    def test_reads_an_event_with_what_else_it_says(self):
        found = plain.readings(b'{"event": "pressed", "who": "x", "t": 5}')

        assert (found[0].name, found[0].value, found[0].at) == ("pressed", 1.0, 5.0)
        assert json.loads(found[0].extras) == {"who": "x"}

    @pytest.mark.parametrize(
        ("payload", "reason"),
        [
            (b"", "not_json"),
            (b"{", "not_json"),
            (b"\xff\xfe", "not_json"),
            (b"[" * 100_000, "not_json"),
            (b"41", "not_readings"),
            (b'["a"]', "not_readings"),
            (b'{"co": null}', "not_a_value"),
            (b'{"co": {"x": 1}}', "not_a_value"),
            (b'{"co": 1, "t": "yesterday"}', "not_a_time"),
            (b'{"co": 1, "t": "2026-01-01T00:00:00"}', "not_a_time"),
            (b'{"co": 1, "t": true}', "not_a_time"),
            (b'{"event": "pressed", "x": "' + b"y" * 2000 + b'"}', "too_large"),
        ],
    )
    def test_says_what_it_cannot_read(self, payload, reason):
        assert why(plain.readings, payload) == reason

    def test_refuses_a_number_too_large_to_be_one(self):
        assert why(plain.readings, b'{"co": 1' + b"0" * 400 + b"}") in ("not_a_value", "not_json")

    @pytest.mark.parametrize(
        ("payload", "online"),
        [(b"online", True), (b'"offline"', False), (b"1", True), (b'{"online": false}', False)],
    )
    def test_reads_a_status(self, payload, online):
        assert plain.online(payload) is online

    def test_reads_answers_and_refuses_what_is_none(self):
        found = plain.answers(b'[{"id": "a", "ok": true}, {"id": "b", "ok": false, "reason": "r"}]')

        assert [(a.id, a.ok, a.reason) for a in found] == [("a", True, ""), ("b", False, "r")]
        assert why(plain.answers, b'{"ok": true}') == "not_an_answer"


class TestSenml:
    @pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
    def test_resolves_the_vectors_of_the_standard(self, sample):
        vector = json.loads(sample.read_text("utf-8"))

        found = senml.readings(json.dumps(vector["json"]).encode(), now=vector.get("now", NOW))

        assert [[r.name, r.unit, r.at, r.value] for r in found] == vector["expect"]

    @pytest.mark.parametrize(
        ("pack", "reason"),
        [
            ([{"n": "a", "v": 1, "odd_": 2}], "senml_label"),
            ([{"bver": 11, "n": "a", "v": 1}], "senml_version"),
            ([{"n": "a b", "v": 1}], "senml_name"),
            ([{"v": 1}], "senml_name"),
            ([{"n": "a"}], "senml_value"),
            ([{"n": "a", "vd": "aGk"}], "senml_value"),
            ([{"n": "a", "v": "1"}], "not_senml"),
            ({"n": "a", "v": 1}, "not_senml"),
        ],
    )
    def test_refuses_what_must_be_refused(self, pack, reason):
        assert why(senml.readings, json.dumps(pack).encode(), now=NOW) == reason

    def test_passes_over_labels_that_need_not_be_understood(self):
        found = senml.readings(b'[{"n":"a","v":1,"odd":2}]', now=NOW)

        assert found[0].value == 1.0


class TestPush:
    def test_goes_by_the_content_type(self):
        body = b'[{"n":"co","v":3}]'

        found = push.readings(body, content_type="application/senml+json; charset=utf-8", now=NOW)

        assert (found[0].name, found[0].value) == ("co", 3.0)

    def test_reads_senml_in_cbor(self):
        body = cbor.dumps([{"n": "co", "v": 3.0}])

        found = push.readings(body, content_type="application/senml+cbor", now=NOW)

        assert (found[0].name, found[0].value) == ("co", 3.0)

    def test_knows_senml_where_no_type_is_said(self):
        assert push.readings(b'[{"n":"co","v":3}]', now=NOW)[0].name == "co"
        assert push.readings(b'[{"co":3}]', now=NOW)[0].name == "co"

    def test_refuses_a_type_that_it_does_not_know(self):
        assert why(push.readings, b"", content_type="text/xml", now=NOW) == "content_type"
