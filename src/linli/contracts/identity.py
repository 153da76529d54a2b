"""What the rest of the system may know of accounts and roles."""

from datetime import datetime

from linli.kernel.event import Event
from linli.kernel.port import Port


def _nobody_listens(account: int) -> None:
    """No live line is open beside this process."""


left: Port[[int], None] = Port("identity.left")
"""Told the number of an account that signed out or changed its password: its live lines end."""

left.answer_with(_nobody_listens)

PLATFORM = "_platform"
"""In the place of a community, in facts that concern all of them; no estate has this code."""

AT_THE_TERMINAL = 0
"""In the place of an account's number: the operator, at the machine's own terminal."""


class RoleGranted(Event, frozen=True, kw_only=True):
    """An account was given a role, below a place or (an empty one) everywhere; `by` is who gave it,
    0 the operator at the terminal.
    """

    account: int
    role: str
    place: str
    by: int


class RoleTaken(Event, frozen=True, kw_only=True):
    """A role was taken back; as it was given."""

    account: int
    role: str
    place: str
    by: int


class AccountClosed(Event, frozen=True, kw_only=True):
    """An account signs in no more."""

    account: int
    by: int


class AccountReset(Event, frozen=True, kw_only=True):
    """An account was given another password, to be changed at once; its sessions have ended."""

    account: int
    by: int


class EmergencyTaken(Event, frozen=True, kw_only=True):
    """Somebody took a role for an emergency, at a place or (an empty one) everywhere."""

    emergency: int
    by: int
    role: str
    place: str
    until: datetime


class EmergencyReviewed(Event, frozen=True, kw_only=True):
    """Another person has looked at an emergency access, and said whether it was right."""

    emergency: int
    by: int
    justified: bool
