"""SM3 by the vectors of GB/T 32905-2016, annex A."""

from linli.foundation import sm3


def test_digests_as_the_standard_says():
    assert sm3.digest(b"abc") == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    assert sm3.digest(b"abcd" * 16) == (
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )


def test_a_keyed_digest_is_known_by_its_key_alone():
    shown = sm3.mac(b"key", b"words")

    assert sm3.is_mac(b"key", b"words", shown)
    assert not sm3.is_mac(b"another", b"words", shown)
    assert not sm3.is_mac(b"key", b"word", shown)
    assert not sm3.is_mac(b"key", b"words", b"")
