"""The trail as it is told to a collector of logs elsewhere, while it is made: each sealed line one
message of syslog (modelled on RFC 5424) whose text is the line and its digest as JSON, so that what
was collected proves itself.
"""

import socket
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from linli.foundation import durable
from linli.foundation.audit import logic
from linli.foundation.audit.models import Act, Line
from linli.foundation.audit.proof import Verdict

_AUDIT, _WARNING, _INFORMATIONAL = 13, 4, 6
"""The facility `log audit`, and two severities: that somebody was refused is worth a warning."""
_SAID = (*logic.COLUMNS, "digest")


class Position(msgspec.Struct, frozen=True):
    """Up to which line of the trail the collector has it."""

    number: int


def reached(file: Path) -> int:
    """Return the number of the last line that was told for certain; 0 at the beginning.

    :raises OSError: if the file cannot be read
    :raises msgspec.DecodeError: if it holds something else
    """
    if not file.exists():
        return 0
    return msgspec.json.decode(file.read_bytes(), type=Position).number


def reach(file: Path, number: int) -> None:
    """Remember that all lines up to this number were told.

    :raises OSError: if the disk will not take it
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    durable.put(file=file, parts=[msgspec.json.encode(Position(number))])


def messages(*, after: int, most: int) -> list[tuple[int, bytes]]:
    """Return the sealed lines behind a number, in their order: number and message of each."""
    rows = Line.objects.filter(number__gt=after).order_by("number").values_list(*_SAID)
    host = _printable(socket.gethostname())
    return [(int(row[1]), _message(host, row)) for row in rows[:most]]


def _message(host: str, row: tuple[object, ...]) -> bytes:
    said = dict(zip(_SAID, row, strict=True))
    at = datetime.fromtimestamp(int(str(said["at_us"])) / 1e6, UTC)
    severity = _WARNING if said["act"] == Act.REFUSAL else _INFORMATIONAL
    head = f"<{_AUDIT * 8 + severity}>1 {at:%Y-%m-%dT%H:%M:%S.%fZ} {host} linli - audit - "
    return head.encode() + msgspec.json.encode(said)


def _printable(name: str) -> str:
    return "".join(one for one in name if "!" <= one <= "~")[:255] or "-"


def prove(lines: Iterable[bytes]) -> Verdict:
    """Walk what a collector kept, one message or JSON object a line, in its order. What came twice
    counts once; of where it begins nothing is known, unless that is the beginning of the trail.
    """
    before: tuple[int, str] | None = None
    rows = 0
    for line in lines:
        found = _line(line)
        if found is None:
            return _bad(rows, before, "a line is none of the trail")
        number, digest, values = found
        if before and number <= before[0]:
            continue
        if before and number != before[0] + 1:
            return _bad(rows, before, "a line is missing")
        start = before[1] if before else logic.BEGINNING
        known = before is not None or number == 1
        if known and logic.digest(before=start, values=values) != digest:
            return _bad(rows, before or (number - 1, ""), "a line was changed")
        before, rows = (number, digest), rows + 1
    return Verdict(ok=True, rows=rows)


def _line(message: bytes) -> tuple[int, str, list[object]] | None:
    try:
        said = msgspec.json.decode(message[message.index(b"{") :].rstrip(), type=dict[str, object])
        return int(str(said["number"])), str(said["digest"]), [said[name] for name in logic.COLUMNS]
    except (ValueError, KeyError):
        return None


def _bad(rows: int, before: tuple[int, str] | None, why: str) -> Verdict:
    return Verdict(ok=False, rows=rows, first_bad=before[0] + 1 if before else None, why=why)
