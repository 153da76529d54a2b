"""Every read of the chain of causes. One query up to the reading, one down to all it led to."""

from linli.foundation.causes.models import Cause
from linli.kernel.fault import Fault

_DEEPEST = 64

_UP = """
WITH RECURSIVE chain(id, cause, depth) AS (
    SELECT id, cause, 0 FROM causes_cause WHERE id = %s AND community = %s
    UNION ALL
    SELECT up.id, up.cause, chain.depth + 1
    FROM causes_cause up JOIN chain ON up.id = chain.cause
    WHERE up.community = %s AND chain.depth < %s
)
SELECT c.*, chain.depth FROM causes_cause c JOIN chain ON c.id = chain.id ORDER BY chain.depth
"""

_DOWN = """
WITH RECURSIVE chain(id, depth) AS (
    SELECT id, 0 FROM causes_cause WHERE id = %s AND community = %s
    UNION ALL
    SELECT down.id, chain.depth + 1
    FROM causes_cause down JOIN chain ON down.cause = chain.id
    WHERE down.community = %s AND chain.depth < %s
)
SELECT c.*, chain.depth FROM causes_cause c JOIN chain ON c.id = chain.id
ORDER BY c.at, chain.depth, c.id
"""


class CauseNotFound(Fault):
    key = "causes.not_found"
    status = 404


def chain(*, community: str, id: str) -> list[Cause]:
    """Return this and everything that led to it, itself first, the reading last.

    :raises CauseNotFound: if it is unknown in this community
    """
    rows = list(Cause.objects.raw(_UP, [id, community, community, _DEEPEST]))
    if not rows:
        raise CauseNotFound(id=id)
    return rows


def consequences(*, community: str, id: str) -> list[Cause]:
    """Return this and everything that came of it, in the order of time.

    :raises CauseNotFound: if it is unknown in this community
    """
    rows = list(Cause.objects.raw(_DOWN, [id, community, community, _DEEPEST]))
    if not rows:
        raise CauseNotFound(id=id)
    return rows
