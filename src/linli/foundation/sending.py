"""What is handed to whoever carries it outside, what comes back, and when to try again."""

from datetime import datetime, timedelta

import msgspec

GIVEN_UP_AFTER = timedelta(hours=24)
_PAUSES_S = (5, 30, 120, 300, 900, 1800, 3600)


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A message to an address outside, ready to be sent. Those of one `line` go one after another,
    in order; `delivery` is its row.
    """

    delivery: int
    community: str
    line: int
    url: str
    headers: dict[str, str]
    body: bytes


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: the status (0 where nothing did), why not, and the beginning of the body."""

    status: int
    reason: str = ""
    body: bytes = b""

    @property
    def taken(self) -> bool:
        """Whether it was taken: any 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - as HTTP says


def next_try(*, tries: int, first_at: datetime, now: datetime) -> datetime | None:
    """Return when to try again after so many tries; None if it is a day since the first."""
    if now - first_at >= GIVEN_UP_AFTER:
        return None
    return now + timedelta(seconds=_PAUSES_S[min(tries, len(_PAUSES_S)) - 1])
