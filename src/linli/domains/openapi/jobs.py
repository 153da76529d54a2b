"""What becomes of the open API's records as time passes."""

from datetime import datetime

from linli.contracts import directory
from linli.domains.openapi.operations import metering


def forget(now: datetime) -> int:
    """Drop a part of what is no longer needed; return how many rows."""
    return sum(metering.forget(community=one, now=now) for one in directory.communities())
