"""Many cases, one after another, none of which may hold up the next."""

import logging
from collections.abc import Callable

from django.db import transaction

from linli.foundation.passing import is_passing

log = logging.getLogger("linli.cases")


def alone(what: str, act: Callable[[], int | None]) -> int:
    """Do it in a transaction of its own and return how many things were done.

    Where it fails, nothing of it was done, the log tells why, and the answer is 0. While the
    database is locked or away it is raised, for then nothing else would fare better.
    """
    try:
        with transaction.atomic():
            return int(act() or 0)
    except Exception as error:  # whatever is wrong with one case must not stop the next
        if is_passing(error):
            raise
        log.exception("%s failed; the others go on", what)
        return 0
