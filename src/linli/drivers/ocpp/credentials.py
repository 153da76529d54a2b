"""Who knocks: the charge point's id in the path, its password in the header (profiles 1 and 2)."""

import base64
import binascii
import hmac
import re
from urllib.parse import unquote, urlsplit

_HEX_KEY = re.compile(r"[0-9A-Fa-f]{40}")
_ID = re.compile(r"[^\x00-\x20\x7f/:]{1,48}")
_LONGEST_HEADER = 512


def charge_point_id(path: str) -> str | None:
    """Return the last part of a path, as a charge point's id; None where it can be none.

    OCPP-J 1.6 §3.1.1: it may be percent-encoded. It has 48 characters at most (2.0.1 part 4
    §3.1.1), and no colon, which could not stand in the user name.
    """
    said = unquote(urlsplit(path).path.rpartition("/")[2])
    return said if _ID.fullmatch(said) else None


def basic(header: str) -> tuple[str, bytes] | None:
    """Return user and password of an Authorization header; None where it is none of `Basic`.

    The password is bytes: that of 1.6 need not be text (§6.2.2).
    """
    scheme, _, coded = header.strip().partition(" ")
    if scheme.lower() != "basic" or len(coded) > _LONGEST_HEADER:
        return None
    try:
        user, colon, password = base64.b64decode(coded.strip(), validate=True).partition(b":")
        return (user.decode(), password) if colon else None
    except (binascii.Error, UnicodeDecodeError):
        return None


def fits(*, known: str, said: bytes) -> bool:
    """Tell whether a password is the right one, in a time that does not say how much of it was.

    One of 40 hex digits may come as the 20 bytes that they stand for, as 1.6 has it.
    """
    right = hmac.compare_digest(known.encode(), said)
    if _HEX_KEY.fullmatch(known):
        right |= hmac.compare_digest(bytes.fromhex(known), said)
    return right and bool(known)
