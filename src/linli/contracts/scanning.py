"""Whether what somebody sends holds a virus: asked before it is kept, of the scanner that the
operator named.
"""

from collections.abc import Iterable, Iterator

from linli.kernel.fault import Fault
from linli.kernel.port import Port


class Infected(Fault):
    """The scanner found something: `found` is what it calls it."""

    key = "files.infected"
    status = 422


class ScannerAway(Fault):
    """The scanner could not be asked, or did not say clearly that nothing is wrong: nothing is kept
    meanwhile.
    """

    key = "files.scanner_away"
    status = 503


def _as_it_is(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pass on what comes: the operator named no scanner."""
    return iter(pieces)


scanned: Port[[Iterable[bytes]], Iterator[bytes]] = Port("scanning.scanned")
"""Yield the pieces of a file while the scanner is given them. After the last it says what it found,
and `Infected` or `ScannerAway` is raised: a file is kept only when all of it has come through.
"""

scanned.answer_with(_as_it_is)


def look_through(content: bytes) -> None:
    """Let a whole file be looked through.

    :raises Infected: if something is found
    :raises ScannerAway: if it is not said clearly that nothing is
    """
    for _ in scanned([content]):
        continue
