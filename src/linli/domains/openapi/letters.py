"""What the open API hands to whoever carries it outside."""

import msgspec


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A message to an address outside, ready to be sent."""

    delivery: int
    community: str
    subscription: int
    url: str
    headers: dict[str, str]
    body: bytes


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: the status (0 where nothing did), and why not."""

    status: int
    reason: str = ""

    @property
    def taken(self) -> bool:
        """Whether it was taken: any 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - as HTTP says
