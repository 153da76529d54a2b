"""What a picture may be looked at for, and which alarm it belongs to."""

from datetime import datetime, timedelta

from linli.kernel.fault import Fault
from linli.kernel.words import Words

PURPOSES: dict[str, Words] = {
    "alarm": Words(zh="处置告警", en="dealing with an alarm"),
    "case": Words(zh="调查事件", en="looking into a case"),
    "maintenance": Words(zh="检查摄像机", en="checking the camera"),
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
