"""What becomes of incidents as time passes."""

from datetime import datetime

from linli.contracts import directory
from linli.domains.incidents import operations, queries


def destroy(now: datetime) -> int:
    """Destroy what was written down in incidents that have been over for long enough; return how
    many notes.
    """
    return sum(
        operations.destroy(community=community, id=row.pk, now=now)
        for community in directory.communities()
        for row in queries.due(community=community, now=now)
    )


def remind(now: datetime) -> int:
    """Tell of emergencies that nobody has closed; return how many there are."""
    return sum(
        operations.remind(community=community, now=now) for community in directory.communities()
    )
