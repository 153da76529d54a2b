"""What becomes of kept replies as time passes."""

from datetime import datetime

from linli.foundation.replies import operations


def forget(now: datetime) -> int:
    """Drop a part of the replies older than a day; return how many."""
    return operations.forget(before=now - operations.KEPT_FOR)
