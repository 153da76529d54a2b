"""What the rest of the system may know of what is exchanged with departments."""

from linli.kernel.event import Event


class DepartmentSet(Event, frozen=True, kw_only=True):
    """Somebody (`by`) said how a department is reached, at which `host` (empty in older facts), and
    which fields may go to it; `open` tells whether anything goes there at all.
    """

    department: int
    host: str = ""
    fields: list[str]
    open: bool
    by: int


class CaseSentOut(Event, frozen=True, kw_only=True):
    """Somebody (`by`) handed a case to a department; the message is on its way. `authorisation` is
    the one that lets go with it what it carries of a person; None: it carries nothing of anybody.
    """

    department: int
    message: int
    case: int
    place: str
    by: int
    authorisation: int | None = None


class AuthorisationGiven(Event, frozen=True, kw_only=True):
    """A person (`by`, his account or his guardian's) lets fields of his go to departments."""

    authorisation: int
    fields: list[str]
    departments: list[int]
    by: int


class AuthorisationWithdrawn(Event, frozen=True, kw_only=True):
    """A person withdrew an authorisation: nothing more goes by it; `stopped` counts the messages
    that had not gone yet.
    """

    authorisation: int
    stopped: int
    by: int


class MessageSentAgain(Event, frozen=True, kw_only=True):
    """Somebody (`by`) had a message that failed sent once more."""

    department: int
    message: int
    by: int


class MessageTaken(Event, frozen=True, kw_only=True):
    """The department gave its receipt for a message."""

    department: int
    message: int
    receipt: str


class MessageFailed(Event, frozen=True, kw_only=True):
    """A message did not arrive: the department refused it, or could not be reached for a day."""

    department: int
    message: int
    refused: bool
    reason: str


class MessageCame(Event, frozen=True, kw_only=True):
    """A result of a case, or a notice, came from a department."""

    department: int
    message: int
    kind: str
    case: int | None = None


class ExchangeCompared(Event, frozen=True, kw_only=True):
    """What went and came on a day was compared with the department's list: how many messages
    differ, and how many of these are being mended by themselves.
    """

    department: int
    day: str
    differences: int
    mended: int
