"""What a picture may be looked at for, and which alarm it belongs to."""

from datetime import datetime, timedelta

from linli.foundation.privacy import purposes
from linli.kernel.fault import Fault
from linli.kernel.words import Words

PURPOSES: dict[str, Words] = {
    key: purposes.PURPOSES[key].name for key in ("alarm", "case", "maintenance", "vehicles")
}
"""What a picture may be looked at for; the reader says which, and it is remembered."""

NEAR = timedelta(seconds=10)
"""So near to an alarm of its camera a picture is of that alarm."""


class UnknownPurpose(Fault):
    """A picture shows people: nobody looks at it for nothing."""

    key = "pictures.unknown_purpose"
    status = 422


def purpose(said: str) -> str:
    """Return a purpose.

    :raises UnknownPurpose: if it is none
    """
    if said not in PURPOSES:
        raise UnknownPurpose(purpose=said[:32], purposes=", ".join(PURPOSES))
    return said


def spans(*moments: datetime) -> list[tuple[datetime, datetime]]:
    """Return the times that are near to one of these moments."""
    return [(moment - NEAR, moment + NEAR) for moment in sorted(set(moments))]
