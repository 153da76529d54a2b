"""Bytes sealed part by part: nothing of them can be changed, moved, cut off or read elsewhere."""

from datetime import date

import pytest

from linli.foundation.vault import blobs, logic, operations

KEY = bytes(range(16))
PART = 1024 * 1024


def seal(plain, bound="hml|file|a", cut=None):
    chunks = [plain] if cut is None else [plain[at : at + cut] for at in range(0, len(plain), cut)]
    return b"".join(blobs.sealed(chunks, key=KEY, bound=bound))


def opened(body, bound="hml|file|a", key=KEY, cut=PART):
    pieces = [body[at : at + cut] for at in range(0, len(body), cut)]
    return b"".join(blobs.opened(pieces, key=key, bound=bound))


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 3 * PART])
def test_what_was_sealed_opens_however_it_comes_in_pieces(size):
    plain = bytes(one % 251 for one in range(1000)) * (size // 1000 + 1)

    body = seal(plain[:size], cut=300_007 if size else None)

    assert opened(body) == opened(body, cut=777_777) == plain[:size]
    assert plain[:40] not in body
    assert len(body) == size + logic.TAG_BYTES * max(1, -(-size // PART))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda body: body[: PART + 16],
        lambda body: body[PART + 16 :],
        lambda body: body[:-1],
        lambda body: body + b"x",
        lambda body: body[PART + 16 : 2 * (PART + 16)] + body[: PART + 16] + body[2 * PART + 32 :],
        lambda body: body[:5] + bytes([body[5] ^ 1]) + body[6:],
        lambda _body: b"",
    ],
    ids=["cut off after a part", "without its first", "a byte short", "a byte more", "moved",
         "changed", "nothing"],
)  # fmt: skip
def test_what_was_changed_moved_or_cut_off_does_not_open(wrong):
    body = seal(b"x" * (2 * PART + 10))

    with pytest.raises(logic.Broken):
        opened(wrong(body))


def test_under_another_name_or_key_it_does_not_open():
    body = seal(b"a picture")

    with pytest.raises(logic.Broken):
        opened(body, bound="hml|file|b")
    with pytest.raises(logic.Broken):
        opened(body, key=bytes(16))


@pytest.mark.django_db(databases=["default", "apart"])
def test_whose_key_was_destroyed_says_so(settings, tmp_path):
    settings.KEYS = tmp_path
    name, key = blobs.begin(community="hml", today=date(2026, 6, 1))
    assert blobs.key_of(community="hml", name=name) == key

    operations.discard(community="hml", subjects=[name])

    with pytest.raises(blobs.Destroyed):
        blobs.key_of(community="hml", name=name)
    with pytest.raises(blobs.Destroyed):
        blobs.key_of(community="other", name=name)
