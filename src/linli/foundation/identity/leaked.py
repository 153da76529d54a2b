"""Passwords that have leaked elsewhere, looked up in a file of the operator's: nobody is asked, so
nothing of a password leaves the machine.

The file is as the downloader of Pwned Passwords makes it: a line for each, `SHA-1:count`, in the
order of the digests. It may have a thousand million lines; some forty of them are read.
"""

import os
import re
from hashlib import sha1
from pathlib import Path
from typing import BinaryIO

from django.core.exceptions import ValidationError

CODE = "leaked"
_LINE = re.compile(rb"([0-9A-Fa-f]{40})(?::\d+)?")
_LONGEST_LINE = 128
_LOOKS = 64


class BadList(ValueError):
    """It is no list of digests in their order."""


class Leaked:
    """Refuse a password that stands in a list."""

    def __init__(self, file: str) -> None:
        self._file = Path(file)

    def validate(self, password: str, user: object = None) -> None:
        """Look at a password.

        :raises ValidationError: if it is in the list
        :raises BadList, OSError: if the list is none any more
        """
        digest = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with self._file.open("rb") as lines:
            if _stands_in(lines, digest):
                raise ValidationError("leaked", code=CODE)

    def get_help_text(self) -> str:
        """Say so, where Django itself asks for a password."""
        return "不要用已在别处泄露的密码。"


def check(file: Path) -> None:
    """See that a file is such a list, by some lines of it.

    :raises BadList: if it is none
    :raises OSError: if it cannot be read
    """
    with file.open("rb") as lines:
        size, before = _size(lines), b""
        for look in range(_LOOKS):
            _, digest = _line_after(lines, size * look // _LOOKS)
            if digest is None:
                break
            if digest < before:
                raise BadList("its digests are not in their order")
            before = digest
    if not before:
        raise BadList("it is empty")


def _stands_in(lines: BinaryIO, wanted: bytes) -> bool:
    """Tell whether a digest is in a list, by halving what is left of it."""
    low, high = 0, _size(lines)
    least, most = b"0" * 40, b"F" * 40
    while low < high:
        middle = (low + high) // 2
        begins, digest = _line_after(lines, middle)
        if digest is None or begins >= high:
            high = middle
            continue
        if not least <= digest <= most:
            raise BadList("its digests are not in their order")
        if digest == wanted:
            return True
        if digest < wanted:
            low, least = begins + 1, digest
        else:
            high, most = middle, digest
    return False


def _line_after(lines: BinaryIO, place: int) -> tuple[int, bytes | None]:
    """Return where the first line that begins at a place or after it begins, and its digest; None
    at the end.
    """
    lines.seek(max(0, place - 1))
    if place:
        lines.readline(_LONGEST_LINE)
    begins = lines.tell()
    line = lines.readline(_LONGEST_LINE).strip()
    if not line:
        return begins, None
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadList("a line is no digest")
    return begins, found[1].upper()


def _size(lines: BinaryIO) -> int:
    return lines.seek(0, os.SEEK_END)
