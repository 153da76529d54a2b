"""The example of RFC 8291, appendix A, byte for byte; and what a browser would make of ours."""

from datetime import UTC, datetime

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from linli.foundation import webpush
from linli.foundation.webpush import Browser, unpacked

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
BROWSER = Browser(
    endpoint="https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    point=unpacked(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    ),
    auth=unpacked("BTBZMqHH6r4Tts7J_aSIgg"),
)
OURS = ec.derive_private_key(
    int.from_bytes(unpacked("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
)
SALT = unpacked("DGv6ra1nlYgDCS1FRnbzlw")
SAID = b"When I grow up, I want to be a watermelon"


class TestEncrypt:
    def test_makes_the_example_of_the_standard(self):
        made = webpush.encrypted(SAID, to=BROWSER, key=OURS, salt=SALT, padded_bytes=0)

        assert webpush.packed(made) == (
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWA"
            "mS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxs"
            "j_Qulcy4a-fN"
        )

    def test_every_length_looks_the_same(self):
        sizes = {
            len(webpush.encrypted(body, to=BROWSER, key=OURS, salt=SALT))
            for body in (b"", SAID, b"x" * 511)
        }

        assert sizes == {86 + 512 + 16}


class TestKey:
    def test_is_the_same_of_the_same_secret_and_no_other(self):
        points = [
            webpush.point_of(webpush.key_of(webpush.word_of(word)))
            for word in ("one", "one", "two")
        ]

        assert points[0] == points[1] != points[2]

    @pytest.mark.parametrize(
        ("point", "auth", "good"),
        [
            (BROWSER.point, BROWSER.auth, True),
            (BROWSER.point[:-1], BROWSER.auth, False),
            (BROWSER.point[:-1] + b"\0", BROWSER.auth, False),
            (b"\4" + b"\0" * 64, BROWSER.auth, False),
            (BROWSER.point, b"short", False),
            (b"", b"", False),
        ],
    )
    def test_believes_no_point_off_the_curve(self, point, auth, good):
        assert webpush.is_key(point=point, auth=auth) is good

    @pytest.mark.parametrize("text", ["$$$", "a", "中"])
    def test_reads_no_words_that_are_no_base64(self, text):
        assert not webpush.is_key(point=unpacked(text), auth=unpacked(text))


class TestAuthorize:
    def test_is_signed_by_the_key_that_it_names_for_this_service_alone(self):
        said = webpush.authorization(
            endpoint=BROWSER.endpoint, key=OURS, contact="mailto:ops@linli.example", now=NOW
        )

        token, key = said.removeprefix("vapid t=").split(", k=")
        head, claims, sign = token.split(".")
        raw = unpacked(sign)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpacked(key)).verify(
            encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
            f"{head}.{claims}".encode(),
            ec.ECDSA(hashes.SHA256()),
        )
        assert msgspec.json.decode(unpacked(claims)) == {
            "aud": "https://push.example.net",
            "exp": int(NOW.timestamp()) + 12 * 3600,
            "sub": "mailto:ops@linli.example",
        }
