"""An outside party, as a department or a provider, is to be reached otherwise: a second person is
asked, and reads what.
"""

import secrets

import msgspec

from linli.foundation import sealing, sm3
from linli.foundation.approvals.models import Approval
from linli.kernel.words import Words

_KEY_BYTES = 32


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """Where a party is to be reached and by which key, in hexadecimal; None leaves it as it is, and
    an empty key is made here.
    """

    url: str | None = None
    key: str | None = None
    reason: str = ""


class LineAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a second person; and the key, if another is asked for: told here once."""

    approval: Approval
    key: str


def wanted(*, line: NewLine, url: str, sealed: bytes, use: str) -> tuple[str | None, str | None]:
    """Return the address and the key (hexadecimal) that are asked for; None of what a party has
    already. A key that is to be made is made.

    :param url: where it is reached now
    :param sealed: by which key it is reached now, as it lies sealed for a use
    """
    other = secrets.token_bytes(_KEY_BYTES).hex() if line.key == "" else line.key
    if line.key and bytes.fromhex(line.key) == sealing.open_sealed(sealed, use=use):
        other = None
    return (line.url if line.url != url else None), other


def request(
    *, url: str | None, key: str | None, was: str, sealed: bytes, use: str
) -> dict[str, str]:
    """Return what is kept until a second person has decided: how a party is reached now, as
    `mark` tells it, and how it is to be; the key sealed, and empty where it stays.

    :param url: the address that is asked for; None as it was
    :param key: the key that is asked for, in hexadecimal; None as it was
    """
    return {
        "was": mark(url=was, sealed=sealed),
        "url": url or was,
        "key": sealing.seal(bytes.fromhex(key), use=use).hex() if key else "",
    }


def mark(*, url: str, sealed: bytes) -> str:
    """Return how a party is reached, as a digest of its address and sealed key: it tells nothing,
    and changes with either.
    """
    return sm3.digest(url.encode() + sealed)


def told(*, name: Words, was: str, url: str | None, key: str | None) -> Words:
    """Return what is asked: another address, another key (hexadecimal), or both; None is as before.
    Of a key it is the beginning of its SM3, which the other side can tell him too.
    """
    said, said_en = [], []
    if url is not None:
        said.append(f"地址由 {was[:80]} 改为 {url[:120]}")
        said_en.append(f"from {was[:80]} to {url[:120]}")
    if key is not None:
        mark = sm3.digest(bytes.fromhex(key))[:8]
        said.append(f"换密钥（SM3 {mark}…）")
        said_en.append(f"another key (SM3 {mark}…)")
    return Words(zh=f"{name.zh}：{'；'.join(said)}", en=f"{name.en}: {'; '.join(said_en)}")
