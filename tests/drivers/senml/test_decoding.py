"""SenML in JSON and CBOR, from the command line's side, by the examples of RFC 8428."""

import json
from pathlib import Path

import pytest

from linli.drivers.frames import BadFrame
from linli.drivers.reading import BadPayload
from linli.drivers.senml import cbor, codec
from linli.drivers.senml.decoding import decode
from linli.drivers.senml.pack import resolve

SAMPLES = Path(__file__).parents[2] / "samples" / "senml"
VECTORS = [json.loads(path.read_text("utf-8")) for path in sorted(SAMPLES.glob("*.json"))]
CBOR = "".join((SAMPLES / "rfc_cbor.txt").read_text("utf-8").splitlines()[1:])
DEEP = "81" * 2000 + "00"


def why(text):
    with pytest.raises(BadFrame) as bad:
        decode(text, {"now": "0"})
    return bad.value.why


class TestJson:
    @pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["src"][:24])
    def test_resolves_the_examples_of_the_standard(self, vector):
        found = decode(json.dumps(vector["json"]), {"now": str(vector.get("now", 0))})

        assert found == {"items": vector["expect"]}

    def test_keeps_data_as_it_came(self):
        pack = [
            {"bn": "urn:dev:ow:10e2073a01080063:", "n": "temp", "v": 23.1, "u": "Cel"},
            {"n": "label", "vs": "Machine Room"},
            {"n": "open", "vb": False},
            {"n": "nfv-reader", "vd": "aGkgCg"},
        ]

        found = decode(json.dumps(pack), {"now": "0"})

        assert [item[3] for item in found["items"]] == [23.1, "Machine Room", False, "aGkgCg"]

    def test_tells_sums_by_name(self):
        found = decode('[{"bs": 10, "n": "energy", "v": 1, "s": 5}]', {"now": "0"})

        assert found == {"items": [["energy", "", 0.0, 1.0]], "sums": {"energy": 15.0}}

    def test_counts_from_the_clock_where_nobody_says_what_now_is(self):
        [item] = decode('[{"n": "a", "v": 1}]', {})["items"]

        assert item[2] > 1_700_000_000

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "nothing to decode"),
            ("[]", "no record"),
            ("[", "not_senml"),
            ("{}", "not_senml"),
            ("hello", "not hex: 'hello'"),
            ('[{"n":"a","v":1,"odd_":2}]', "senml_label"),
            ('[{"n":"a","v":1,"odd\\u005f":2}]', "senml_label"),
            ('[{"bver":11,"n":"a","v":1}]', "senml_version"),
            ('[{"n":"_a","v":1}]', "senml_name"),
            ('[{"n":"","v":1}]', "senml_name"),
            ('[{"n":"a"}]', "senml_value"),
            ('[{"n":"a","v":1e999}]', "not_senml"),
            ('[{"n":"a","v":1}] x', "not_senml"),
        ],
    )
    def test_refuses_what_must_be_refused(self, text, reason):
        assert why(text) == reason

    def test_refuses_a_label_that_is_no_text(self):
        with pytest.raises(BadPayload, match="not_senml"):
            codec.records(b'[{"n":"a","v":1,"\xff_":2}]')

    def test_takes_a_label_that_need_not_be_understood(self):
        assert decode('[{"n":"a","v":1,"odd":2}]', {"now": "0"})["items"][0][3] == 1.0


class TestCbor:
    def test_reads_the_example_of_the_standard(self):
        found = decode(CBOR, {})

        assert len(found["items"]) == 7
        assert found["items"][0] == [
            "urn:dev:ow:10e2073a0108006:voltage", "V", 1276020076.001, 120.1,
        ]  # fmt: skip
        assert found["items"][4] == ["urn:dev:ow:10e2073a0108006:current", "A", 1276020074.001, 1.5]

    @pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["src"][:24])
    def test_says_the_same_as_json(self, vector):
        now = vector.get("now", 0.0)

        packed = cbor.dumps(vector["json"])

        assert resolve(cbor.records(packed), now=now) == resolve(
            codec.records(json.dumps(vector["json"]).encode()), now=now
        )

    def test_reads_data_as_bytes_and_decimal_fractions(self):
        packed = cbor.dumps([{"n": "tag", "vd": "aGkgCg"}])

        assert decode(packed.hex(), {"now": "0"})["items"] == [["tag", "", 0.0, "aGkgCg"]]
        assert decode("81a200616102c48221196ab3", {"now": "0"})["items"][0][3] == 273.15

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            ("a0", "not_senml"),
            ("8101", "not_senml"),
            ("80", "no record"),
            ("81a300616102016362645f01", "senml_label"),
            ("81a3200b0061610201", "senml_version"),
            ("81a2000000", "not_cbor"),
            ("81a20061610201ff", "not_cbor"),
            ("81a200616102", "not_cbor"),
            ("81a200616102f97e00", "not_a_value"),
            ("81a200616102c48219ffff01", "not_a_value"),
            ("81a200616102c101", "not_cbor"),
            ("81d81c81d81d00", "not_cbor"),
            ("9b7fffffffffffffff", "not_cbor"),
            ("5b7fffffffffffffff", "not_cbor"),
            (DEEP, "not_cbor"),
        ],
    )
    def test_refuses_what_must_be_refused(self, data, reason):
        assert why(data) == reason

    def test_survives_any_byte_changed_and_any_cut(self):
        whole = bytes.fromhex(CBOR)

        for at in range(len(whole)):
            for data in (whole[:at], whole[:at] + bytes((whole[at] ^ 0x55,)) + whole[at + 1 :]):
                try:
                    found = cbor.readings(data, now=0.0)
                except BadPayload:
                    continue
                assert len(found) <= 7
