"""What becomes of the open API's records as time passes."""

from datetime import datetime

from linli.contracts import directory
from linli.domains.openapi.operations import billing, metering


def forget(now: datetime) -> int:
    """Drop a part of what is no longer needed; return how many rows."""
    return sum(metering.forget(community=one, now=now) for one in directory.communities())


def close_months(now: datetime) -> int:
    """Make the statements of months that are over; return how many."""
    return sum(billing.close_months(community=one, now=now) for one in directory.communities())
