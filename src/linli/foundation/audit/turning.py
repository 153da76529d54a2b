"""Another key seals the anchors of the trail."""

from datetime import datetime

from linli.contracts.identity import PLATFORM
from linli.foundation.audit import operations
from linli.foundation.audit.models import Act


def turn_key(*, account: int, now: datetime) -> int:
    """Let another key seal anchors from now on; what was sealed before is proven by the one before.
    Return after which line of the trail it begins. The anchors say so themselves; the trail tells
    by whom.

    :raises FileNotFoundError: if nothing was anchored yet
    :raises OSError, Forged: as `operations.seal`: nothing is turned then
    """
    anchors = operations.anchored()
    if anchors.newest() is None:
        raise FileNotFoundError("nothing is anchored yet")
    number = anchors.turn(at=now.timestamp()).number
    operations.note(
        community=PLATFORM, account=account, act=Act.WRITE, what="audit.key",
        words=f"Another key seals the anchors after line {number}.", now=now,
    )  # fmt: skip
    return number
