"""What the rest of the system may know of alarms."""

from linli.contracts.effects import Severity
from linli.kernel.event import Event


class AlarmOpened(Event, frozen=True, kw_only=True):
    """Trouble has begun, or come back; `alarm` is its number on the desk."""

    alarm: int
    scene: str
    device: str | None
    place: str
    severity: Severity
    count: int


class AlarmAcknowledged(Event, frozen=True, kw_only=True):
    alarm: int
    by: int


class AlarmShelved(Event, frozen=True, kw_only=True):
    """Out of sight until a time, by a person's decision and reason."""

    alarm: int
    by: int
    until: float
    reason: str


class AlarmUnshelved(Event, frozen=True, kw_only=True):
    alarm: int


class AlarmGone(Event, frozen=True, kw_only=True):
    """The trouble has cleared of itself; a person may still have to close the alarm."""

    alarm: int


class AlarmJudged(Event, frozen=True, kw_only=True):
    """Somebody said whether it was `right`, `wrong`, or that he is `unsure`; None takes it back."""

    alarm: int
    scene: str
    verdict: str | None
    by: int


class AlarmClosed(Event, frozen=True, kw_only=True):
    alarm: int
    by: int | None
    reason: str
