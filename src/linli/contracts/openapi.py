"""What the rest of the system may know of third parties and what they may do here."""

from collections.abc import Sequence

import msgspec

from linli.kernel.event import Event
from linli.kernel.port import Port


class Bearing(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands behind an access token: a third party, for itself or for the account of somebody
    who agreed to it (`agreed`). `scopes` are the permissions that the token leaves of his.
    """

    party: int
    name: str
    community: str
    account: int
    scopes: frozenset[str]
    agreed: bool


def _nobody(token: str) -> Bearing | None:
    """No token is known beside the open API."""


bearing: Port[[str], Bearing | None] = Port("openapi.bearing")
"""Asked with an access token: who stands behind it now; None if nobody does, or not any more."""

bearing.answer_with(_nobody)


def _agreed_by_nobody(
    _community: str, _party: int, _scope: str, _accounts: Sequence[int]
) -> frozenset[int]:
    """Nobody has agreed to anything beside the open API."""
    return frozenset()


agreed_to: Port[[str, int, str, Sequence[int]], frozenset[int]] = Port("openapi.agreed_to")
"""Asked with a community, a third party, a scope and accounts: those of them that allow it now to
read of them within this scope, as it was itself given it.
"""

agreed_to.answer_with(_agreed_by_nobody)


class ThirdPartyRegistered(Event, frozen=True, kw_only=True):
    """Somebody outside wants to be let in, and waits for review."""

    party: int
    scopes: list[str]


class ThirdPartyReviewed(Event, frozen=True, kw_only=True):
    """Somebody looked at it, and wrote what it may do; a second person has to agree."""

    party: int
    scopes: list[str]
    place: str
    by: int


class ThirdPartyAllowed(Event, frozen=True, kw_only=True):
    """A second person let it in on these terms."""

    party: int
    scopes: list[str]
    place: str
    reviewed_by: int
    by: int


class ThirdPartyRefused(Event, frozen=True, kw_only=True):
    party: int
    reason: str
    by: int


class ThirdPartySuspended(Event, frozen=True, kw_only=True):
    """From now on it may do nothing here, and is told nothing."""

    party: int
    reason: str
    by: int


class AgreementGiven(Event, frozen=True, kw_only=True):
    """Somebody (`by`) allowed a third party to act for him within these scopes."""

    party: int
    agreement: int
    scopes: list[str]
    by: int


class AgreementWithdrawn(Event, frozen=True, kw_only=True):
    """He allows it no longer; what it held for him has ended."""

    party: int
    agreement: int
    by: int


class WebhookPaused(Event, frozen=True, kw_only=True):
    """A third party could not be reached for a day: it is told nothing until somebody resumes it.
    `waiting` is how many facts wait for it.
    """

    party: int
    subscription: int
    reason: str
    waiting: int


class WebhookResumed(Event, frozen=True, kw_only=True):
    party: int
    subscription: int
    by: int


class ThirdPartySecretRenewed(Event, frozen=True, kw_only=True):
    """A third party has a new secret; the one before is valid beside it for so many hours, for none
    where it had to end at once. `by` is a person, or the account by which it acts for itself.
    """

    party: int
    overlap_h: int
    by: int


class StatementClosed(Event, frozen=True, kw_only=True):
    """A month (`2026-11`) is over: for so many calls a third party owes so much."""

    party: int
    statement: int
    month: str
    calls: int
    fen: int


class StatementCorrected(Event, frozen=True, kw_only=True):
    """Somebody (`by`) put a statement right: so many fen more (positive) or less are due. `by` is
    None where the system did: calls were counted after the month was closed.
    """

    party: int
    statement: int
    fen: int
    reason: str
    by: int | None


class StatementPaid(Event, frozen=True, kw_only=True):
    """Somebody (`by`) took down that what was due was paid, under the number of a receipt; below
    zero: that it was paid back.
    """

    party: int
    statement: int
    fen: int
    receipt: str
    by: int
