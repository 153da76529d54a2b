"""Pushes of CTWing, from the command line's side."""

import json
from pathlib import Path

import pytest

from linli.drivers.ctwing.decoding import decode
from linli.drivers.frames import BadFrame

SAMPLES = json.loads(
    (Path(__file__).parents[2] / "samples" / "ctwing" / "pushes.json").read_text("utf-8")
)


class TestDecode:
    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])
    def test_says_what_the_sample_says(self, sample):
        found = decode(json.dumps(sample["json"]), {})

        assert {name: found.get(name) for name in sample["expect"]} == sample["expect"]

    def test_gives_items_for_several_reports(self):
        two = [sample["json"] for sample in SAMPLES[:2]]

        found = decode(json.dumps(two), {})

        assert [item["imei"] for item in found["items"]] == ["860000000000000", "860000000000001"]

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "not_json"),
            ("{", "not_json"),
            ("[]", "no report"),
            ("5", "not_ctwing"),
            ("{}", "not_ctwing"),
            ('{"messageType":"dataReport","payload":{}}', "not_ctwing"),
            ('{"messageType":"party","IMEI":"1","payload":{}}', "not_ctwing"),
            ('{"messageType":"dataReport","IMEI":"1","payload":{"APPdata":"A"}}', "not_base64"),
            ('{"messageType":"dataReport","IMEI":"1","payload":[1]}', "not_ctwing"),
            ('{"messageType":"dataReport","IMEI":"1","timestamp":"x","payload":{}}', "not_a_time"),
            ('{"messageType":"deviceOnlineOfflineReport","IMEI":"1"}', "not_a_status"),
            ('{"messageType":"commandResponse","IMEI":"1"}', "not_an_answer"),
            ('{"notifyType":"deviceDataChanged","deviceId":"1","service":5}', "not_ctwing"),
        ],
    )
    def test_says_what_it_cannot_read(self, text, why):
        with pytest.raises(BadFrame) as bad:
            decode(text, {})

        assert bad.value.why == why
