"""Bodies of CoAP messages, from the command line's side."""

import pytest

from linli.drivers.coap.decoding import decode
from linli.drivers.frames import BadFrame
from linli.drivers.senml import cbor


class TestDecode:
    @pytest.mark.parametrize(
        "text",
        [
            '{"a": 1.5, "t": 7}',
            '[{"n": "a", "v": 1.5, "t": 7}]',
            cbor.dumps([{"n": "a", "v": 1.5, "t": 7}]).hex(),
            "a26161f93e00617407",
        ],
    )
    def test_reads_every_form(self, text):
        assert decode(text, {"now": "0"}) == {"items": [["a", "", 7.0, 1.5]]}

    def test_tells_bytes_that_only_a_table_knows(self):
        assert decode("00 FD 64 00", {}) == {"payload_hex": "00fd6400"}

    @pytest.mark.parametrize("text", ["", "{", "{}x", "zz", '{"a": null}'])
    def test_says_what_is_wrong(self, text):
        with pytest.raises(BadFrame):
            decode(text, {})
