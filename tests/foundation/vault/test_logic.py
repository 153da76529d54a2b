"""Sealing by the standard's own figures, and against an implementation that is not ours."""

import hmac
from base64 import b64decode, b64encode

import pytest

from linli.foundation.vault import logic

KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
NONCE = bytes.fromhex("00001234567800000000abcd")
PLAIN = bytes.fromhex(
    "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
    "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
)
BOUND = "hml|Person|phone|k1"


def sealed(plain=b"13800008000", bound=BOUND, nonce=NONCE):
    return logic.seal(key=KEY, nonce=nonce, plain=plain, bound=bound)


class TestSeal:
    def test_the_cipher_is_that_of_rfc_8998_appendix_a_1(self):
        """The appendix binds octets that are no text, so the cipher is asked itself."""
        cipher = logic.Cipher(logic.algorithms.SM4(KEY), logic.modes.GCM(NONCE)).encryptor()
        cipher.authenticate_additional_data(
            bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        )

        body = cipher.update(PLAIN) + cipher.finalize()

        assert body.hex() == (
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
            "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        )
        assert cipher.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"

    def test_what_is_sealed_is_nonce_noise_and_tag(self):
        raw = b64decode(sealed())

        assert raw[:12] == NONCE
        assert len(raw) == 12 + 11 + 16
        assert b"138" not in raw

    def test_opens_what_it_sealed(self):
        assert logic.unseal(key=KEY, sealed=sealed(), bound=BOUND) == b"13800008000"

    @pytest.mark.parametrize("at", [0, 11, 12, 22, 23, 38])
    def test_refuses_what_was_changed_by_one_bit(self, at):
        raw = bytearray(b64decode(sealed()))
        raw[at] ^= 1

        with pytest.raises(logic.Broken):
            logic.unseal(key=KEY, sealed=b64encode(raw).decode(), bound=BOUND)

    @pytest.mark.parametrize(
        "bound", ["hml|Person|phone|k2", "hml|Person|id_number|k1", "other|Person|phone|k1"]
    )
    def test_refuses_what_was_put_in_anothers_place(self, bound):
        with pytest.raises(logic.Broken):
            logic.unseal(key=KEY, sealed=sealed(), bound=bound)

    @pytest.mark.parametrize("text", ["", "AA==", "not base64!", "号码", "A" * 20])
    def test_refuses_what_is_no_sealed_text(self, text):
        with pytest.raises(logic.Broken):
            logic.unseal(key=KEY, sealed=text, bound=BOUND)

    def test_refuses_another_key(self):
        with pytest.raises(logic.Broken):
            logic.unseal(key=bytes(16), sealed=sealed(), bound=BOUND)


class TestIndex:
    def test_is_hmac_sm3_by_the_standard_library_too(self):
        field_key = hmac.new(b"k" * 16, b"Person.phone", "sm3").digest()
        theirs = hmac.new(field_key, b"13800008000", "sm3").hexdigest()

        ours = logic.index(key=b"k" * 16, field="Person.phone", value="13800008000")

        assert ours == theirs[:32]

    def test_one_value_has_another_index_in_each_field_and_community(self):
        made = {
            logic.index(key=key, field=field, value="8000")
            for key in (b"a" * 16, b"b" * 16)
            for field in ("Person.phone", "Person.phone.tail", "Staff.phone.tail")
        }

        assert len(made) == 6

    def test_nothing_is_found_by_nothing(self):
        assert logic.index(key=KEY, field="Person.phone", value="") == ""
