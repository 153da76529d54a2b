import numpy as np
import pytest
from av import CodecContext, Packet

from linli.drivers.g711 import Law, decoded, encoded

EVERY_CODE = bytes(range(256))
EVERY_SAMPLE = np.arange(-32768, 32768, dtype="<i2")


@pytest.mark.parametrize(("law", "codec"), [(Law.A, "pcm_alaw"), (Law.MU, "pcm_mulaw")])
def test_every_code_sounds_as_another_decoder_has_it(law, codec):
    other = CodecContext.create(codec, "r")
    other.sample_rate, other.layout = 8000, "mono"

    [frame] = other.decode(Packet(EVERY_CODE))

    assert decoded(EVERY_CODE, law) == frame.to_ndarray().astype("<i2").tobytes()


@pytest.mark.parametrize(("law", "nothing"), [(Law.A, 0xD5), (Law.MU, 0xFF)])
def test_silence_is_the_code_of_silence(law, nothing):
    assert encoded(bytes(4), law) == bytes([nothing, nothing])


@pytest.mark.parametrize("law", list(Law))
def test_a_code_is_its_own_code_again(law):
    again = encoded(decoded(EVERY_CODE, law), law)

    # The µ-law has two codes of nothing.
    assert [code for code in EVERY_CODE if again[code] != code] == ([] if law is Law.A else [0x7F])


@pytest.mark.parametrize("law", list(Law))
def test_no_sample_is_far_from_what_it_becomes(law):
    heard = np.frombuffer(decoded(encoded(EVERY_SAMPLE.tobytes(), law), law), dtype="<i2")

    wrong = np.abs(heard.astype(int) - EVERY_SAMPLE.astype(int))
    assert (wrong <= np.maximum(16, np.abs(EVERY_SAMPLE.astype(int)) / 24)).all()


def test_nothing_is_nothing():
    assert encoded(b"", Law.A) == decoded(b"", Law.A) == b""
